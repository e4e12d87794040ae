"""The phases of a run by its loss schedule: copying the photograph, more style, full style."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytorch_lightning as pl

from stylenets.losses.objective import Objective
from stylenets.tasks.base import StyleTask

log = logging.getLogger(__name__)
# Steps of full style until a new network shows a style's colors. Measured with two styles at 96
# pixels: after 100 steps its pictures are pale copies, after 200 the colors are there.
FEW = 300


@dataclass(frozen=True)
class Phases:
    """When a run turns its style up.

    Attributes:
        steps: Of the whole run.
        begin: How many steps are done when the style loss first counts.
        full: How many are done when it counts as much as in the end.
        copies: Whether the run learns to copy the photograph before.
    """

    steps: int
    begin: int
    full: int
    copies: bool

    def name(self, step: int) -> str:
        """What is being learned when so many steps are done."""
        if step < self.begin:
            return f"{self.first} until step {self.begin}"
        if step < self.full:
            return f"more and more style until step {self.full}"
        return "full style"

    @property
    def first(self) -> str:
        """What is being learned at first."""
        return "copying the photograph" if self.copies else "no style yet"

    def __str__(self) -> str:
        first = f"{self.name(0)}, " if self.begin else ""
        told = f"{self.steps} steps: {first}full style from step {self.full}"
        if self.steps - self.full >= FEW:
            return told
        return (
            f"{told}; so short a run leaves pictures that look like the photograph: a new network"
            f" shows colors of its style after some {FEW} steps, and strokes later (more steps:"
            " trainer.max_steps= or trainer.max_epochs=)"
        )


class PhaseTeller(pl.Callback):
    """Tells the phases of a run at its beginning, and each when it begins.

    A run in which the style counts in full from its first step has none.
    """

    def __init__(self) -> None:
        self.phases: Phases | None = None

    def on_train_start(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Read the schedule and tell what is to come."""
        if isinstance(task, StyleTask):
            self.phases = phases_of(task.criterion, task.total_steps)
        if self.phases is not None and trainer.is_global_zero:
            log.info("%s", self.phases)

    def on_train_batch_end(self, trainer: pl.Trainer, task: pl.LightningModule, *_: object) -> None:
        """Tell the phase that begins with the next step."""
        step = trainer.global_step
        phases = self.phases
        if phases is None or not trainer.is_global_zero or step >= phases.steps:
            return
        if step in (phases.begin, phases.full):
            log.info("step %d of %d: %s", step, phases.steps, phases.name(step))

    def shown(self, trainer: pl.Trainer) -> str | None:
        """The phase for the progress bar; None where the run has none."""
        return None if self.phases is None else self.phases.name(trainer.global_step)


def phases_of(criterion: Objective, steps: int) -> Phases | None:
    """The phases of a run.

    Args:
        criterion: The run's objective, of which the loss "style" is looked at.
        steps: Of the run.

    Returns:
        None where the style counts in full from the first step, or never.
    """
    schedule = criterion.schedule
    settled = schedule.settles("style")
    if not criterion.factors(1.0).get("style"):
        return None
    begin = _first_step(steps, lambda share: schedule.factor("style", share) > 0)
    full = _first_step(steps, lambda share: share >= settled)
    copies = criterion.factors(0.0).get("reconstruction", 0.0) > 0
    return Phases(steps, begin, full, copies) if full else None


def _first_step(steps: int, is_so: Callable[[float], bool]) -> int:
    """How many steps are done when something is so of the share of the run that is done."""
    return next((step for step in range(steps) if is_so(step / steps)), steps)
