"""Pictures as programs hold them: files, bytes, Pillow images, arrays and tensors, and back."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from stylenets.errors import UserError
from stylenets.images.decoding import decode, to_rgb
from stylenets.images.pixels import from_pixels, to_uint8
from stylenets.images.reading import read_matte
from stylenets.images.resizing import resize

Picture = str | os.PathLike[str] | bytes | Image.Image | NDArray[Any] | Tensor


def to_batch(picture: Picture, size: int | None = None) -> Tensor:
    """Any kind of picture -> (B, 3, H, W) RGB float32 in [0, 1] on the CPU; B is 1 for a single.

    Args:
        picture: A path, the bytes of a file, a Pillow image, an array (H, W, 3), or a tensor
            (3, H, W) or (B, 3, H, W). Values are uint8, or float in [0, 1].
        size: Shortest side in pixels; None leaves the picture as it is.

    Raises:
        UserError: It cannot be read, or has another shape or other values.

    Example:
        >>> to_batch(np.zeros((40, 60, 3), np.uint8), size=20).shape
        torch.Size([1, 3, 20, 30])
    """
    if isinstance(picture, Tensor):
        batch = picture.detach().cpu()
    elif isinstance(picture, np.ndarray):
        batch = torch.from_numpy(np.require(picture, requirements=["C", "W"]))
        batch = batch.permute(2, 0, 1) if batch.ndim == 3 else batch[:0]
    else:
        return from_pixels(_pixels(picture, size), size)[None]
    batch = _checked(batch if batch.ndim == 4 else batch[None], picture)
    return batch if size is None else resize(batch, size)


def like(picture: Picture, batch: Tensor) -> Any:
    """A batch (B, 3, H, W) as the kind that ``picture`` is; paths and bytes give a Pillow image.

    Example:
        >>> like("photo.jpg", torch.rand(1, 3, 40, 60)).size
        (60, 40)
    """
    if isinstance(picture, Tensor):
        result = batch if picture.ndim == 4 else batch[0]
        if not picture.is_floating_point():
            result = result.mul(255).round().byte()
        return result.to(picture.device)
    if isinstance(picture, np.ndarray) and picture.dtype != np.uint8:
        return batch[0].permute(1, 2, 0).numpy()
    pixels = to_uint8(batch[0])
    return pixels if isinstance(picture, np.ndarray) else Image.fromarray(pixels)


def to_mask(mask: Picture) -> Tensor:
    """A mask as a file, or an array or tensor (H, W) in [0, 1] -> (H, W) float32.

    Raises:
        UserError: It cannot be read, or has another shape.
    """
    if isinstance(mask, str | os.PathLike):
        return read_matte(Path(mask))
    if isinstance(mask, Tensor | np.ndarray) and mask.ndim == 2:
        values = torch.as_tensor(mask).cpu()
        scale = 255.0 if values.dtype == torch.uint8 else 1.0
        return (values.float() / scale).clamp(0, 1)
    raise UserError("a mask must be a file, or an array or tensor (H, W) in [0, 1]")


def _pixels(picture: str | os.PathLike[str] | bytes | Image.Image, size: int | None) -> Any:
    if isinstance(picture, Image.Image):
        return np.array(to_rgb(ImageOps.exif_transpose(picture)))
    if isinstance(picture, bytes | str | os.PathLike):
        source = picture if isinstance(picture, bytes) else Path(picture)
        return np.array(decode(source, to_rgb, size))
    raise UserError(
        f"a {type(picture).__name__} is no picture: give a path, bytes, a Pillow image, an array "
        "(H, W, 3) or a tensor (3, H, W)"
    )


def _checked(batch: Tensor, picture: Tensor | NDArray[Any]) -> Tensor:
    """A batch as float32 in [0, 1]."""
    if batch.ndim != 4 or batch.shape[1] != 3 or not batch.numel():
        kind = "an array (H, W, 3)" if isinstance(picture, np.ndarray) else "a tensor (3, H, W)"
        raise UserError(f"a picture of shape {tuple(picture.shape)}: must be {kind} of RGB")
    if batch.dtype == torch.uint8:
        return batch.float().div_(255.0)
    batch = batch.float()
    if not bool(((batch >= 0) & (batch <= 1)).all()):
        raise UserError("a picture of numbers outside [0, 1]: give uint8, or divide by 255")
    return batch
