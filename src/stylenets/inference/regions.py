"""A look for each region of a picture in one pass: style weights per pixel, and the photograph itself where a region is kept."""

from collections.abc import Mapping

import torch
from torch import Tensor

from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.regions import KEEP

TINY = 1e-6  # a pixel with less of its share styled is a kept one


def looks(
    stylizer: Stylizer | SwapStylizer, regions: Mapping[str, str | Mapping[str, float]]
) -> dict[str, Tensor | None]:
    """{label: "keep" | style | {style: share}} -> {label: style weights (S,), or None to keep}. Raises UserError for an unknown style."""
    shares = {
        label: {look: 1.0} if isinstance(look, str) else look for label, look in regions.items()
    }
    return {
        label: None if regions[label] == KEEP else stylizer.weights(mix)
        for label, mix in shares.items()
    }


def stylize(
    stylizer: Stylizer | SwapStylizer,
    picture: Tensor,
    partition: Mapping[str, Tensor],
    looks: Mapping[str, Tensor | None],
) -> Tensor:
    """(3, H, W) in [0, 1], regions (H, W) that sum to 1, their looks -> (3, H, W): one pass, then the kept regions laid over it.

    Where the kept regions' share is 1, so outside their feather, the pixels are exactly those of ``picture``.
    """
    keep = kept(partition, looks)
    if bool((keep == 1).all()):
        return picture.clone()
    return picture.lerp(stylizer.stylize(picture, style_weights(partition, looks)), 1 - keep)


def kept(partition: Mapping[str, Tensor], looks: Mapping[str, Tensor | None]) -> Tensor:
    """The share (H, W) of every pixel that stays the photograph."""
    masks = [mask for label, mask in partition.items() if looks[label] is None]
    return sum(masks).clamp(0, 1) if masks else torch.zeros_like(next(iter(partition.values())))


def style_weights(partition: Mapping[str, Tensor], looks: Mapping[str, Tensor | None]) -> Tensor:
    """Regions and their looks -> (S, H, W) style weights that sum to 1 at every pixel.

    What is kept takes the weights of the nearest pixel that is not: a network sees around a pixel, so that a style that ended
    at the border would be missing in the feather.
    """
    weights = sum(
        partition[label] * look[:, None, None] for label, look in looks.items() if look is not None
    )
    styled = sum(partition[label] for label, look in looks.items() if look is not None)
    weights = weights / styled.clamp(min=TINY)
    if (styled >= TINY).all():
        return weights
    from scipy import ndimage  # here, so that pictures without regions do not wait for it

    nearest = ndimage.distance_transform_edt(
        (styled < TINY).numpy(), return_distances=False, return_indices=True
    )
    rows, columns = torch.from_numpy(nearest).long()
    return weights[:, rows, columns]
