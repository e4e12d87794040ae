"""Read picture files, and find them."""

import logging
import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from stylenets.errors import UserError
from stylenets.images.decoding import (
    DAMAGE,
    MAX_PIXELS,
    READABLE,
    TOO_LARGE,
    decode,
    to_alpha,
    to_matte,
    to_rgb,
    to_stored_rgb,
    to_values,
)
from stylenets.images.pixels import from_pixels, square_of_pixels
from stylenets.images.resizing import shortest_side

log = logging.getLogger(__name__)
EXTENSIONS = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
EXTENSIONS |= {".ppm", ".pgm", ".pbm", ".pnm"}
# Pictures, too, that are not read: passed over in a folder, and said so.
UNREAD = {".heic", ".heif", ".avif", ".jxl", ".jp2", ".psd", ".svg", ".raw", ".dng", ".cr2", ".nef"}


def list_pictures(folder: str | Path) -> list[Path]:
    """All picture files below ``folder``, sorted, hidden ones left out.

    Raises:
        UserError: The folder is missing or holds no picture.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"no such folder: {folder}")
    names = [(root, name) for root, _, names in os.walk(folder) for name in names]
    found = [(*root.split(os.sep), name) for root, name in names if _is_picture(name)]
    unread = sorted(name for _, name in names if _extension(name) in UNREAD)
    if unread:
        log.warning("%s", _passed_over(unread, folder))
    if not found:
        raise UserError(f"no picture in {folder} (looked for {', '.join(sorted(EXTENSIONS))})")
    return [Path(os.sep.join(parts)) for parts in sorted(found)]


def _passed_over(names: list[str], folder: Path) -> str:
    kinds = ", ".join(sorted({_extension(name) for name in names}))
    first = ", ".join(name if name.isprintable() else repr(name) for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"passed over in {folder}, as {kinds} is not read: {first}{more}"


def read(path: str | Path, size: int | None = None) -> Tensor:
    """Decode a picture -> (3, H, W) RGB float32 in [0, 1].

    Alpha is laid over white, EXIF orientation applied, 16 bits are scaled down to 8, and colors of
    an embedded profile (Display P3, Adobe RGB) become sRGB.

    Args:
        path: The file.
        size: Shortest side in pixels after an antialiased resize that keeps the aspect; None
            leaves the picture as it is.

    Raises:
        UserError: The file is missing, damaged, no picture, or too large.

    Example:
        >>> from stylenets import images, photos
        >>> images.read(photos.bundled_photos()[0], size=64).shape
        torch.Size([3, 64, 64])
    """
    return from_pixels(read_pixels(path, size))


def read_pixels(path: str | Path, size: int | tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """As ``read``, but (H, W, 3) uint8: a quarter of the memory.

    ``size`` may be a width and a height to fit into.
    """
    hint = min(size) if isinstance(size, tuple) else size
    picture = decode(Path(path), to_rgb, hint)
    if size is not None:
        height, width = _wanted_sides(picture.height, picture.width, size)
        if height * width > MAX_PIXELS:
            raise UserError(f"{path} would be {width} x {height} at size {size}: {TOO_LARGE}")
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.array(picture)


def _wanted_sides(height: int, width: int, size: int | tuple[int, int]) -> tuple[int, int]:
    if isinstance(size, int):
        return shortest_side(height, width, size)
    scale = min(size[0] / width, size[1] / height)
    return shortest_side(height, width, max(1, round(scale * min(height, width))))


def read_square(path: str | Path, size: int, side: int, down: float, right: float) -> Tensor:
    """A square of a picture that is resized to shortest side ``size`` -> (3, side, side) float32.

    It lies at (down, right), each in [0, 1), of the room there is. Nothing else is resized.
    Raises UserError as ``read``.
    """
    # of a large JPEG only as much is decoded as this size needs
    pixels = np.array(decode(Path(path), to_rgb, size))
    return square_of_pixels(pixels, size, side, down, right)


def read_alpha(path: str | Path) -> Tensor:
    """The alpha channel of a picture -> (1, H, W) float32 in [0, 1].

    Raises UserError as ``read``, and where there is no alpha channel.
    """
    alpha = np.array(decode(Path(path), to_alpha))
    return torch.from_numpy(alpha)[None].float().div_(255.0)


def read_matte(path: str | Path) -> Tensor:
    """A mask picture -> (H, W) float32 in [0, 1]. Raises UserError as ``read``.

    The mask is its alpha channel where anything is transparent, else its brightness.
    """
    matte = np.array(decode(Path(path), to_matte))
    return torch.from_numpy(matte).float().div_(255.0)


def read_values(source: str | Path | bytes, colors: bool) -> Tensor:
    """A label map -> (H, W) int64: what each pixel is, never scaled.

    Args:
        source: The file, or what one holds.
        colors: False reads gray values or a palette's indices, True colors as 0xRRGGBB.

    Raises:
        UserError: As ``read``, and for a colorful picture where gray values are wanted.
    """
    held = source if isinstance(source, bytes) else Path(source)
    decoded = np.array(decode(held, to_stored_rgb if colors else to_values))
    values = torch.from_numpy(decoded).long()
    return (values << torch.tensor([16, 8, 0])).sum(2) if colors else values


def frame_count(path: str | Path) -> int:
    """How many frames an animation has; 1 for anything else, a damaged file included."""
    try:
        with Image.open(path, formats=READABLE) as picture:
            return int(getattr(picture, "n_frames", 1))
    except DAMAGE:
        return 1


def _is_picture(name: str) -> bool:
    return _extension(name) in EXTENSIONS and not name.startswith(".")


def _extension(name: str) -> str:
    return os.path.splitext(name)[1].lower()
