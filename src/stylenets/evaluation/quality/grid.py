"""How far a texture of the network's own strides stands out of a picture's spectrum.

Networks that upsample tend to repeat a texture every few pixels (Odena et al. 2016). It is a line
in the power spectrum along rows and columns, which photographs do not have (Durall et al. 2020).
"""

import torch
from torch import Tensor

PERIODS = (2, 4, 8)  # pixels: the strides of networks with two or three steps of upsampling
NEIGHBORS = range(2, 7)  # lines of the spectrum, to both sides, that a line is compared with
FLOOR = 1e-9  # mean power far below an 8-bit file's own rounding: a flat picture has 0 dB


def grid_decibels(picture: Tensor) -> list[float]:
    """By how much a texture of each of ``PERIODS`` stands out, in dB; photographs have about 0.

    The power of the spectrum's line at that period over the mean of its neighbors, along the rows
    and columns of the gray values of (1, 3, H, W), at least 32 pixels a side.
    """
    gray = picture.mean((0, 1))
    decibels = []
    for period in PERIODS:
        of_rows, around_rows = _line_power(gray, period)
        of_columns, around_columns = _line_power(gray.T, period)
        ratio = (of_rows + of_columns) / (around_rows + around_columns)
        decibels.append(float(10 * ratio.log10()))
    return decibels


def _line_power(gray: Tensor, period: int) -> tuple[Tensor, Tensor]:
    """Power of the line at ``period`` and mean power around it, along the rows of (H, W)."""
    length = gray.shape[1] // max(PERIODS) * max(PERIODS)  # each period has a line of its own
    rows = gray[:, :length]
    rows = rows - rows.mean(1, keepdim=True)
    power = torch.fft.rfft(rows).abs().square().mean(0) + FLOOR * length
    line = length // period
    around = [k for step in NEIGHBORS for k in (line - step, line + step) if 0 < k < len(power)]
    return power[line], power[around].mean()
