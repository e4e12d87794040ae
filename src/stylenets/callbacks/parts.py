"""The parts of a Trainer that Lightning gives no types for, and what callbacks ask of a task."""

from typing import Protocol, TypeVar, cast

import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets.data.base import PictureDataModule
from stylenets.styles import StyleBank

Callback = TypeVar("Callback", bound=pl.Callback)


class Painter(Protocol):
    """A task as far as it paints.

    ``style_names`` are the styles to show, by their indices; ``styles`` has the pictures of those
    that it learns.
    """

    style_names: list[str]
    styles: StyleBank

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


def shown_photos(trainer: pl.Trainer, count: int, size: int) -> dict[str, Tensor]:
    """Photographs of the validation set, evenly spaced: {"image": (count, 3, size, size)}.

    There are fewer where the set has fewer. They are read anew, since the set's own are of the
    size that is trained on. "matte", (count, 1, size, size), is there where the set has mattes.
    """
    own = data_of(trainer).val_set
    photos = type(own)(own.files, size, None, False, own.seed, None, max_bad=1.0)
    count = min(count, len(photos))
    spaced = [k * len(photos) // count for k in range(count)]
    samples = [photos[index] for index in spaced]
    layers = [name for name in ("image", "matte") if name in samples[0]]
    return {name: torch.stack([sample[name] for sample in samples]) for name in layers}
