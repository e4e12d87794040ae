"""Grid: a texture that repeats as often as the network's own strides (Odena et al. 2016).

Statistics of features look a few pixels around and know no period. A network can repeat one stroke
every four pixels, the width of its deepest features, and no other loss notices. In the power
spectrum along rows and columns such a texture is a peak. Durall et al. 2020 measure such peaks, and
train against them.
"""

import torch
from torch import Tensor

PERIODS = (2, 4)  # pixels: of features after one stride, and after two
NEAR = range(3, 9)  # lines of the spectrum from a peak that are its neighborhood
FLOOR = 1e-6  # mean power of a thousandth of full brightness: below it there is nothing to see


def grid_excess(x: Tensor) -> Tensor:
    """By how much the spectrum's lines at ``PERIODS`` stand out from those around.

    Args:
        x: (B, 3, H, W) RGB in [0, 1], at least 32 pixels a side.

    Returns:
        (B,) natural logarithms, of which 0.23 is one decibel; 0 where none stands out.
    """
    with torch.autocast(x.device.type, enabled=False):
        gray = x.float().mean(1)
        return 0.5 * (_along_rows(gray) + _along_rows(gray.transpose(1, 2)))


def _along_rows(gray: Tensor) -> Tensor:
    """(B, H, W) -> (B,), the mean over the periods."""
    length = gray.shape[2] // 4 * 4  # so that each period has a line of its own
    rows = gray[..., :length]
    rows = rows - rows.mean(2, keepdim=True)
    power = torch.fft.rfft(rows).abs().square().mean(1) + FLOOR * length
    excess = [_stands_out(power, length // period) for period in PERIODS]
    return torch.stack(excess).mean(0)


def _stands_out(power: Tensor, line: int) -> Tensor:
    """Power (B, F) at a line and beside it, over the power around."""
    last = power.shape[1] - 1
    peak = [k for k in (line - 1, line, line + 1) if k <= last]
    around = [k for step in NEAR for k in (line - step, line + step) if 0 < k <= last]
    ratio = power[:, peak] / power[:, around].mean(1, keepdim=True)
    return ratio.log().clamp_min(0.0).mean(1)
