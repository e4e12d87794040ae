"""The parts of a Trainer that Lightning gives no types for, and what callbacks ask of a task."""

from typing import Protocol, TypeVar, cast

import pytorch_lightning as pl
from torch import Tensor

from stylenets.data.base import PictureDataModule

Callback = TypeVar("Callback", bound=pl.Callback)


class Painter(Protocol):
    """A task as far as it paints; ``style_names`` are the styles to show, by their indices."""

    style_names: list[str]

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        """(B, 3, H, W) in [0, 1] -> (B, 3, H, W) in the style of that index."""
        ...


def painter_of(task: pl.LightningModule) -> Painter:
    """The task, which has what a Painter has."""
    return cast(Painter, task)


def callbacks_of(trainer: pl.Trainer, kind: type[Callback]) -> list[Callback]:
    """The trainer's callbacks of a kind."""
    callbacks = trainer.callbacks  # type: ignore[attr-defined]
    return [callback for callback in callbacks if isinstance(callback, kind)]


def data_of(trainer: pl.Trainer) -> PictureDataModule:
    """The trainer's data module."""
    data = trainer.datamodule  # type: ignore[attr-defined]
    assert isinstance(data, PictureDataModule)
    return data
