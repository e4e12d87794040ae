"""Palette: the sliced Wasserstein distance of pixel colors (Heitz et al. 2021, eq. 2, on RGB).

Colors are projected onto fixed directions and sorted: in one dimension the sorted values are what
the Wasserstein distance compares (Bonneel et al. 2015). Averages over squares of several sides say
which colors stand where only as tones, fine and coarse, never at which place.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

DIRECTIONS = 24
QUANTILES = 256  # kept of a style


def color_directions(count: int = DIRECTIONS) -> Tensor:
    """(count, 3) unit vectors spread evenly over half a sphere (a Fibonacci lattice)."""
    place = torch.arange(count) + 0.5
    height = 1 - place / count
    radius = (1 - height.square()).sqrt()
    turn = place * math.pi * (3 - math.sqrt(5))
    return torch.stack([radius * turn.cos(), radius * turn.sin(), height], dim=1)


def sorted_colors(x: Tensor, side: int) -> Tensor:
    """Averages of squares of ``side`` pixels, along each direction: (B, 3, H, W) -> (B, D, n)."""
    with torch.autocast(x.device.type, enabled=False):
        averages = avg_pool2d(x.float(), side).flatten(2)
        along = color_directions().to(averages) @ averages
        return along.sort(dim=2).values


def palette(picture: Tensor, side: int) -> Tensor:
    """Quantiles of a style picture's colors along each direction: (B, 3, H, W) -> (B, D, Q)."""
    return interpolate(sorted_colors(picture, side), QUANTILES, mode="linear")


def palette_distance(x: Tensor, targets: Sequence[Tensor], sides: Sequence[int]) -> Tensor:
    """Mean distance (B,) of the colors of (B, 3, H, W) from ``palette`` at each of ``sides``."""
    distances = []
    for side, target in zip(sides, targets, strict=True):
        colors = sorted_colors(x, side)
        wanted = interpolate(target, colors.shape[2], mode="linear")
        distances.append((colors - wanted).abs().mean((1, 2)))
    return torch.stack(distances).mean(0)
