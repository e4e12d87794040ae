"""A method of the Gatys family as a sequence of stages, each one run of the loop; and how they are run, saved and resumed.

A method is a generator: it yields a Stage, is sent the picture that came out, yields the next, and returns the last picture:

    def method(scene, criterion, ...) -> Stages:
        whole = yield Stage("whole", objective, scene.start, steps)
        return (yield Stage("smooth", other_objective, whole, 40))
"""

import io
import pickle
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stylenets.checkpoints import atomic_write
from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.loop import Descent, MakeOptimizer, Objective, lbfgs
from stylenets.optimize.scene import Scene


@dataclass(frozen=True)
class Stage:
    """``steps`` steps from ``start`` (1, 3, H, W) towards lower ``objective``; ``optimizer``: None for the run's."""

    name: str
    objective: Objective
    start: Tensor
    steps: int
    optimizer: MakeOptimizer | None = None


Stages = Generator[Stage, Tensor, Tensor]
Method = Callable[[Scene, Criterion], Stages]


@dataclass(frozen=True)
class Row:
    """One step: its number over all stages, from 1, the stage, the shortest side in pixels, and every term before the step."""

    step: int
    stage: str
    size: int
    terms: dict[str, float]


@dataclass
class Keeper:
    """Keeps a run in ``file``, whole or not at all, every ``every`` steps. ``recipe``: what the run is; another's file is not taken up."""

    file: Path
    every: int
    recipe: str
    state: dict[str, Any] = field(default_factory=dict)
    begun: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far, with the part before it was taken up."""
        return self.state.get("seconds", 0.0) + time.perf_counter() - self.begun

    def load(self) -> None:
        """Take up the run in the file. Raises UserError where there is none, it is damaged, or of another recipe."""
        if not self.file.is_file():
            raise UserError(f"nothing to resume: there is no {self.file}")
        try:
            state = torch.load(self.file, map_location="cpu", weights_only=True)
            recipe = state["recipe"]
        except (
            pickle.UnpicklingError,
            RuntimeError,
            EOFError,
            LookupError,
            TypeError,
            ValueError,
            OSError,
        ) as error:
            raise UserError(
                f"cannot resume from {self.file}: it is damaged ({type(error).__name__})"
            ) from error
        if recipe != self.recipe:
            raise UserError(
                f"cannot resume from {self.file}: it is of a run with other settings; give the same, or another out="
            )
        self.state = state

    def save(self, finished: Sequence[Tensor], descent: Descent, rows: Sequence[Row]) -> None:
        """Put everything down that the rest of the run depends on."""
        plain = [[row.step, row.stage, row.size, row.terms] for row in rows]
        state = {
            "recipe": self.recipe,
            "finished": list(finished),
            "descent": descent.state(),
            "rows": plain,
            "seconds": self.seconds,
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        atomic_write(self.file, lambda file: file.write(buffer.getvalue()))


def at_sizes(method: Method, scene: Scene, criterion: Criterion, sizes: Sequence[int]) -> Stages:
    """The method at the first size, then at each further one from the enlarged result (Gatys et al. 2017, sec. 6: coarse to fine).

    ``sizes``: shortest sides in pixels; empty: the scene as it is.
    """
    if not sizes:
        return scene.finish((yield from method(scene, criterion)))
    picture = None
    for size in sizes:
        smaller = scene.at_size(size, picture)
        picture = yield from method(smaller, criterion)
    return smaller.finish(picture)


def planned(stages: Stages) -> int:
    """The number of steps that stages would take."""
    count, picture = 0, None
    while (stage := _next(stages, picture)[0]) is not None:
        count, picture = count + stage.steps, stage.start
    return count


def run(
    stages: Stages,
    optimizer: MakeOptimizer = lbfgs,
    keeper: Keeper | None = None,
    on_step: Callable[[Row, Tensor], None] = lambda row, picture: None,
) -> tuple[Tensor, list[Row]]:
    """Run stages to the end -> (the picture (1, 3, H, W), a row for every step). ``on_step`` gets the row and the picture after the step.

    With a ``keeper`` that has loaded a state the run goes on from there, to the same bits as if it had never ended.
    """
    state = keeper.state if keeper else {}
    rows = [Row(*values) for values in state.get("rows", [])]
    finished: list[Tensor] = []
    stage, picture = _next(stages, None)
    while stage is not None:
        if len(finished) < len(state.get("finished", [])):
            done = state["finished"][len(finished)].to(stage.start)
        else:
            restored = (
                state.get("descent") if len(finished) == len(state.get("finished", [])) else None
            )
            done = _descend(stage, optimizer, keeper, finished, rows, restored, on_step)
        finished.append(done)
        stage, picture = _next(stages, done)
    return picture, rows


def _descend(
    stage: Stage,
    optimizer: MakeOptimizer,
    keeper: Keeper | None,
    finished: list[Tensor],
    rows: list[Row],
    restored: dict[str, Any] | None,
    on_step: Callable[[Row, Tensor], None],
) -> Tensor:
    descent = Descent(stage.objective, stage.start, stage.optimizer or optimizer)
    if restored:
        descent.restore(restored)
    while descent.steps < stage.steps:
        terms = descent.step()
        rows.append(Row(len(rows) + 1, stage.name, min(stage.start.shape[-2:]), terms))
        on_step(rows[-1], descent.picture)
        if keeper and len(rows) % keeper.every == 0:
            keeper.save(finished, descent, rows)
    return descent.picture


def _next(stages: Stages, picture: Tensor | None) -> tuple[Stage | None, Tensor | None]:
    """(the next stage, None) or (None, the last picture)."""
    try:
        return stages.send(picture), None
    except StopIteration as end:
        return None, end.value
