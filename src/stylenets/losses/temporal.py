"""Temporal: frames that differ little are painted alike (Xu et al. 2021).

A pair of frames is made of a still: the second is the first after a small motion, under another
light, with noise. So the motion is known, and no video is needed. What is painted has to move as
the photograph does, which is what the warping error measures (Ruder et al. 2016, sec. 7).
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.data.order import seeded

# the largest changes from a frame to the next; in 256 pixels a shift of 0.04 is 5 of them
SHIFT = 0.04  # of half a side
ZOOM = 0.03
ROTATION = math.radians(2)
LIGHT = 0.05  # of the brightness
NOISE = 0.02  # standard deviation, of full brightness
OWN = 2  # tells these random numbers from others of the same step
FLAT = 1e-4  # variance of a painting in which nothing can be seen to move


class Shake(NamedTuple):
    """How the second frame of each pair comes from the first.

    Attributes:
        place: (B, 2, 3), an affine map from places in the second to places in the first, both in
            [-1, 1].
        light: (B, 1, 1, 1), a factor on the brightness.
        noise: (B, 3, H, W), what is added.
    """

    place: Tensor
    light: Tensor
    noise: Tensor


def draw_shake(pictures: Tensor, *seeds: int) -> Shake:
    """A shake for each of the pictures (B, 3, H, W), which depends on ``seeds`` only."""
    generator = seeded(*seeds, OWN)
    count, _, height, width = pictures.shape
    across, down, zoom, turn, light = 2 * torch.rand(5, count, generator=generator) - 1
    scale = 1 + ZOOM * zoom
    cosine = scale * (ROTATION * turn).cos()
    sine = scale * (ROTATION * turn).sin()
    rows = [
        torch.stack([cosine, -sine * height / width, SHIFT * across], 1),
        torch.stack([sine * width / height, cosine, SHIFT * down], 1),
    ]
    noise = NOISE * torch.rand(count, 1, 1, 1, generator=generator)
    noise = noise * torch.randn(pictures.shape, generator=generator)
    shake = Shake(torch.stack(rows, 1), 1 + LIGHT * light[:, None, None, None], noise)
    return Shake(*(part.to(pictures.device, non_blocking=True) for part in shake))


def second_frame(first: Tensor, shake: Shake) -> Tensor:
    """(B, 3, H, W) in [0, 1] -> (B, 3, H, W) in [0, 1], shaken."""
    return (moved(first, shake.place) * shake.light + shake.noise).clamp(0, 1)


def moved(x: Tensor, place: Tensor) -> Tensor:
    """(B, C, H, W) in float32 as it lies after the motion; reflected where it was outside."""
    grid = F.affine_grid(place, list(x.shape), align_corners=False)
    return F.grid_sample(x.float(), grid, "bicubic", "reflection", align_corners=False)


def temporal_difference(first: Tensor, second: Tensor, shake: Shake) -> Tensor:
    """How far the painted second frame is from the painted first one after the motion.

    Args:
        first: (B, 3, H, W), painted.
        second: (B, 3, H, W), painted.
        shake: How the second photograph came from the first.

    Returns:
        (B,): the mean squared difference of what is seen in both, over that of places that have
        nothing to do with each other, so that a pale painting is not steadier than another.
    """
    with torch.autocast(first.device.type, enabled=False):
        grid = F.affine_grid(shake.place, list(first.shape), align_corners=False)
        seen = (grid.abs() < 1).all(3).float()
        squares = (second.float() - moved(first, shake.place)).square().mean(1)
        variance = first.float().var((2, 3), correction=0).mean(1)
        difference = (squares * seen).sum((1, 2)) / seen.sum((1, 2))
        return difference / (2 * variance).clamp_min(FLAT)
