"""Palette: the sliced Wasserstein distance of pixel colors (Heitz et al. 2021, eq. 2, on RGB).

Colors are projected onto fixed directions and sorted: in one dimension the Wasserstein distance
compares sorted values (Bonneel et al. 2015). The colors are averages over squares of several sides,
so that fine and coarse tones both count. Where in the picture they stand does not.
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
    """Averages of squares of ``side`` pixels, sorted along each of D directions.

    (B, 3, H, W) -> (B, D, n).
    """
    with torch.autocast(x.device.type, enabled=False):
        averages = avg_pool2d(x.float(), side).flatten(2)
        along = color_directions().to(averages) @ averages
        return along.sort(dim=2).values


def palette(picture: Tensor, side: int) -> Tensor:
    """``QUANTILES`` of a style picture's colors along each direction.

    Args:
        picture: (B, 3, H, W).
        side: Of the squares that are averaged, in pixels.

    Returns:
        (B, D, Q).
    """
    return interpolate(sorted_colors(picture, side), QUANTILES, mode="linear")


def palette_distance(x: Tensor, targets: Sequence[Tensor], sides: Sequence[int]) -> Tensor:
    """Distance of a picture's colors from a palette, the mean over the sides of the squares.

    Args:
        x: (B, 3, H, W).
        targets: A palette for each of ``sides``, (B, D, Q) as ``palette`` makes it.
        sides: Of the squares that are averaged, in pixels.

    Returns:
        (B,), in units of full brightness.
    """
    distances = []
    for side, target in zip(sides, targets, strict=True):
        colors = sorted_colors(x, side)
        wanted = interpolate(target, colors.shape[2], mode="linear")
        distances.append((colors - wanted).abs().mean((1, 2)))
    return torch.stack(distances).mean(0)
