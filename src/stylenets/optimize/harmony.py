"""Colors that meet at the borders between segments.

"A Smoother Segmentation-Based Style Transfer" leaves this open: "Particularly the colors that could
benefit from less variations." Colors are moved as in Reinhard et al. 2001, by means and deviations,
here towards what lies around both sides of a border, and less the farther from it.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from stylenets import masks


def harmonize(picture: Tensor, regions: Mapping[str, Tensor], reach: float) -> Tensor:
    """Bring the colors of regions together at their borders.

    Args:
        picture: (1, 3, H, W).
        regions: A partition {label: (H, W)}.
        reach: Pixels from a border at which nothing is changed any more; 0 changes nothing.

    Returns:
        (1, 3, H, W) in [0, 1].
    """
    if not reach:
        return picture
    on_cpu = {label: mask.cpu() for label, mask in regions.items()}
    near = masks.border_weight(on_cpu, reach).to(picture)
    if not near.any():
        return picture
    common = _statistics(picture, near)
    moved = torch.zeros_like(picture)
    for mask in masks.sharpened(on_cpu).values():
        inside = mask.to(picture)
        band = near * inside
        own = _statistics(picture, band if band.any() else inside)
        moved = moved + inside * ((picture - own[0]) * (common[1] / own[1]) + common[0])
    return torch.lerp(picture, moved, near).clamp(0, 1)


def color_step(picture: Tensor, regions: Mapping[str, Tensor], reach: float = 8.0) -> float:
    """How far the mean colors on both sides of borders are apart.

    Args:
        picture: (1, 3, H, W).
        regions: A partition {label: (H, W)}.
        reach: Pixels to each side that count.

    Returns:
        The largest distance of a region's mean color near its borders from those of the others, as
        a length in RGB of [0, 1]; 0 without borders.
    """
    on_cpu = {label: mask.cpu() for label, mask in regions.items()}
    near = (masks.border_weight(on_cpu, reach) > 0).to(picture)
    bands = [near * mask.to(picture) for mask in masks.sharpened(on_cpu).values()]
    means = [_statistics(picture, band)[0].flatten() for band in bands if band.any()]
    return max((float((a - b).norm()) for a in means for b in means), default=0.0)


def _statistics(picture: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the colors, (1, 3, 1, 1) each, weighted by (H, W)."""
    share = weight / weight.sum()
    mean = (picture * share).sum((2, 3), keepdim=True)
    variance = ((picture - mean).square() * share).sum((2, 3), keepdim=True)
    return mean, (variance + 1e-6).sqrt()
