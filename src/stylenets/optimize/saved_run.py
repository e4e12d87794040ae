"""A run of stages on disk, so that one that was interrupted goes on where it was."""

import io
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stylenets import files
from stylenets.checkpoints.comparing import LARGEST
from stylenets.errors import UserError
from stylenets.optimize.loop import Descent
from stylenets.tensor_files import read_tensors

ROW = [int, str, int, dict]  # as StepRecord


@dataclass(frozen=True)
class StepRecord:
    """One step of a run.

    Args:
        step: Its number over all stages, from 1.
        stage: The name of its stage.
        size: The shortest side of the picture in pixels.
        terms: Every term before the step.
    """

    step: int
    stage: str
    size: int
    terms: dict[str, float]


@dataclass
class SavedRun:
    """A file that holds a run as it is after every ``every`` steps.

    Args:
        file: The file, written whole or not at all.
        every: Steps from one time to the next; 0: it is never saved.
        recipe: What the run is; the file of another recipe is not taken up.
    """

    file: Path
    every: int
    recipe: str
    state: dict[str, Any] = field(default_factory=dict, init=False)
    begun: float = field(default_factory=time.perf_counter, init=False)

    @property
    def seconds(self) -> float:
        """How long the run has taken so far, with the part before it was taken up."""
        earlier: float = self.state.get("seconds", 0.0)
        return earlier + time.perf_counter() - self.begun

    @property
    def records(self) -> list[StepRecord]:
        """The steps of the run that was taken up."""
        return [StepRecord(*values) for values in self.state.get("rows", [])]

    @property
    def finished(self) -> list[Tensor]:
        """The pictures of the stages that it had finished."""
        return list(self.state.get("finished", []))

    @property
    def descent(self) -> dict[str, Any] | None:
        """The state of the descent that it was in."""
        return self.state.get("descent")

    def load(self) -> None:
        """Take up the run in the file.

        Raises:
            UserError: If there is none, it is damaged, or of another recipe.
        """
        if not self.file.is_file():
            raise UserError(f"nothing to resume: there is no {self.file}")
        try:
            state = read_tensors(self.file)
        except UserError as error:
            raise UserError(f"cannot resume from {self.file}: it is damaged") from error
        recipe = state.get("recipe") if isinstance(state, dict) else None
        if not isinstance(recipe, str) or not has_form(state):
            raise UserError(f"cannot resume from {self.file}: it is damaged")
        if recipe != self.recipe:
            raise UserError(
                f"cannot resume from {self.file}: it is of a run with other settings; "
                "give the same, or another out="
            )
        self.state = state

    def is_due(self, steps: int) -> bool:
        """Whether the run is to be saved after so many steps."""
        return self.every > 0 and steps % self.every == 0

    def save(
        self, finished: Sequence[Tensor], descent: Descent, records: Sequence[StepRecord]
    ) -> None:
        """Write down everything that the rest of the run depends on.

        Args:
            finished: The pictures of the stages before this one.
            descent: This stage's.
            records: All steps so far.
        """
        state = {
            "recipe": self.recipe,
            "finished": list(finished),
            "descent": descent.state(),
            "rows": [[one.step, one.stage, one.size, one.terms] for one in records],
            "seconds": self.seconds,
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        files.write_bytes(self.file, buffer.getbuffer())


def has_form(state: dict[str, Any]) -> bool:
    """Whether a state that was read has the form of one that ``SavedRun`` writes."""
    rows = state.get("rows")
    finished = state.get("finished")
    descent = state.get("descent")
    seconds = state.get("seconds")
    if not isinstance(rows, list) or not isinstance(finished, list):
        return False
    pictures = all(isinstance(one, Tensor) and is_picture(one) for one in finished)
    timed = isinstance(seconds, float) and math.isfinite(seconds) and seconds >= 0
    if not pictures or not timed or not isinstance(descent, dict) or not all(map(_is_row, rows)):
        return False
    return [row[0] for row in rows] == list(range(1, len(rows) + 1))


def is_picture(tensor: Tensor) -> bool:
    """Whether it is (1, 3, H, W), finite, and lies in memory as pictures do."""
    plain = tensor.layout is torch.strided and tensor.dtype is torch.float32
    return (
        plain
        and tensor.ndim == 4
        and tensor.shape[:2] == (1, 3)
        and tensor.is_contiguous()
        and bool(tensor.isfinite().all())
    )


def _is_row(row: Any) -> bool:
    if not isinstance(row, list) or [type(one) for one in row] != ROW:
        return False
    step, _, size, terms = row
    values = list(terms.values())
    named = len(terms) > 0 and all(isinstance(name, str) for name in terms)
    finite = all(type(value) is float and math.isfinite(value) for value in values)
    return named and finite and 0 < step <= LARGEST and 0 < size <= LARGEST
