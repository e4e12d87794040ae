"""A look for each region of a picture, in one pass.

The styles are weighted per pixel, and a region that is kept is the photograph itself.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.regions import KEEP

Looks = Mapping[str, Tensor | None]  # {label: style weights (S,), or None to keep the photograph}
TINY = 1e-6  # a pixel with less of its share styled is a kept one


def resolve_looks(
    stylizer: RowStylizer | SwapStylizer, regions: Mapping[str, str | Mapping[str, float]]
) -> dict[str, Tensor | None]:
    """The style weights of every region.

    Args:
        stylizer: Whose styles they are.
        regions: {label: "keep", the name of a style, or {style: share}}.

    Returns:
        {label: style weights (S,), or None to keep}.

    Raises:
        UserError: For an unknown style.
    """
    looks: dict[str, Tensor | None] = {}
    for label, look in regions.items():
        if look == KEEP:
            looks[label] = None
        else:
            looks[label] = stylizer.weights({look: 1.0} if isinstance(look, str) else look)
    return looks


def stylize(
    stylizer: RowStylizer | SwapStylizer,
    picture: Tensor,
    partition: Mapping[str, Tensor],
    looks: Looks,
) -> Tensor:
    """Paint a picture in all its styles, and lay the kept regions over that.

    As ``lay_over``, with what ``stylizer`` paints in one pass.
    """
    return lay_over(picture, partition, looks, stylizer.stylize)


def lay_over(
    picture: Tensor,
    partition: Mapping[str, Tensor],
    looks: Looks,
    paint: Callable[[Tensor, Tensor], Tensor],
) -> Tensor:
    """One pass in all styles, then the kept regions laid over it.

    Where their share is 1, so outside their feather, the pixels are exactly those of ``picture``.

    Args:
        picture: (3, H, W) RGB in [0, 1].
        partition: {label: (H, W)}, which sum to 1.
        looks: Of the same labels.
        paint: What paints a picture by style weights (S, H, W).

    Returns:
        (3, H, W) in [0, 1].

    Raises:
        UserError: If a side is too small or too large, or the memory does not suffice.
    """
    keep = kept_share(partition, looks)
    if bool((keep == 1).all()):
        return picture.clone()
    stylized = paint(picture, style_weights(partition, looks))
    return picture.lerp(stylized, 1 - keep)


def kept_share(partition: Mapping[str, Tensor], looks: Looks) -> Tensor:
    """The share (H, W) of every pixel that stays the photograph."""
    share = torch.zeros_like(next(iter(partition.values())))
    for label, mask in partition.items():
        if looks[label] is None:
            share = share + mask
    return share.clamp(0, 1)


def style_weights(partition: Mapping[str, Tensor], looks: Looks) -> Tensor:
    """Style weights (S, H, W) that sum to 1 at every pixel.

    What is kept takes the weights of the nearest pixel that is not: a network sees around a pixel,
    so that a style that ended at the border would be missing in the feather.

    Args:
        partition: {label: (H, W)}, which sum to 1.
        looks: Of the same labels, at least one of them not kept.
    """
    masks = [partition[label] for label, look in looks.items() if look is not None]
    styles = [look for look in looks.values() if look is not None]
    styled = torch.zeros_like(masks[0])
    weights = torch.zeros(len(styles[0]), *styled.shape)
    for mask, style in zip(masks, styles, strict=True):
        styled = styled + mask
        weights = weights + mask * style[:, None, None]
    weights = weights / styled.clamp(min=TINY)
    if (styled >= TINY).all():
        return weights
    rows, columns = _nearest(styled >= TINY)
    return weights[:, rows, columns]


def _nearest(wanted: Tensor) -> Tensor:
    """Row and column of the nearest wanted pixel to each pixel: (H, W) bool -> (2, H, W)."""
    from scipy import ndimage  # here, so that pictures without regions do not wait for it

    places = ndimage.distance_transform_edt(
        ~wanted.numpy(), return_distances=False, return_indices=True
    )
    return torch.from_numpy(places).long()
