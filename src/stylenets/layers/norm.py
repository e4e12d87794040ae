"""Instance norm with one affine pair per style, mixed by style weights (Dumoulin et al. 2017, sec. 2.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers import cpu

EPS = 1e-5  # as in the paper's code, and torch's default


class InstanceNorm(nn.InstanceNorm2d):
    """Affine instance norm (Ulyanov et al. 2016), with torch's state-dict keys: (B, C, H, W), shape unchanged."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=EPS, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        if cpu.runs(x):
            return cpu.instance_norm(x, self.weight.expand(len(x), -1), self.bias.expand(len(x), -1), EPS)
        return super().forward(x)


class ConditionalInstanceNorm(nn.Module):
    """z = gamma_s * (x - mean) / std + beta_s, with (gamma, beta) of the styles blended by weights.

    ``gamma`` and ``beta`` are (S, C): one row a style, 2 C numbers each.
    """

    def __init__(self, styles: int, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(styles, channels))
        self.beta = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """x (B, C, H, W); weights (B, S) for whole pictures or (B, S, h, w) per pixel, resized to H x W by area -> (B, C, H, W)."""
        if weights.ndim == 2 and cpu.runs(x):
            return cpu.instance_norm(x, weights @ self.gamma, weights @ self.beta, EPS)
        x = F.instance_norm(x, eps=EPS)
        return torch.addcmul(blend(self.beta, weights, x), blend(self.gamma, weights, x), x)


def blend(table: Tensor, weights: Tensor, like: Tensor) -> Tensor:
    """(S, C) rows mixed by (B, S) -> (B, C, 1, 1), or by (B, S, h, w) -> (B, C, H, W), in the type of ``like``."""
    if weights.ndim == 2:
        return (weights @ table).to(like.dtype)[:, :, None, None]
    weights = F.interpolate(weights, like.shape[-2:], mode="area")
    return torch.einsum("bshw,sc->bchw", weights, table).to(like.dtype)
