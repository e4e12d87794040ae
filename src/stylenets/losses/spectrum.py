"""The power spectrum along rows and columns (Liu et al. 2016; Durall et al. 2020).

Statistics of features see a few pixels around and no period: a network may repeat one stroke every
four pixels, as wide as its own strides, at no cost. In the spectrum such a texture is a peak that no
painting has.
"""

import torch
from torch import Tensor

WINDOW = 32  # pixels: resolves periods of 2, 4 and 8 pixels, and fits into a training crop
LONGEST = 8  # pixels: longer periods belong to the photograph


def log_spectrum(x: Tensor) -> Tensor:
    """Logarithm of the power of gray values by period, averaged over windows (Welch 1967).

    (B, 3, H, W) RGB in [0, 1] -> (B, 2, F): along rows and along columns, from a period of
    ``LONGEST`` pixels down to 2.
    """
    with torch.autocast(x.device.type, enabled=False):
        gray = x.float().mean(1)
        return torch.stack([_along_rows(gray), _along_rows(gray.transpose(1, 2))], dim=1)


def _along_rows(gray: Tensor) -> Tensor:
    pieces = gray.unfold(2, WINDOW, WINDOW // 2)
    pieces = pieces - pieces.mean(-1, keepdim=True)
    taper = torch.hann_window(WINDOW, device=gray.device)
    power = torch.fft.rfft(pieces * taper).abs().square().mean((1, 2))
    floor = 1e-6 * WINDOW  # of a thousandth of a gray level: below it there is nothing to see
    return (power[:, WINDOW // LONGEST :] + floor).log()


def spectrum_distance(found: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference (B,) of two log spectra (B, 2, F): 1 is a factor of e in power."""
    return (found - target).abs().mean((1, 2))
