"""A method of the Gatys family as a sequence of stages, each one run of the loop.

A method is a generator. It yields a Stage, is sent the picture that came out, yields the next, and
returns the last picture:

    def method(scene, criterion, ...) -> Stages:
        whole = yield Stage("whole", objective, scene.start, steps)
        return (yield Stage("smooth", other_objective, whole, 40))
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.loop import Descent, MakeOptimizer, Objective, lbfgs
from stylenets.optimize.saved_run import SavedRun, StepRecord
from stylenets.optimize.scene import Scene


@dataclass(frozen=True)
class Stage:
    """One run of the loop.

    Args:
        name: What it is called in the records.
        objective: What is minimized.
        start: (1, 3, H, W).
        steps: Of the optimizer.
        optimizer: Makes the optimizer of the pixels; None for that of the run.
        shown: {caption: (3, H, W)}: pictures that the objective is made of, for a report.
    """

    name: str
    objective: Objective
    start: Tensor
    steps: int
    optimizer: MakeOptimizer | None = None
    shown: Mapping[str, Tensor] = field(default_factory=dict)


Stages = Generator[Stage, Tensor, Tensor]
Method = Callable[[Scene, Criterion], Stages]
OnStep = Callable[[StepRecord, Tensor], None]  # gets the picture (1, 3, H, W) after the step


def coarse_to_fine(
    method: Method, scene: Scene, criterion: Criterion, sizes: Sequence[int]
) -> Stages:
    """The method at the first size, then at each further one from the enlarged result.

    This is Gatys et al. 2017, sec. 6.

    Args:
        method: Any.
        scene: At full size.
        criterion: What the method measures with.
        sizes: Shortest sides in pixels; if empty, the scene is taken as it is.
    """
    if not sizes:
        return scene.with_kept_regions((yield from method(scene, criterion)))
    first, *further = sizes
    scaled = scene.at_size(first)
    picture = yield from method(scaled, criterion)
    for size in further:
        scaled = scene.at_size(size, picture)
        picture = yield from method(scaled, criterion)
    return scaled.with_kept_regions(picture)


def watched(stages: Stages, on_stage: Callable[[Stage, Tensor], None]) -> Stages:
    """The same stages; each is told with the picture (1, 3, H, W) that came out of it."""
    upcoming = _next(stages)
    while isinstance(upcoming, Stage):
        picture = yield upcoming
        on_stage(upcoming, picture)
        upcoming = _next(stages, picture)
    return upcoming


def count_all_steps(stages: Stages) -> int:
    """The number of steps that stages would take."""
    count = 0
    upcoming = _next(stages)
    while isinstance(upcoming, Stage):
        count += upcoming.steps
        upcoming = _next(stages, upcoming.start)
    return count


def run_stages(
    stages: Stages,
    optimizer: MakeOptimizer = lbfgs,
    saved: SavedRun | None = None,
    on_step: OnStep = lambda record, picture: None,
) -> tuple[Tensor, list[StepRecord]]:
    """Run stages to the end.

    Args:
        stages: Not begun.
        optimizer: For the stages that have none of their own.
        saved: Where the run is saved. If that has loaded one, the run goes on from there, to the
            same bits as if it had never ended.
        on_step: Called after each step.

    Returns:
        The picture (1, 3, H, W), and a record of every step.

    Raises:
        UserError: If the losses are no numbers any more.
    """
    run = _Run(optimizer, saved, on_step)
    upcoming = _next(stages)
    while isinstance(upcoming, Stage):
        upcoming = _next(stages, run.paint(upcoming))
    return upcoming, run.records


class _Run:
    """A run so far: pictures of the finished stages, and a record of every step."""

    def __init__(self, optimizer: MakeOptimizer, saved: SavedRun | None, on_step: OnStep) -> None:
        self.optimizer = optimizer
        self.saved = saved
        self.on_step = on_step
        self.finished: list[Tensor] = []
        self.records = saved.records if saved else []
        self.finished_before = saved.finished if saved else []
        self.interrupted = saved.descent if saved else None

    def paint(self, stage: Stage) -> Tensor:
        """The picture of a stage, if it was not finished before the run was taken up."""
        number = len(self.finished)
        if number < len(self.finished_before):
            picture = self.finished_before[number].to(stage.start)
            if picture.shape != stage.start.shape:
                raise UserError("cannot resume: the state is of pictures of another size")
        else:
            goes_on = number == len(self.finished_before)
            picture = self._descend(stage, self.interrupted if goes_on else None)
        self.finished.append(picture)
        return picture

    def _descend(self, stage: Stage, interrupted: dict[str, Any] | None) -> Tensor:
        descent = Descent(stage.objective, stage.start, stage.optimizer or self.optimizer)
        if interrupted:
            descent.restore(interrupted)
        size = min(stage.start.shape[-2:])
        while descent.steps < stage.steps:
            terms = descent.step()
            self.records.append(StepRecord(len(self.records) + 1, stage.name, size, terms))
            self.on_step(self.records[-1], descent.picture)
            if self.saved and self.saved.is_due(len(self.records)):
                self.saved.save(self.finished, descent, self.records)
        return descent.picture


def _next(stages: Stages, picture: Tensor | None = None) -> Stage | Tensor:
    """The next stage after the one that left ``picture``, or the last picture."""
    try:
        return next(stages) if picture is None else stages.send(picture)
    except StopIteration as end:
        last: Tensor = end.value
        return last
