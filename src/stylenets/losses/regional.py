"""The style of a part of a picture ("A closer look at Neural Style", sec. 3.4: G of a segment)."""

from collections.abc import Mapping

from torch import Tensor

from stylenets import masks
from stylenets.errors import UserError
from stylenets.losses.style import STYLE_VARIANTS


def regional_statistics(features: Tensor, weight: Tensor, variant: str) -> Tensor:
    """The statistics of a style variant over a region.

    Weights are divided by their own sum, so that a region of any size has the statistics of a whole
    picture of its texture, and a weight of 1 everywhere gives those of the whole picture.

    Args:
        features: (B, C, H, W).
        weight: (H, W), at least 0.
        variant: One of ``STYLE_VARIANTS``.

    Returns:
        (B, n, C).
    """
    share = weight / weight.sum() * weight.numel()
    return STYLE_VARIANTS[variant].statistics(features, share)


def at_layers(
    weight: Tensor, features: Mapping[str, Tensor], label: str = "a region"
) -> dict[str, Tensor]:
    """A map over a picture, averaged to the sizes of layers' features.

    Args:
        weight: (H, W), at least 0.
        features: {layer: (B, C, h, w)}.
        label: What a complaint calls the region.

    Returns:
        {layer: (h, w)}.

    Raises:
        UserError: The region is empty.
    """
    if not float(weight.sum()) > 0:
        raise UserError(f"the region {label} is empty: no pixel of the picture belongs to it")
    return {
        layer: masks.resize(weight, *maps.shape[-2:]).to(maps.device)
        for layer, maps in features.items()
    }
