"""Signs of a training gone wrong: losses that are not finite, and networks that paint one color."""

import logging
from typing import Any

import pytorch_lightning as pl
import torch
from torch.optim import Optimizer

from stylenets.errors import UserError

log = logging.getLogger(__name__)
FLAT = 1 / 255  # standard deviation of a picture's pixels: one gray level


class SkipNonFinite(pl.Callback):
    """Keeps a loss or gradient that is not finite out of the weights: the step is left out, counted (``skipped``) and reported.

    After ``stop_after`` of them in a row the run ends with a UserError; no weight has been touched since the last good step.
    """

    def __init__(self, stop_after: int = 20) -> None:
        self.stop_after, self.skipped, self.in_a_row = stop_after, 0, 0

    def on_before_optimizer_step(self, trainer: pl.Trainer, task: pl.LightningModule, optimizer: Optimizer) -> None:
        """Look at the gradients, which under DDP are the same in every process: so is the answer."""
        gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if not gradients or torch.stack(torch._foreach_norm(gradients)).isfinite().all():
            self.in_a_row = 0
            return
        optimizer.zero_grad(set_to_none=True)  # a parameter without a gradient is not stepped, nor are its moments
        self.skipped += 1
        self.in_a_row += 1
        log.warning("step %d is left out: its loss or gradient is not finite (%d so far)", trainer.global_step + 1, self.skipped)
        task.log("skipped_steps", float(self.skipped))
        if self.in_a_row >= self.stop_after:
            raise UserError(
                f"{self.in_a_row} steps in a row had a loss or gradient that is not finite: the run is stopped at step {trainer.global_step}; "
                "its last checkpoint is from before them. Try a smaller optimizer.lr, or trainer.precision=32-true"
            )

    def state_dict(self) -> dict[str, int]:
        """The counts, kept in the checkpoints."""
        return {"skipped": self.skipped, "in_a_row": self.in_a_row}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on counting."""
        self.skipped, self.in_a_row = state["skipped"], state["in_a_row"]


class FlatOutput(pl.Callback):
    """Looks at each style's picture of the first validation photograph; counts those of one color, all black say, and names them."""

    def on_validation_batch_end(
        self, trainer: pl.Trainer, task: pl.LightningModule, outputs: Any, batch: dict[str, torch.Tensor], batch_idx: int
    ) -> None:
        """Log ``val/flat_outputs``, and warn where it is not 0."""
        if batch_idx:
            return
        pictures = [task.stylize(batch["image"][:1], style) for style in range(len(task.style_names))]
        flat = [name for name, picture in zip(task.style_names, pictures, strict=True) if not picture.float().std() > FLAT]
        if flat:
            log.warning("step %d: the network paints one color in %s", trainer.global_step, ", ".join(flat))
        task.log("val/flat_outputs", float(len(flat)), batch_size=1)
