"""The photograph as it is stored, of which parts become float32 when they are looked at."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stylenets.inference.scaling import scaled, scaled_bands

LARGE = 2048 * 2048  # pixels from which on a picture is painted, controlled and written in bands
ROWS = 128  # of a band
EVERYWHERE = slice(None)


class Photo:
    """A picture of any size.

    Args:
        stored: (H, W, 3), uint8 or uint16; or a float tensor (3, H, W) in [0, 1].

    Example:
        >>> photo = Photo(np.zeros((40, 60, 3), np.uint8))
        >>> photo.part(slice(0, 8), slice(20, 60)).shape
        torch.Size([3, 8, 40])
    """

    def __init__(self, stored: Tensor | NDArray[np.uint8] | NDArray[np.uint16]) -> None:
        self.stored = stored
        sides = stored.shape[-2:] if isinstance(stored, Tensor) else stored.shape[:2]
        self.height = int(sides[0])
        self.width = int(sides[1])

    @property
    def is_large(self) -> bool:
        """Whether it is handled in bands."""
        return self.height * self.width > LARGE

    def part(self, rows: slice, columns: slice = EVERYWHERE) -> Tensor:
        """(3, h, w) float32 in [0, 1] on the CPU."""
        if isinstance(self.stored, Tensor):
            return self.stored[:, rows, columns]
        values = self.stored[rows, columns]
        whole = float(np.iinfo(values.dtype).max)
        # torch has little for 16 unsigned bits
        wide = values.astype(np.int32) if values.dtype == np.uint16 else values.copy()
        return torch.from_numpy(wide).permute(2, 0, 1).float().div_(whole)

    def whole(self) -> Tensor:
        """(3, H, W) float32 in [0, 1]."""
        return self.part(EVERYWHERE)

    def bands(self) -> Iterator[Tensor]:
        """All of it from the top; one that is not large in a single band."""
        rows = ROWS if self.is_large else self.height
        for top in range(0, self.height, rows):
            yield self.part(slice(top, top + rows))

    def beside(self, bands: Iterable[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Each of the bands of a picture of this size, behind its own part of the photograph."""
        top = 0
        for band in bands:
            yield self.part(slice(top, top + band.shape[-2])), band
            top += band.shape[-2]

    def scaled(self, height: int, width: int) -> Tensor:
        """(3, height, width) float32, antialiased bicubic."""
        if not self.is_large:
            return scaled(self.whole(), height, width)
        return scaled_bands(self.bands(), self.height, height, width)
