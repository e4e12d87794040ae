"""How a picture is divided: tiles without overlap, each seen with more around it."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from stylenets.inference.photo import Photo

Rectangle = tuple[slice, slice]  # rows and columns
TILE = 768  # pixels a side, without what is seen beyond


@dataclass(frozen=True)
class Tile:
    """A part of the picture: what is computed, and what of that is kept."""

    seen: Rectangle
    kept: Rectangle

    @property
    def inner(self) -> Rectangle:
        """What is kept, counted from the corner of what is seen."""
        return within(self.kept, self.seen)


def tile_rows(height: int, width: int, halo: int, side: int = TILE) -> Iterator[list[Tile]]:
    """Tiles that cover a picture, row by row, each seen with ``halo`` more on every side."""
    for rows in _spans(height, halo, side):
        spans = _spans(width, halo, side)
        yield [Tile((rows[0], columns[0]), (rows[1], columns[1])) for columns in spans]


def _spans(length: int, halo: int, side: int) -> Iterator[Rectangle]:
    for start in range(0, length, side):
        stop = min(start + side, length)
        yield slice(max(0, start - halo), min(length, stop + halo)), slice(start, stop)


def padded_sides(photo: Photo, multiple: int) -> tuple[int, int]:
    """Height and width, as much larger as ``multiple`` wants."""
    return photo.height + -photo.height % multiple, photo.width + -photo.width % multiple


def padded_part(photo: Photo, where: Rectangle) -> Tensor:
    """(1, 3, h, w) of a picture whose last row and column go on for ever."""
    rows, columns = where
    part = photo.part(
        slice(rows.start, min(rows.stop, photo.height)),
        slice(columns.start, min(columns.stop, photo.width)),
    )[None]
    missing = [0, max(0, columns.stop - photo.width), 0, max(0, rows.stop - photo.height)]
    return F.pad(part, missing, mode="replicate") if any(missing) else part


def part_of_weights(weights: Tensor | None, where: Rectangle) -> Tensor | None:
    """The style weights of a part: (1, S) are the same everywhere, (1, S, H, W) are cut."""
    if weights is None or weights.ndim == 2:
        return weights
    rows, columns = where
    return weights[..., rows, columns]


def overlap(one: Rectangle, other: Rectangle) -> Rectangle | None:
    """What two parts have in common, if anything."""
    rows, columns = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None


def within(part: Rectangle, whole: Rectangle) -> Rectangle:
    """A part, counted from the corner of another that holds it."""
    rows, columns = (
        slice(a.start - b.start, a.stop - b.start) for a, b in zip(part, whole, strict=True)
    )
    return rows, columns
