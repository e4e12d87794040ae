"""Crops of style pictures for a training on any style: each an endless number of styles."""

import math

import torch
from torch import Tensor

from stylenets import images
from stylenets.data.order import seeded

TURNED = 0.3  # of the crops get other hues


def style_crops(pictures: list[Tensor], count: int, size: int, *seeds: int) -> Tensor:
    """Squares of random pictures: of any place and scale, mirrored or not, some recolored.

    Args:
        pictures: (3, H, W) RGB in [0, 1] each.
        count: How many squares.
        size: Of a square, in pixels. Smaller pictures are enlarged.
        seeds: What all of it is drawn by.

    Returns:
        (count, 3, size, size).
    """
    generator = seeded(*seeds)
    chosen = torch.randint(len(pictures), (count,), generator=generator).tolist()
    drawn = torch.rand(count, 6, generator=generator).tolist()
    return torch.stack(
        [_crop(pictures[index], size, *one) for index, one in zip(chosen, drawn, strict=True)]
    )


def _crop(
    picture: Tensor,
    size: int,
    scale: float,
    down: float,
    right: float,
    mirrored: float,
    turned: float,
    angle: float,
) -> Tensor:
    """One square, by numbers from 0 to 1."""
    room = max(0, min(picture.shape[1:]) - size)
    side = size + round(scale * room)
    cut = images.square_enlarged(picture, side, down, right)
    crop = cut if side == size else images.resize(cut, size)
    if mirrored < 0.5:
        crop = crop.flip(2)
    return turn_hues(crop, angle) if turned < TURNED else crop


def turn_hues(picture: Tensor, turns: float) -> Tensor:
    """Turn the colors of (3, H, W) around the gray axis by a share of a full turn."""
    angle = 2 * math.pi * turns
    along = (1 - math.cos(angle)) / 3
    across = math.sin(angle) / math.sqrt(3)
    first = [math.cos(angle) + along, along - across, along + across]
    rotation = torch.tensor([first, first[2:] + first[:2], first[1:] + first[:1]])
    return torch.einsum("ij,jhw->ihw", rotation.to(picture), picture).clamp(0, 1)
