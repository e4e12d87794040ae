"""Region masks: soft pictures of where something is, cleaned, feathered, measured and put together.

A mask is (H, W) float in [0, 1]. Regions are {label: mask}; a partition is regions whose masks sum to 1 at every pixel.
"""

import math
from collections.abc import Mapping

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets import images
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND


def resize(mask: Tensor, height: int, width: int) -> Tensor:
    """(H, W) -> (height, width), averaged where it gets smaller."""
    return interpolate(mask[None, None], (height, width), mode="bilinear", antialias=True)[
        0, 0
    ].clamp(0, 1)


def clean(mask: Tensor, smallest: float) -> Tensor:
    """Specks of a mask (above one half) set to 0, then holes in it to 1, where they cover less than the share ``smallest`` of the picture."""
    inside, pixels = mask.numpy() > 0.5, smallest * mask.numel()
    specks = _small_parts(inside, pixels)
    holes = _small_parts(~inside | specks, pixels)  # a speck in a hole goes with it
    cleaned = mask.clone()
    cleaned[torch.from_numpy(specks)] = 0.0
    cleaned[torch.from_numpy(holes)] = 1.0
    return cleaned


def distance(mask: Tensor) -> Tensor:
    """Euclidean distance in pixels from every pixel inside (above one half) to the nearest one outside, 0 outside; in linear time.

    Seed 003, eq. 3, which takes quadratic time as written. Where nothing is outside, every distance is that of the picture's diagonal.
    """
    inside = mask.numpy() > 0.5
    if inside.all():
        return torch.full(mask.shape, float(np.hypot(*mask.shape)))
    return torch.from_numpy(ndimage.distance_transform_edt(inside)).float()


def feather(mask: Tensor, pixels: float) -> Tensor:
    """A mask whose border (at one half) becomes a linear ramp ``pixels`` wide, half of it to each side; 0 pixels: a sharp border."""
    inside = (mask > 0.5).float()
    if not pixels or not 0 < inside.mean() < 1:
        return inside
    signed = distance(inside) - distance(
        1 - inside
    )  # no pixel is at 0: the border runs between those at 1 and those at -1
    return (0.5 + (signed - 0.5 * signed.sign()) / pixels).clamp(0, 1)


def partition(regions: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Regions that sum to 1 everywhere: where masks overlap they share, and "background" takes what is left where it was not given.

    Raises UserError for no regions, masks of several sizes, and pixels that no region covers where "background" was given.
    """
    if not regions or len({mask.shape for mask in regions.values()}) > 1:
        shapes = ", ".join(f"{label} {tuple(mask.shape)}" for label, mask in regions.items())
        raise UserError(f"regions need masks of one size: {shapes or 'there are none'}")
    total = torch.stack(list(regions.values())).sum(0)
    if BACKGROUND not in regions:
        regions = {**regions, BACKGROUND: (1 - total).clamp(min=0)}
        total = total.clamp(min=1)
    if uncovered := int((total <= 0).sum()):
        raise UserError(
            f"{uncovered} pixels belong to no region of {', '.join(regions)}: leave background out, and it takes the rest"
        )
    return {label: mask / total for label, mask in regions.items()}


def border_weight(regions: Mapping[str, Tensor], reach: float = 15.0) -> Tensor:
    """Weights (H, W) of 1 at the borders between regions that fall linearly to 0 at ``reach`` pixels from them (seed 002, attempt 2)."""
    depths = [distance(mask) for mask in sharpened(regions).values()]
    depth = (
        torch.stack(depths).sum(0) - 1
    )  # of the one region that each pixel is in; 0 beside a border
    return (1 - depth / reach).clamp(0, 1)


def sharpened(regions: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Masks of 0 and 1: every pixel goes to the region whose mask is largest there."""
    winner = torch.stack(list(regions.values())).argmax(0)
    return {label: (winner == index).float() for index, label in enumerate(regions)}


def surrogate(regions: Mapping[str, Tensor], pictures: Mapping[str, Tensor]) -> Tensor:
    """The surrogate style picture (3, H, W): style pictures (3, h, w) by label, cut by a partition (seed 002, attempt 3).

    Each picture is enlarged or made smaller to cover the whole canvas, never squashed, and cut from its middle.
    """
    height, width = next(iter(regions.values())).shape
    return sum(mask * _covering(pictures[label], height, width) for label, mask in regions.items())


def _covering(picture: Tensor, height: int, width: int) -> Tensor:
    """(3, h, w) -> (3, height, width), scaled by the larger of the two ratios and cut from the middle."""
    scale = max(height / picture.shape[1], width / picture.shape[2])
    covering = images.resize(picture, math.ceil(min(picture.shape[1:]) * scale - 1e-6))
    top, left = ((covering.shape[1] - height) // 2, (covering.shape[2] - width) // 2)
    return covering[:, top : top + height, left : left + width]


def _small_parts(inside: np.ndarray, pixels: float) -> np.ndarray:
    """Connected parts (4 neighbors) of fewer than ``pixels`` pixels, but never the whole of what is inside."""
    parts, count = ndimage.label(inside)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    small = sizes < pixels
    small[0] = False
    return small[parts] if count and not small[1:].all() else np.zeros_like(inside)
