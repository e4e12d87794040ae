"""Pictures at another size, also in bands of rows: both give the same pixels.

A band is rows (C, n, W) of a picture; bands follow each other from the top.
"""

import math
from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

CUBIC = 2  # positions that the kernel reaches to each side
SHARPNESS = -0.5  # of the cubic convolution kernel (Keys 1981, eq. 4)


def scaled(picture: Tensor, height: int, width: int) -> Tensor:
    """(C, H, W) -> (C, height, width), antialiased bicubic."""
    return F.interpolate(picture[None], (height, width), mode="bicubic", antialias=True)[0]


def scaled_rows(picture: Tensor, height: int, width: int, rows: slice) -> Tensor:
    """The ``rows`` of ``scaled(picture, height, width)``, without the others."""
    first, matrix = row_weights(picture.shape[-2], height, rows)
    seen = picture[:, first : first + matrix.shape[1]]
    return scaled(_along_columns(matrix, seen), matrix.shape[0], width)


def scaled_bands(bands: Iterable[Tensor], rows: int, height: int, width: int) -> Tensor:
    """``scaled`` of a picture that comes in bands.

    Args:
        bands: (C, n, W) each.
        rows: Of the whole picture.
        height: Of the result.
        width: Of the result.

    Returns:
        (C, height, width).
    """
    shrinking = Shrinking(rows, height, width)
    for band in bands:
        shrinking.add(band)
    return shrinking.picture


class Shrinking:
    """A picture at another size, made of its bands as they come.

    ``picture`` is (3, height, width) as soon as the last is there.

    Args:
        rows: Of the whole picture.
        height: Of the result.
        width: Of the result.
    """

    def __init__(self, rows: int, height: int, width: int) -> None:
        self.rows = rows
        self.picture = torch.zeros(3, height, width)
        self.top = 0

    def add(self, band: Tensor) -> None:
        """Take the next band (3, n, W)."""
        height, width = self.picture.shape[-2:]
        bottom = self.top + band.shape[-2]
        step = self.rows / height
        reach = CUBIC * max(1.0, step)
        touched = slice(
            max(0, math.floor((self.top - reach) / step) - 1),
            min(height, math.ceil((bottom + reach) / step) + 1),
        )
        first, matrix = row_weights(self.rows, height, touched)
        last = first + matrix.shape[1]
        begin, end = max(first, self.top), min(last, bottom)
        if begin < end:
            narrow = scaled(band, band.shape[-2], width)[:, begin - self.top : end - self.top]
            part = _along_columns(matrix[:, begin - first : end - first], narrow)
            self.picture[:, touched] += part
        self.top = bottom

    def passing(self, bands: Iterable[Tensor]) -> Iterator[Tensor]:
        """The same bands, each of which is taken on its way."""
        for band in bands:
            self.add(band)
            yield band


def row_weights(length: int, wanted: int, rows: slice) -> tuple[int, Tensor]:
    """What ``rows`` of ``wanted`` are of ``length`` rows, antialiased bicubic.

    Returns:
        The first row that counts, and weights (rows, rows that count).
    """
    step = length / wanted
    spread = max(1.0, step)
    reach = CUBIC * spread
    centers = step * (torch.arange(rows.start, rows.stop, dtype=torch.float64) + 0.5)
    first = max(0, math.floor(float(centers[0]) - reach))
    last = min(length, math.ceil(float(centers[-1]) + reach))
    places = torch.arange(first, last, dtype=torch.float64) + 0.5
    weights = _cubic((places - centers[:, None]).abs() / spread)
    return first, (weights / weights.sum(1, keepdim=True)).float()


def _cubic(distance: Tensor) -> Tensor:
    a = SHARPNESS
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = ((distance - 5) * distance + 8) * distance * a - 4 * a
    return torch.where(distance < 1, near, torch.where(distance < CUBIC, far, 0.0))


def _along_columns(matrix: Tensor, band: Tensor) -> Tensor:
    """(m, n) applied to the rows of (C, n, W) -> (C, m, W)."""
    return torch.einsum("mn,cnw->cmw", matrix, band)
