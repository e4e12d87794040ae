"""Between (H, W, 3) arrays of 8-bit pixels and (3, H, W) float tensors in [0, 1]."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from stylenets.images.resizing import shortest_side, square


def from_pixels(pixels: NDArray[np.uint8], size: int | None = None) -> Tensor:
    """(H, W, 3) uint8 -> (3, H, W) float32 in [0, 1], its shortest side ``size`` where given."""
    if size is not None and min(pixels.shape[:2]) != size:
        height, width = shortest_side(pixels.shape[0], pixels.shape[1], size)
        resized = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
        pixels = np.array(resized)
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(255.0)


def square_of_pixels(
    pixels: NDArray[np.uint8], size: int, side: int, down: float, right: float
) -> Tensor:
    """A square of a picture that is resized with it -> (3, side, side) float32 in [0, 1].

    Only the square is resized, by torch's antialiased bicubic filter: a fourth of Pillow's time.

    Args:
        pixels: (H, W, 3) uint8.
        size: Shortest side of the picture in pixels after it would be resized as a whole.
        side: Length of the square's sides in pixels after resizing, at most ``size``.
        down: Where the square lies from top to bottom, in [0, 1) of the room there is for it.
        right: The same from left to right.
    """
    part = max(1, round(side * min(pixels.shape[:2]) / size))
    cut = square(torch.from_numpy(pixels).permute(2, 0, 1), part, down, right)
    if part != side:
        cut = torch.nn.functional.interpolate(
            cut[None], (side, side), mode="bicubic", antialias=True
        )[0]
    return cut.float().div_(255.0)


def to_uint8(picture: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) float, clamped to [0, 1] -> (H, W, 3) uint8, rounded to nearest."""
    values = picture.detach().float().clamp(0, 1).mul(255).round().byte()
    pixels: NDArray[np.uint8] = values.permute(1, 2, 0).cpu().numpy()
    return pixels


def to_uint16(picture: Tensor) -> NDArray[np.uint16]:
    """(3, H, W) float, clamped to [0, 1] -> (H, W, 3) uint16, rounded to nearest."""
    values = picture.detach().float().clamp(0, 1).mul(65535).round().int()
    pixels: NDArray[np.uint16] = values.permute(1, 2, 0).cpu().numpy().astype(np.uint16)
    return pixels
