"""The style of a part of a picture: Gram matrices restricted to a region (seed 003, sec. 3.4: G^{l,s} of layer l and segment s)."""

from collections.abc import Mapping

from torch import Tensor

from stylenets import masks
from stylenets.errors import UserError
from stylenets.losses import functional


def regional_gram(features: Tensor, weight: Tensor) -> Tensor:
    """(B, C, H, W) features, (H, W) weights >= 0 -> (B, C, C): the mean of f f^T over positions, weighted.

    Divided by the weights' own sum, so that a region of any size has the Gram matrix of a whole picture of its texture, and a weight of 1
    everywhere gives ``functional.gram``.
    """
    share = weight / weight.sum() * weight.numel()
    return functional.gram(features.float() * share.sqrt())


def at_layers(
    weight: Tensor, features: Mapping[str, Tensor], label: str = "a region"
) -> dict[str, Tensor]:
    """A map (H, W) over a picture -> {layer: (h, w)} at the sizes of the layers' features (B, C, h, w), averaged.

    Raises UserError where nothing of it is left: the region ``label`` is empty.
    """
    if not float(weight.sum()) > 0:
        raise UserError(f"the region {label} is empty: no pixel of the picture belongs to it")
    return {
        layer: masks.resize(weight, *maps.shape[-2:]).to(maps.device)
        for layer, maps in features.items()
    }
