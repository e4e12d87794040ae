"""Signs of a training gone wrong: losses that are not finite, and networks that paint one color."""

import logging
from collections import deque
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from stylenets.errors import UserError

log = logging.getLogger(__name__)
LATE = 2  # steps: what a GPU has been given to do beyond these is long done
FLAT = 1 / 255  # standard deviation of a picture's pixels: one gray level


class SkipNonFinite(pl.Callback):
    """Keeps a loss or gradient that is not finite out of the weights: the step is left out, counted (``skipped``) and reported.

    After ``stop_after`` of them in a row the run ends with a UserError; no weight has been touched since the last good step. A fused
    optimizer leaves the step out by itself, on the device, and a GPU's answer is read ``LATE`` steps later, so that nothing waits for it.
    """

    def __init__(self, stop_after: int = 20) -> None:
        self.stop_after, self.skipped, self.in_a_row = stop_after, 0, 0
        self.awaited: deque[tuple[int, Tensor, torch.cuda.Event | None]] = (
            deque()
        )  # step, whether it is bad, its arrival from a GPU

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, task: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Look at the gradients, which under DDP are the same in every process: so is the answer."""
        gradients = [
            p.grad
            for group in optimizer.param_groups
            for p in group["params"]
            if p.grad is not None
        ]
        bad = (
            ~torch.stack([torch.zeros((), device=task.device), *torch._foreach_norm(gradients)])
            .isfinite()
            .all()
        )
        self.awaited.append((trainer.global_step + 1, *_sent(bad)))
        fused = all(group.get("fused") for group in optimizer.param_groups)
        if fused:
            optimizer.grad_scale, optimizer.found_inf = (
                None,
                bad.float(),
            )  # as torch.amp.GradScaler tells it
        elif bad:
            optimizer.zero_grad(
                set_to_none=True
            )  # a parameter without a gradient is not stepped, nor are its moments
        before = self.skipped
        self.count(LATE if fused and bad.device.type == "cuda" else 0)
        if self.skipped > before:
            task.log("skipped_steps", float(self.skipped))
        if self.in_a_row >= self.stop_after:
            raise UserError(
                f"{self.in_a_row} steps in a row had a loss or gradient that is not finite: the run is stopped at step {trainer.global_step}; "
                "its last checkpoint is from before them. Try a smaller optimizer.lr, or trainer.precision=32-true"
            )

    def count(self, late: int = 0) -> None:
        """Take in all steps but the last ``late``."""
        while len(self.awaited) > late:
            step, bad, arrival = self.awaited.popleft()
            if arrival is not None:
                arrival.synchronize()
            self.in_a_row = self.in_a_row + 1 if bad else 0
            if bad:
                self.skipped += 1
                log.warning(
                    "step %d is left out: its loss or gradient is not finite (%d so far)",
                    step,
                    self.skipped,
                )

    def state_dict(self) -> dict[str, int]:
        """The counts, kept in the checkpoints."""
        self.count()
        return {"skipped": self.skipped, "in_a_row": self.in_a_row}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on counting."""
        self.skipped, self.in_a_row = state["skipped"], state["in_a_row"]


def _sent(value: Tensor) -> tuple[Tensor, torch.cuda.Event | None]:
    """A scalar on its way to the CPU, and the event of its arrival; None where it is there."""
    if value.device.type != "cuda":
        return value, None
    there = torch.empty((), dtype=value.dtype, pin_memory=True).copy_(value, non_blocking=True)
    event = torch.cuda.Event()
    event.record()
    return there, event


class FlatOutput(pl.Callback):
    """Looks at each style's picture of the first validation photograph; counts those of one color, all black say, and names them."""

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        task: pl.LightningModule,
        outputs: Any,
        batch: dict[str, Tensor],
        batch_idx: int,
    ) -> None:
        """Log ``val/flat_outputs``, and warn where it is not 0."""
        if batch_idx:
            return
        pictures = [
            task.stylize(batch["image"][:1], style) for style in range(len(task.style_names))
        ]
        flat = [
            name
            for name, picture in zip(task.style_names, pictures, strict=True)
            if not picture.float().std() > FLAT
        ]
        if flat:
            log.warning(
                "step %d: the network paints one color in %s", trainer.global_step, ", ".join(flat)
            )
        task.log("val/flat_outputs", float(len(flat)), batch_size=1)
