"""Feature reconstruction: the distance of a picture's features from the photograph's."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import instance_norm

SMALLEST_ENERGY = 1e-8  # a black photograph has none, and is not to be divided by


def mean_squared(features: Tensor, target: Tensor) -> Tensor:
    """||phi(x) - phi(c)||^2 / (C H W) (Johnson et al. 2016, eq. 2): (B, C, H, W) twice -> (B,)."""
    return (features - target).square().mean((1, 2, 3))


def half_sum(features: Tensor, target: Tensor) -> Tensor:
    """Half the sum of squares (Gatys et al. 2016, eq. 1): C H W / 2 times ``mean_squared``."""
    return 0.5 * (features - target).square().sum((1, 2, 3))


def relative(features: Tensor, target: Tensor) -> Tensor:
    """``mean_squared`` over the photograph's own energy: 1 for black features in any layer."""
    energy = mean_squared(target, torch.zeros_like(target))
    return mean_squared(features, target) / energy.clamp_min(SMALLEST_ENERGY)


def normalized(features: Tensor, target: Tensor) -> Tensor:
    """Half the mean squared distance of instance-normalized features: 1 - their correlation.

    It sees where things are, and is blind to contrast and color, which belong to the style. As in
    Ulyanov et al. 2016, instance norm takes those out of the features.
    """
    return 0.5 * mean_squared(instance_norm(features), instance_norm(target))


CONTENT_VARIANTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mean": mean_squared,
    "gatys": half_sum,
    "relative": relative,
    "normalized": normalized,
}


def feature_reconstruction(features: Tensor, target: Tensor, variant: str = "mean") -> Tensor:
    """Content loss of a layer, in float32 whatever the autocast state.

    Args:
        features: (B, C, H, W) of the stylized picture.
        target: (B, C, H, W) of the photograph.
        variant: One of ``CONTENT_VARIANTS``.

    Returns:
        (B,).
    """
    with torch.autocast(features.device.type, enabled=False):
        return CONTENT_VARIANTS[variant](features.float(), target.float())
