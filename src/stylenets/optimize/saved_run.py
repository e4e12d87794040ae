"""A run of stages on disk, so that one that was interrupted goes on where it was."""

import io
import pickle
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stylenets import files
from stylenets.errors import UserError
from stylenets.optimize.loop import Descent

DAMAGED = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    OSError,
)


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
        every: Steps from one time to the next.
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
            state = torch.load(self.file, map_location="cpu", weights_only=True)
            recipe = state["recipe"]
        except DAMAGED as error:
            raise UserError(
                f"cannot resume from {self.file}: it is damaged ({type(error).__name__})"
            ) from error
        if recipe != self.recipe:
            raise UserError(
                f"cannot resume from {self.file}: it is of a run with other settings; "
                "give the same, or another out="
            )
        self.state = state

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
