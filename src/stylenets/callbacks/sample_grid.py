"""A content x style grid of fixed validation photographs, to disk and to the run's loggers."""

from pathlib import Path

import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets import images
from stylenets.callbacks.loggers import log_picture
from stylenets.callbacks.parts import Painter, painter_of, shown_photos
from stylenets.styles import central_square


class SampleGrid(pl.Callback):
    """Stylizes a few validation photographs, evenly spaced, in every style.

    It does so each ``every`` steps and at the end of training, with ``count`` photographs, whose
    shortest side is ``size`` pixels. The style pictures are above their columns.
    """

    def __init__(
        self, folder: str | Path, every: int = 500, count: int = 4, size: int = 256
    ) -> None:
        self.folder = Path(folder)
        self.every = every
        self.count = count
        self.size = size
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
            self.photos = shown_photos(trainer, self.count, self.size)["image"]
        photos = self.photos.to(task.device)
        painter = painter_of(task)
        names = list(painter.style_names)
        columns = [photos, *(painter.stylize(photos, style) for style in range(len(names)))]
        rows = [self._style_row(painter), *(list(row) for row in zip(*columns, strict=True))]
        grid = images.grid(rows, column_labels=[f"step {trainer.global_step}", *names])
        images.write(self.folder / f"step_{trainer.global_step:06d}.png", grid)
        for logger in trainer.loggers:
            log_picture(logger, "samples", grid, trainer.global_step)

    def _style_row(self, painter: Painter) -> list[Tensor]:
        """A blank above the photographs, then the middle of each style's picture, if it has one."""
        known = dict(zip(painter.styles.names, painter.styles.pictures, strict=True))
        blank = torch.ones(3, self.size, self.size)
        pictures = [known.get(name, blank) for name in painter.style_names]
        return [blank, *(images.resize(central_square(one), self.size) for one in pictures)]
