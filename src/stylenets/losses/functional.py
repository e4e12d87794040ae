"""Perceptual losses as pure functions, one value per picture (Gatys et al. 2016; Johnson et al. 2016; Dumoulin et al. 2017)."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def gram(features: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, C): G = F F^T / (H W), computed in float32 whatever the autocast state.

    The mean over positions; the other normalizations of the literature are factors of it, see ``STYLE_VARIANTS``.
    """
    with torch.autocast(features.device.type, enabled=False):
        flat = (
            features.float().permute(0, 2, 3, 1).flatten(1, 2)
        )  # a view, whether channels are first or last in memory
        return _Gram.apply(flat) / flat.shape[1]


class _Gram(torch.autograd.Function):
    """F^T F of (B, N, C) with its gradient F (D + D^T), where torch would take two products, one transposed, and their sum."""

    @staticmethod
    def forward(ctx: FunctionCtx, flat: Tensor) -> Tensor:
        ctx.save_for_backward(flat)
        return flat.transpose(1, 2) @ flat

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        (flat,) = ctx.saved_tensors
        both = gradient + gradient.transpose(1, 2)
        return (
            flat @ both if flat.is_contiguous() else (both @ flat.transpose(1, 2)).transpose(1, 2)
        )  # in the features' own order


# Each: factor on ||G_x - G_s||_F^2 for G = F F^T / (H W), from channels C, positions M = H W and the style's Gram (B, C, C) -> scalar or (B,).
# With Gram matrices divided otherwise, by k, the squared distance changes by k^-2: that is all that sets the variants apart.
STYLE_VARIANTS: dict[str, Callable[[int, int, Tensor], float | Tensor]] = {
    # Dumoulin et al. 2017: Gram over H W.
    "hw": lambda channels, positions, target: 1.0,
    # Dumoulin et al.'s published code: the mean instead of the sum over the Gram matrix's C^2 entries.
    "hw_mean": lambda channels, positions, target: channels**-2.0,
    # Johnson et al. 2016, eq. 3: Gram over C H W; seed 001's formula.
    "chw": lambda channels, positions, target: channels**-2.0,
    # fast-neural-style, Johnson et al.'s published code: the mean over the C^2 entries.
    "chw_mean": lambda channels, positions, target: channels**-4.0,
    # Gatys et al. 2016, eq. 4: plain Gram, 1 / (4 N^2 M^2).
    "gatys": lambda channels, positions, target: channels**-2.0 / 4.0,
    # Seed 000: plain Gram, 1 / U with U = C H W units in the layer.
    "units": lambda channels, positions, target: positions / channels,
    # Seed 002: plain Gram, the mean over its C^2 entries, 1 / (C H W).
    "units_mean": lambda channels, positions, target: positions * float(channels) ** -3.0,
    # Relative to the style's own Gram energy: 0 is the style, 1 a black picture's features; loss weights carry over between layers and VGGs.
    "relative": lambda channels, positions, target: 1.0 / target.square().sum((1, 2)),
}


def style_reconstruction(features: Tensor, target: Tensor, variant: str = "chw") -> Tensor:
    """Style reconstruction loss (B,) of features (B, C, H, W) against the style's ``gram`` (B, C, C).

    ``target`` counts as if the style picture had as many positions as ``features``, so that the sizes may differ; with equal sizes every
    variant is its formula to the letter.
    """
    return gram_distance(gram(features), target, features.shape[2] * features.shape[3], variant)


def gram_distance(found: Tensor, target: Tensor, positions: int, variant: str) -> Tensor:
    """Style reconstruction loss (B,) between two Gram matrices (B, C, C) as ``gram`` makes them, of a layer with H W ``positions``."""
    distance = (found - target).square().sum((1, 2))
    return distance * STYLE_VARIANTS[variant](found.shape[1], positions, target)


def feature_reconstruction(features: Tensor, target: Tensor, relative: bool = False) -> Tensor:
    """||phi(x) - phi(c)||^2 / (C H W) (Johnson et al. 2016, eq. 2) -> (B,); ``relative``: over the target's own energy instead."""
    with torch.autocast(features.device.type, enabled=False):
        distance = (features.float() - target.float()).square().mean((1, 2, 3))
        return (
            distance / target.float().square().mean((1, 2, 3)).clamp_min(1e-8)
            if relative
            else distance
        )


def total_variation(x: Tensor, summed: bool = False) -> Tensor:
    """Squared differences of neighbours in (B, 3, H, W) -> (B,): the mean over each direction's pairs, or their sum (Johnson et al. 2016)."""
    horizontal = (x[..., :, 1:] - x[..., :, :-1]).square()
    vertical = (x[..., 1:, :] - x[..., :-1, :]).square()
    if summed:
        return horizontal.sum((1, 2, 3)) + vertical.sum((1, 2, 3))
    return horizontal.mean((1, 2, 3)) + vertical.mean((1, 2, 3))


def reconstruction(x: Tensor, target: Tensor) -> Tensor:
    """L1 of pixels and of their neighbour differences, (B, 3, H, W) twice -> (B,): a cheap start for a network, without VGG."""
    error = x - target
    edges = (error[..., :, 1:] - error[..., :, :-1]).abs().mean((1, 2, 3)) + (
        error[..., 1:, :] - error[..., :-1, :]
    ).abs().mean((1, 2, 3))
    return error.abs().mean((1, 2, 3)) + edges
