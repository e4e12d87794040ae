"""Resize pictures and cut squares out of them."""

import torch
from torch import Tensor


def shortest_side(height: int, width: int, size: int) -> tuple[int, int]:
    """(height, width) scaled so that the shorter is ``size``; the longer is rounded, at least 1."""
    scale = size / min(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize(picture: Tensor, size: int) -> Tensor:
    """(3, H, W) or (B, 3, H, W) -> the same with shortest side ``size``, antialiased bicubic.

    The result is clamped to [0, 1], which the filter overshoots at edges.

    Example:
        >>> from stylenets import images
        >>> images.resize(torch.rand(3, 200, 300), 100).shape
        torch.Size([3, 100, 150])
    """
    batch = picture if picture.ndim == 4 else picture[None]
    shape = shortest_side(batch.shape[-2], batch.shape[-1], size)
    resized = torch.nn.functional.interpolate(batch, shape, mode="bicubic", antialias=True)
    resized = resized.clamp(0, 1)
    return resized if picture.ndim == 4 else resized[0]


def square(picture: Tensor, side: int, down: float, right: float) -> Tensor:
    """Cut a square out of a picture: (C, H, W) -> (C, side, side).

    Args:
        picture: (C, H, W), at least ``side`` in height and width.
        side: Length of the square's sides in pixels.
        down: Where the square lies from top to bottom, in [0, 1) of the room there is for it.
        right: The same from left to right.
    """
    height, width = picture.shape[1:]
    top = int(down * (height - side + 1))
    left = int(right * (width - side + 1))
    return picture[:, top : top + side, left : left + side]


def square_enlarged(picture: Tensor, side: int, down: float, right: float) -> Tensor:
    """As ``square``, also of a picture that is smaller: then its largest square is enlarged."""
    largest = min(side, *picture.shape[1:])
    cut = square(picture, largest, down, right)
    return cut if largest == side else resize(cut, side)
