"""Instance norm with one affine pair per style (Dumoulin et al. 2017, sec. 2.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers import cpu

EPS = 1e-5  # as in the paper's code, and torch's default


class InstanceNorm(nn.InstanceNorm2d):
    """Affine instance norm (Ulyanov et al. 2016), with torch's state-dict keys."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=EPS, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W), shape unchanged."""
        if cpu.runs(x):
            gamma = self.weight.expand(len(x), -1)
            beta = self.bias.expand(len(x), -1)
            return cpu.instance_norm(x, gamma, beta, EPS)
        return instance_norm(x, self.weight[:, None, None], self.bias[:, None, None])


class ConditionalInstanceNorm(nn.Module):
    """z = gamma_s * (x - mean) / std + beta_s (eq. 5), the styles' gamma and beta mixed by weights.

    ``gamma`` and ``beta`` are (S, C): a row for each style, so that a style costs 2 C numbers.

    Example:
        >>> norm = ConditionalInstanceNorm(styles=2, channels=8)
        >>> x = torch.rand(1, 8, 16, 16)
        >>> norm(x, torch.tensor([[0.3, 0.7]])).shape  # a blend of two styles
        torch.Size([1, 8, 16, 16])
        >>> norm(x, torch.rand(1, 2, 4, 4)).shape  # another one at every place
        torch.Size([1, 8, 16, 16])
    """

    def __init__(self, styles: int, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(styles, channels))
        self.beta = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """Normalize pictures, each in its own mix of styles.

        Args:
            x: (B, C, H, W).
            weights: (B, S) for whole pictures; or (B, S, h, w) per pixel, resized to H x W by area.

        Returns:
            (B, C, H, W).
        """
        gamma = mix_rows(self.gamma, weights, x)
        beta = mix_rows(self.beta, weights, x)
        if cpu.runs(x):
            return cpu.instance_norm(x, gamma, beta, EPS)
        if weights.ndim == 4:
            return instance_norm(x, gamma, beta)
        return instance_norm(x, gamma[:, :, None, None], beta[:, :, None, None])


def mix_rows(table: Tensor, weights: Tensor, like: Tensor) -> Tensor:
    """(S, C) rows mixed by (B, S) -> (B, C), or by (B, S, h, w) -> (B, C, H, W) of ``like``."""
    if weights.ndim == 2:
        # not a product of matrices: under autocast it would be rounded to bfloat16
        return (weights[:, :, None] * table).sum(1)
    weights = F.interpolate(weights, like.shape[-2:], mode="area")
    # channels last in memory, as everywhere in the networks
    return (weights.permute(0, 2, 3, 1) @ table).permute(0, 3, 1, 2)


def gamma_and_beta(norm: nn.Module, weights: Tensor | None, like: Tensor) -> tuple[Tensor, Tensor]:
    """What a norm multiplies and adds, of one style or a mix: two that broadcast to ``like``.

    Args:
        norm: An InstanceNorm, or a ConditionalInstanceNorm.
        weights: Style weights (B, S) or (B, S, h, w) of the latter.
        like: What is normed, (B, C, H, W).
    """
    if isinstance(norm, ConditionalInstanceNorm):
        assert weights is not None
        gamma = mix_rows(norm.gamma, weights, like)
        beta = mix_rows(norm.beta, weights, like)
    else:
        assert isinstance(norm, InstanceNorm)
        gamma = norm.weight[None]
        beta = norm.bias[None]
    if gamma.ndim == 4:
        return gamma, beta
    return gamma[:, :, None, None], beta[:, :, None, None]


def instance_norm(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """Normalize (B, C, H, W) in its own type: (x - mean) / std * gamma + beta.

    Gamma and beta broadcast to x; the statistics are float32. A value then costs one multiplication
    and one addition, and channels that lie last stay last, where ``F.instance_norm`` would copy
    them. An exported network calls it all the same: other runtimes know that operation as a whole.
    """
    if torch.compiler.is_exporting():
        return torch.addcmul(beta, gamma, F.instance_norm(x, eps=EPS))
    variance, mean = torch.var_mean(x.float(), (2, 3), correction=0, keepdim=True)
    scale = gamma * (variance + EPS).rsqrt()
    return torch.addcmul(beta - mean * scale, scale, x.float()).to(x.dtype)
