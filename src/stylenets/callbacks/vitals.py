"""The learning rate and the length of the gradient, from the first step on."""

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim import Optimizer

from stylenets.callbacks.loggers import log_figures


class Vitals(pl.Callback):
    """Logs ``train/learning_rate`` and ``train/gradient_norm`` at step 1 and each ``every`` steps.

    The norm is that before any clipping.
    """

    def __init__(self, every: int = 10) -> None:
        self.every = every
        self.norm: Tensor | None = None
        self.rate = 0.0

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, task: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Measure, if the step that comes is one to log."""
        if not is_logged(trainer.global_step + 1, self.every):
            return
        groups = optimizer.param_groups
        gradients = [
            one.grad for group in groups for one in group["params"] if one.grad is not None
        ]
        self.norm = torch.nn.utils.get_total_norm(gradients)
        self.rate = float(groups[0]["lr"])

    def on_train_batch_end(self, trainer: pl.Trainer, task: pl.LightningModule, *_: object) -> None:
        """Log what was measured."""
        if self.norm is None:
            return
        figures = {"train/learning_rate": self.rate, "train/gradient_norm": float(self.norm)}
        log_figures(trainer, figures)
        self.norm = None


def is_logged(step: int, every: int) -> bool:
    """Whether what is logged each ``every`` steps is logged when so many steps are done."""
    return step == 1 or step % every == 0
