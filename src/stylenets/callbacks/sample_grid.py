"""A content x style grid of fixed validation photographs, to disk and to the run's loggers."""

from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets import images
from stylenets.callbacks.loggers import log_picture
from stylenets.callbacks.parts import data_of, painter_of


class SampleGrid(pl.Callback):
    """Stylizes a few validation photographs, evenly spaced, in every style.

    It does so each ``every`` steps and at the end of training, with ``count`` photographs.
    """

    def __init__(self, folder: str | Path, every: int = 500, count: int = 4) -> None:
        self.folder = Path(folder)
        self.every = every
        self.count = count
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
            self.photos = self._read_photos(trainer)
        photos = self.photos.to(task.device)
        painter = painter_of(task)
        names = list(painter.style_names)
        columns = [photos, *(painter.stylize(photos, style) for style in range(len(names)))]
        rows = [list(row) for row in zip(*columns, strict=True)]
        grid = images.grid(rows, column_labels=["photo", *names])
        images.write(self.folder / f"step_{trainer.global_step:06d}.png", grid)
        for logger in trainer.loggers:
            log_picture(logger, "samples", grid, trainer.global_step)

    def _read_photos(self, trainer: pl.Trainer) -> Tensor:
        """(count, 3, size, size) of the validation set, or all where it has fewer."""
        dataset = data_of(trainer).val_set
        count = min(self.count, len(dataset))
        spaced = [k * len(dataset) // count for k in range(count)]
        return torch.stack([dataset[index]["image"] for index in spaced])
