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
            return cpu.instance_norm(
                x, self.weight.expand(len(x), -1), self.bias.expand(len(x), -1), EPS
            )
        return normalized(x, self.weight[:, None, None], self.bias[:, None, None])


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
        gamma, beta = (blend(table, weights, x) for table in (self.gamma, self.beta))
        if cpu.runs(x):
            return cpu.instance_norm(x, gamma, beta, EPS)
        return (
            normalized(x, gamma, beta)
            if weights.ndim == 4
            else normalized(x, gamma[:, :, None, None], beta[:, :, None, None])
        )


def blend(table: Tensor, weights: Tensor, like: Tensor) -> Tensor:
    """(S, C) rows mixed by (B, S) -> (B, C), or by (B, S, h, w) -> (B, C, H, W) of ``like``."""
    if weights.ndim == 2:
        return (weights[:, :, None] * table).sum(
            1
        )  # a product of matrices would be rounded to bfloat16 under autocast
    weights = F.interpolate(weights, like.shape[-2:], mode="area")
    return (weights.permute(0, 2, 3, 1) @ table).permute(
        0, 3, 1, 2
    )  # channels last in memory, as on all ways through the networks


def normalized(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """gamma * (x - mean) / std + beta of (B, C, H, W), in the type of ``x``, with statistics in float32; gamma and beta broadcast to x.

    In the end one multiplication and addition a value, which leaves channels last where they are so: ``F.instance_norm`` copies them. An
    exported network has that one all the same: other runtimes know it as a whole.
    """
    if torch.compiler.is_exporting():
        return torch.addcmul(beta, gamma, F.instance_norm(x, eps=EPS))
    variance, mean = torch.var_mean(x.float(), (2, 3), correction=0, keepdim=True)
    scale = gamma * (variance + EPS).rsqrt()
    return torch.addcmul(beta - mean * scale, scale, x.float()).to(x.dtype)
