"""Larger or finer strokes: the picture seen at another size, and brought back with its detail.

A network paints strokes of a fixed number of pixels. So what it paints of a picture half as large
has strokes twice as large once it is enlarged. The fine detail that the small picture lacks comes
from the photograph, as strongly as the painting follows the photograph there: the local regression
of a guided filter (He et al. 2013, eq. 5), at the small size (He & Sun 2015).
"""

import torch.nn.functional as F
from torch import Tensor

PREVIEW = 512  # pixels of the shortest side at which stroke=auto looks as without it
RADIUS = 4  # pixels of the small picture, of the window that the regression is over
NOISE = 1e-4  # added to the variance: 1 % of the range is no detail
MAX_GAIN = 2.0


def seen_size(height: int, width: int, stroke: float | str) -> tuple[int, int]:
    """Height and width of the picture for strokes ``stroke`` times as large; "auto": of 512."""
    factor = min(height, width) / PREVIEW if stroke == "auto" else float(stroke)
    return max(1, round(height / factor)), max(1, round(width / factor))


def scaled(picture: Tensor, height: int, width: int) -> Tensor:
    """(C, H, W) -> (C, height, width), antialiased bicubic."""
    return F.interpolate(picture[None], (height, width), mode="bicubic", antialias=True)[0]


def bring_back(stylized: Tensor, seen: Tensor, picture: Tensor) -> Tensor:
    """What was painted of ``seen`` at the size of ``picture``, of which ``seen`` is a scaled copy.

    Args:
        stylized: (3, h, w).
        seen: What the network saw, (3, h, w).
        picture: The photograph, (3, H, W).

    Returns:
        (3, H, W) in [0, 1]; where ``stylized`` is ``seen``, the photograph itself.
    """
    height, width = picture.shape[-2:]
    enlarged = scaled(stylized, height, width)
    if seen.shape[-1] >= width:  # the photograph has no more detail than what was seen
        return enlarged.clamp(0, 1)
    gain = F.interpolate(
        _gain(stylized, seen)[None], (height, width), mode="bilinear", align_corners=False
    )[0]
    detail = picture - scaled(seen, height, width)
    return (enlarged + gain * detail).clamp(0, 1)


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
