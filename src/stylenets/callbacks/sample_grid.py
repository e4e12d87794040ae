"""A content x style grid of fixed validation photographs, to disk and to the run's logger."""

from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets import images
from stylenets.callbacks.loggers import log_picture


class SampleGrid(pl.Callback):
    """Stylizes ``count`` validation photographs, evenly spaced, in every style each ``every`` steps and at the end of training."""

    def __init__(self, folder: str | Path, every: int = 500, count: int = 4) -> None:
        self.folder, self.every, self.count = Path(folder), every, count
        self.photos: Tensor | None = None

    def on_train_batch_end(self, trainer: pl.Trainer, task: pl.LightningModule, *_: object) -> None:
        """Paint when a multiple of ``every`` steps is done."""
        if trainer.global_step % self.every == 0:
            self._paint(trainer, task)

    def on_train_end(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        """Paint the last state, unless just done."""
        if trainer.global_step % self.every:
            self._paint(trainer, task)

    @torch.no_grad()
    def _paint(self, trainer: pl.Trainer, task: pl.LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        if self.photos is None:
            dataset = trainer.datamodule.val_set
            count = min(self.count, len(dataset))
            self.photos = torch.stack(
                [dataset[k * len(dataset) // count]["image"] for k in range(count)]
            )
        photos = self.photos.to(task.device)
        names = task.style_names
        columns = [photos, *(task.stylize(photos, style) for style in range(len(names)))]
        sheet = images.grid(
            [list(row) for row in zip(*columns, strict=True)], column_labels=["photo", *names]
        )
        images.write(self.folder / f"step_{trainer.global_step:06d}.png", sheet)
        for logger in trainer.loggers:
            log_picture(logger, "samples", sheet, trainer.global_step)
