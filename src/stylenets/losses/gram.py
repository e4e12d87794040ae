"""Gram matrices of features and the distances between them (Gatys et al. 2016, eq. 3 to 5)."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction, FunctionCtx

Scale = Callable[[int, int, Tensor], float | Tensor]

# Each variant is a factor on ||G_x - G_s||_F^2 for G = F F^T / (H W), computed from the channels C,
# the positions M = H W and the style's Gram matrix (B, C, C). Gram matrices that are divided by
# another number k have k^-2 times the squared distance: nothing else sets the variants apart.
GRAM_SCALES: dict[str, Scale] = {
    # Dumoulin et al. 2017: Gram over H W.
    "hw": lambda channels, positions, target: 1.0,
    # Dumoulin et al.'s published code: the mean instead of the sum over the C^2 entries.
    "hw_mean": lambda channels, positions, target: channels**-2.0,
    # Johnson et al. 2016, eq. 3: Gram over C H W; also "Per-style" in the documents.
    "chw": lambda channels, positions, target: channels**-2.0,
    # fast-neural-style, Johnson et al.'s published code: the mean over the C^2 entries.
    "chw_mean": lambda channels, positions, target: channels**-4.0,
    # Gatys et al. 2016, eq. 4: plain Gram, 1 / (4 N^2 M^2).
    "gatys": lambda channels, positions, target: channels**-2.0 / 4.0,
    # "Neural Multi-style Transfer with Attention Masking": plain Gram, 1 / U, U = C H W units.
    "units": lambda channels, positions, target: positions / channels,
    # "A Smoother Segmentation-Based Style Transfer": plain Gram, mean of C^2 entries, 1 / (C H W).
    "units_mean": lambda channels, positions, target: positions * float(channels) ** -3.0,
    # Over the style's own energy: 0 is the style and 1 is black features, for any layer and VGG.
    "relative": lambda channels, positions, target: 1.0 / energy(target),
}


def energy(target: Tensor) -> Tensor:
    """Sum of squares, (B, N, C) -> (B,); 1 where there is none, as for a mix of no style."""
    squares = target.square().sum((1, 2))
    return torch.where(squares > 0, squares, 1.0)


def gram(features: Tensor, share: Tensor | None = None) -> Tensor:
    """The mean of f f^T over positions, computed in float32 whatever the autocast state.

    The other normalizations of the literature are factors of it, see ``GRAM_SCALES``.

    Args:
        features: (B, C, H, W).
        share: (H, W) weights of the positions, whose mean is 1; None weighs all alike.

    Returns:
        (B, C, C).

    Example:
        >>> features = torch.tensor([[[[1.0, 3.0]], [[0.0, 2.0]]]])  # 2 channels, 2 positions
        >>> gram(features)
        tensor([[[5., 3.],
                 [3., 2.]]])
    """
    with torch.autocast(features.device.type, enabled=False):
        features = features.float()
        if share is not None:
            features = features * share.sqrt()
        flat = features.permute(0, 2, 3, 1).flatten(1, 2)  # a view of channels last
        product: Tensor = _Gram.apply(flat)
        return product / flat.shape[1]


def gram_distance(found: Tensor, target: Tensor, positions: int, variant: str) -> Tensor:
    """Distance of two Gram matrices as ``gram`` makes them.

    Args:
        found: (B, C, C) of the stylized picture.
        target: (B, C, C) of the style.
        positions: H W of the layer. Both matrices count as if they came from so many, so that the
            pictures may differ in size. Where they do not, each variant is its formula to the
            letter.
        variant: One of ``GRAM_SCALES``.

    Returns:
        (B,).
    """
    distance = (found - target).square().sum((1, 2))
    return distance * GRAM_SCALES[variant](found.shape[1], positions, target)


class _Gram(torch.autograd.Function):
    """F^T F of (B, N, C) with its gradient F (D + D^T): one product where torch takes two."""

    @staticmethod
    def forward(ctx: FunctionCtx, flat: Tensor) -> Tensor:
        ctx.save_for_backward(flat)
        return flat.transpose(1, 2) @ flat

    @staticmethod
    def backward(ctx: BackwardCFunction, gradient: Tensor) -> Tensor:
        flat: Tensor = ctx.saved_tensors[0]
        both = gradient + gradient.transpose(1, 2)
        if flat.is_contiguous():
            return flat @ both
        return (both @ flat.transpose(1, 2)).transpose(1, 2)  # in the features' own order
