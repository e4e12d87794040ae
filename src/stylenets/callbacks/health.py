"""Signs of a training gone wrong: losses that are not finite, and networks that paint one color."""

import logging
from collections import deque
from dataclasses import dataclass
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from stylenets.callbacks.parts import painter_of
from stylenets.errors import UserError

log = logging.getLogger(__name__)
LATE = 2  # steps: what a GPU has been given to do beyond these is long done
FLAT = 1 / 255  # standard deviation of a picture's pixels: one gray level


@dataclass(frozen=True)
class Verdict:
    """Whether a step is ``bad``: a scalar on the CPU, once ``copied`` has come about, if given."""

    step: int
    bad: Tensor
    copied: torch.cuda.Event | None


class SkipNonFinite(pl.Callback):
    """Keeps a loss or gradient that is not finite out of the weights.

    The step is left out, counted (``skipped``) and reported. After ``stop_after`` of them in a row
    the run ends with a UserError; no weight has been touched since the last good step.

    A fused optimizer leaves the step out by itself, on the device. What a GPU found is read
    ``LATE`` steps later, so that nothing waits for it.
    """

    def __init__(self, stop_after: int = 20) -> None:
        self.stop_after = stop_after
        self.skipped = 0
        self.in_a_row = 0
        self.awaited: deque[Verdict] = deque()

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, task: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Look at the gradients, which under DDP are the same in every process: so is the answer.

        Raises:
            UserError: After too many bad steps in a row.
        """
        bad = has_bad_gradient(optimizer, task.device)
        self.awaited.append(start_reading(trainer.global_step + 1, bad))
        fused = all(group.get("fused") for group in optimizer.param_groups)
        if fused:
            # as torch.amp.GradScaler tells it
            optimizer.grad_scale = None  # type: ignore[attr-defined]
            optimizer.found_inf = bad.float()  # type: ignore[attr-defined]
        elif bad:
            # a parameter without a gradient is not stepped, nor are its moments
            optimizer.zero_grad(set_to_none=True)
        before = self.skipped
        self.count(LATE if fused and bad.device.type == "cuda" else 0)
        if self.skipped > before:
            task.log("skipped_steps", float(self.skipped))
        if self.in_a_row >= self.stop_after:
            raise UserError(
                f"{self.in_a_row} steps in a row had a loss or gradient that is not finite: the "
                f"run is stopped at step {trainer.global_step}; its last checkpoint is from before "
                "them. Try a smaller optimizer.lr, or trainer.precision=32-true"
            )

    def count(self, late: int = 0) -> None:
        """Take in all steps but the last ``late``."""
        while len(self.awaited) > late:
            verdict = self.awaited.popleft()
            if verdict.copied is not None:
                verdict.copied.synchronize()
            if not verdict.bad:
                self.in_a_row = 0
                continue
            self.in_a_row += 1
            self.skipped += 1
            log.warning(
                "step %d is left out: its loss or gradient is not finite (%d so far)",
                verdict.step,
                self.skipped,
            )

    def state_dict(self) -> dict[str, int]:
        """The counts, kept in the checkpoints."""
        self.count()
        return {"skipped": self.skipped, "in_a_row": self.in_a_row}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Go on counting."""
        self.skipped = state_dict["skipped"]
        self.in_a_row = state_dict["in_a_row"]


def has_bad_gradient(optimizer: Optimizer, device: torch.device) -> Tensor:
    """Whether a gradient is not finite, as a scalar on ``device``."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    none = torch.zeros((), device=device)  # for an optimizer without any gradient
    norms = torch.stack([none, *torch._foreach_norm(gradients)])
    return ~norms.isfinite().all()


def start_reading(step: int, bad: Tensor) -> Verdict:
    """Start the copy of a scalar from a GPU to the CPU; on the CPU nothing is to be done."""
    if bad.device.type != "cuda":
        return Verdict(step, bad, None)
    on_cpu = torch.empty((), dtype=bad.dtype, pin_memory=True)
    on_cpu.copy_(bad, non_blocking=True)
    copied = torch.cuda.Event()
    copied.record()
    return Verdict(step, on_cpu, copied)


class FlatOutput(pl.Callback):
    """Looks at each style's picture of the first validation photograph.

    Those of one color, all black say, are counted and named.
    """

    def on_validation_batch_end(
        self,
        trainer: pl.Trainer,
        task: pl.LightningModule,
        outputs: Any,
        batch: dict[str, Tensor],
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Log ``val/flat_outputs``, and warn where it is not 0."""
        if batch_idx:
            return
        painter = painter_of(task)
        photo = batch["image"][:1]
        flat = []
        for style, name in enumerate(painter.style_names):
            contrast = painter.stylize(photo, style).float().std()
            if not contrast > FLAT:  # nan neither
                flat.append(name)
        if flat:
            names = ", ".join(flat)
            log.warning("step %d: the network paints one color in %s", trainer.global_step, names)
        task.log("val/flat_outputs", float(len(flat)), batch_size=1)
