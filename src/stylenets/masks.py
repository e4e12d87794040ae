"""Region masks: where something is in a picture, cleaned, feathered, measured and put together.

A mask is (H, W) float in [0, 1]. Regions are {label: mask}. A partition is regions whose masks sum
to 1 at every pixel.
"""

import math
from collections.abc import Mapping
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets import images
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND


def resize(mask: Tensor, height: int, width: int) -> Tensor:
    """(H, W) -> (height, width), averaged where it gets smaller."""
    resized = interpolate(mask[None, None], (height, width), mode="bilinear", antialias=True)
    return resized[0, 0].clamp(0, 1)


def clean(mask: Tensor, smallest: float) -> Tensor:
    """Set the specks of a mask (above one half) to 0, then the holes in it to 1.

    Args:
        mask: (H, W).
        smallest: Share of the picture below which parts go; never all there is.
    """
    inside = mask.numpy() > 0.5
    pixels = smallest * mask.numel()
    specks = _small_parts(inside, pixels)
    holes = _small_parts(~inside | specks, pixels)  # a speck in a hole goes with it
    cleaned = mask.clone()
    cleaned[torch.from_numpy(specks)] = 0.0
    cleaned[torch.from_numpy(holes)] = 1.0
    return cleaned


def largest_part(mask: Tensor) -> Tensor:
    """Leave of a mask (above one half) what hangs together and covers most: passers-by go.

    Args:
        mask: (H, W).

    Returns:
        (H, W), 0 at the pixels nearer to another part.

    Example:
        >>> largest_part(torch.tensor([[1.0, 0.8, 0.2, 0.1, 0.9]]))
        tensor([[1.0000, 0.8000, 0.2000, 0.0000, 0.0000]])
    """
    values = mask.numpy()
    parts, count = _ndimage().label(values > 0.5, np.ones((3, 3)))
    if count < 2:
        return mask.clone()
    covered = _ndimage().sum(values, parts, range(1, count + 1))
    nearest = _ndimage().distance_transform_edt(
        parts == 0, return_distances=False, return_indices=True
    )
    of_largest = parts[tuple(nearest)] == 1 + int(np.argmax(covered))
    return mask * torch.from_numpy(of_largest)


def distance(mask: Tensor) -> Tensor:
    """(H, W) -> pixels from every pixel inside (above one half) to the nearest one outside.

    Euclidean, and 0 outside ("A closer look at Neural Style", eq. 3, which takes quadratic time as
    written; this is linear). Where nothing is outside, every distance is the picture's diagonal.
    """
    inside = mask.numpy() > 0.5
    if inside.all():
        return torch.full(mask.shape, float(np.hypot(*mask.shape)))
    return torch.from_numpy(_ndimage().distance_transform_edt(inside)).float()


def feather(mask: Tensor, pixels: float) -> Tensor:
    """Make the border of a mask (at one half) a linear ramp.

    Args:
        mask: (H, W).
        pixels: Width of the ramp, half of it to each side; 0 for a sharp border.

    Example:
        >>> feather(torch.tensor([[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]), 4)
        tensor([[0.0000, 0.1250, 0.3750, 0.6250, 0.8750, 1.0000]])
    """
    inside = (mask > 0.5).float()
    if not pixels or not 0 < inside.mean() < 1:
        return inside
    # No pixel is at 0: the border runs between those at 1 and those at -1.
    signed = distance(inside) - distance(1 - inside)
    return (0.5 + (signed - 0.5 * signed.sign()) / pixels).clamp(0, 1)


def partition(regions: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Make regions sum to 1 everywhere.

    Where masks overlap they share. "background", where it was not given, takes what is left.

    Raises:
        UserError: There are no regions, their masks are of several sizes, or "background" was
            given and some pixels belong to no region.

    Example:
        >>> regions = partition({"person": torch.tensor([[0.0, 0.25, 1.0]])})
        >>> regions["background"]
        tensor([[1.0000, 0.7500, 0.0000]])
    """
    if not regions or len({mask.shape for mask in regions.values()}) > 1:
        shapes = ", ".join(f"{label} {tuple(mask.shape)}" for label, mask in regions.items())
        raise UserError(f"regions need masks of one size: {shapes or 'there are none'}")
    total = torch.stack(list(regions.values())).sum(0)
    if BACKGROUND not in regions:
        regions = {**regions, BACKGROUND: (1 - total).clamp(min=0)}
        total = total.clamp(min=1)
    uncovered = int((total <= 0).sum())
    if uncovered:
        raise UserError(
            f"{uncovered} pixels belong to no region of {', '.join(regions)}:"
            " leave background out, and it takes the rest"
        )
    return {label: mask / total for label, mask in regions.items()}


def border_weight(regions: Mapping[str, Tensor], reach: float = 15.0) -> Tensor:
    """Weights (H, W): 1 at the borders between regions, falling linearly to 0 ``reach`` pixels off.

    "A Smoother Segmentation-Based Style Transfer", attempt 2.
    """
    depths = [distance(mask) for mask in sharpened(regions).values()]
    # Of the one region that each pixel is in; 0 beside a border.
    depth = torch.stack(depths).sum(0) - 1
    return (1 - depth / reach).clamp(0, 1)


def sharpened(regions: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Masks of 0 and 1: every pixel goes to the region whose mask is largest there."""
    winner = torch.stack(list(regions.values())).argmax(0)
    return {label: (winner == index).float() for index, label in enumerate(regions)}


def surrogate_style(regions: Mapping[str, Tensor], pictures: Mapping[str, Tensor]) -> Tensor:
    """Cut one style picture (3, H, W) out of several, by the regions of a content image.

    "A Smoother Segmentation-Based Style Transfer", attempt 3. Each picture is enlarged or made
    smaller to cover the whole canvas, never squashed, and cut from its middle.

    Args:
        regions: A partition, (H, W) each.
        pictures: Style pictures (3, h, w) of the same labels.
    """
    height, width = next(iter(regions.values())).shape
    surrogate = next(iter(pictures.values())).new_zeros(3, height, width)
    for label, mask in regions.items():
        surrogate += mask * _covering(pictures[label], height, width)
    return surrogate


def only_area(picture: Tensor, area: Tensor) -> Tensor:
    """A picture of one of its areas alone, for what can only look at whole pictures.

    It is cut to the smallest box around the area. What in the box is outside shows the area
    mirrored at its border, and where that leaves the area, its nearest pixel.

    Args:
        picture: (3, H, W).
        area: (H, W), above one half somewhere.

    Returns:
        (3, h, w).
    """
    inside = area.numpy() > 0.5
    rows = np.flatnonzero(inside.any(1))
    columns = np.flatnonzero(inside.any(0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    inside = inside[box]
    nearest = _ndimage().distance_transform_edt(
        ~inside, return_distances=False, return_indices=True
    )
    mirrored = 2 * nearest - np.indices(inside.shape)
    limits = np.array(inside.shape)[:, None, None] - 1
    kept = np.clip(mirrored, 0, limits)
    seen = inside[tuple(kept)] & (mirrored == kept).all(0)
    down, right = torch.from_numpy(np.where(seen, mirrored, nearest))
    return picture[:, box[0], box[1]][:, down, right]


def _covering(picture: Tensor, height: int, width: int) -> Tensor:
    """(3, h, w) -> (3, height, width), scaled by the larger ratio, cut in the middle."""
    scale = max(height / picture.shape[1], width / picture.shape[2])
    covering = images.resize(picture, math.ceil(min(picture.shape[1:]) * scale - 1e-6))
    top = (covering.shape[1] - height) // 2
    left = (covering.shape[2] - width) // 2
    return covering[:, top : top + height, left : left + width]


def _small_parts(inside: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    """Connected parts (4 neighbors) of fewer than ``pixels`` pixels, but never all there is."""
    parts, count = _ndimage().label(inside)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    small = sizes < pixels
    small[0] = False
    if not count or small[1:].all():
        return np.zeros_like(inside)
    return np.asarray(small[parts])


def _ndimage() -> ModuleType:
    """Half a second to import, which pictures without regions need not wait for."""
    from scipy import ndimage

    module: ModuleType = ndimage
    return module
