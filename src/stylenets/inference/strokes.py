"""Larger or finer strokes: the picture seen at another size, and brought back with its detail.

A network paints strokes of a fixed number of pixels. So what it paints of a picture half as large
has strokes twice as large once it is enlarged. The fine detail that the small picture lacks comes
from the photograph, as strongly as the painting follows the photograph there: the local regression
of a guided filter (He et al. 2013, eq. 5), at the small size (He & Sun 2015).
"""

from collections.abc import Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.inference.photo import Photo
from stylenets.inference.scaling import scaled, scaled_rows

PREVIEW = 512  # pixels of the shortest side at which stroke=auto looks as without it
RADIUS = 4  # pixels of the small picture, of the window that the regression is over
NOISE = 1e-4  # added to the variance: 1 % of the range is no detail
MAX_GAIN = 2.0


def seen_size(height: int, width: int, stroke: float | str) -> tuple[int, int]:
    """Height and width of the picture for strokes ``stroke`` times as large; "auto": of 512."""
    factor = min(height, width) / PREVIEW if stroke == "auto" else float(stroke)
    return max(1, round(height / factor)), max(1, round(width / factor))


def bring_back(stylized: Iterable[Tensor], seen: Photo, photo: Photo) -> Iterator[Tensor]:
    """What was painted of ``seen`` at the size of ``photo``, of which ``seen`` is a scaled copy.

    Args:
        stylized: Bands (3, n, w).
        seen: What the network saw.
        photo: The photograph.

    Yields:
        Bands (3, n, W) in [0, 1], as high as those of ``photo``; where ``stylized`` is ``seen``,
        the photograph itself.
    """
    height, width = photo.height, photo.width
    small = torch.cat(list(stylized), 1)
    if seen.width >= width:  # the photograph has no more detail than what was seen
        yield from _bands_of(scaled(small, height, width).clamp(0, 1), photo)
        return
    look = seen.whole()
    gain = _gain(small, look)
    top = 0
    for band in photo.bands():
        rows = slice(top, top + band.shape[-2])
        enlarged, own, local = (
            scaled_rows(one, height, width, rows) for one in (small, look, gain)
        )
        yield (enlarged + local * (band - own)).clamp(0, 1)
        top = rows.stop


def _bands_of(picture: Tensor, photo: Photo) -> Iterator[Tensor]:
    """A picture of the photograph's size in bands like its own."""
    top = 0
    for band in photo.bands():
        yield picture[:, top : top + band.shape[-2]]
        top += band.shape[-2]


def _gain(stylized: Tensor, seen: Tensor) -> Tensor:
    """How strongly each channel follows the photograph's around each pixel, (3, h, w)."""
    mean = _window_mean(seen)
    covariance = _window_mean(seen * stylized) - mean * _window_mean(stylized)
    variance = _window_mean(seen * seen) - mean * mean
    return ((covariance + NOISE) / (variance + NOISE)).clamp(-MAX_GAIN, MAX_GAIN)


def _window_mean(channels: Tensor) -> Tensor:
    """The mean over a square window around every pixel, of what lies within the picture."""
    window = 2 * RADIUS + 1
    return F.avg_pool2d(channels[None], window, 1, RADIUS, count_include_pad=False)[0]
