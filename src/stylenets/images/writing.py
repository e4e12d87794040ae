"""Write pictures as files, row by row: a picture need not be in memory as a whole."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from stylenets.errors import UserError
from stylenets.files import replacing
from stylenets.images.jpeg_rows import strip_rows, write_jpeg
from stylenets.images.metadata import NO_METADATA, Metadata
from stylenets.images.pixels import to_uint8, to_uint16
from stylenets.images.png_rows import write_png
from stylenets.images.tiff_rows import write_tiff

FORMATS = ("png", "jpg", "webp", "tif")
DEEP_FORMATS = ("png", "tif")  # that hold 16 bits a color
QUALITY = 95  # of JPEG and WebP
ROWS = 128  # of a strip
Pixels = NDArray[np.uint8] | NDArray[np.uint16]


def write(
    path: str | Path, picture: Tensor, bits: int = 8, metadata: Metadata = NO_METADATA
) -> None:
    """Write (3, H, W) float in [0, 1] as RGB in the format of the file's extension.

    The file appears whole or not at all.

    Args:
        path: Where to.
        picture: (3, H, W).
        bits: Of a color, 8 or 16.
        metadata: What the file tells besides.

    Raises:
        UserError: The extension is none of ``FORMATS``, the picture is larger than the format
            allows, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> import torch
        >>> from stylenets import images
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     images.write(f"{folder}/white.png", torch.ones(3, 4, 6))
        ...     images.read(f"{folder}/white.png").shape
        torch.Size([3, 4, 6])
    """
    height, width = picture.shape[-2:]
    write_rows(path, height, width, [picture], bits, metadata)


def write_rows(
    path: str | Path,
    height: int,
    width: int,
    bands: Iterable[Tensor],
    bits: int = 8,
    metadata: Metadata = NO_METADATA,
) -> None:
    """As ``write``, of a picture that comes in bands (3, n, width) from the top.

    Whatever making one raises comes through, and nothing is left behind. A WebP is encoded as a
    whole.
    """
    path = Path(path)
    extension = picture_format(path)
    if bits > 8 and extension not in DEEP_FORMATS:
        raise UserError(f"cannot write {path} with {bits} bits: format= png or tif holds them")
    try:
        with replacing(path) as file:
            _encode(file, extension, (height, width), bits, _as_made(bands), metadata)
    except _NotMadeError as error:
        raise error.__cause__ or error from None
    except (OSError, ValueError) as error:  # more pixels a side than the format can hold
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot write {path}: {reason}") from error


class _NotMadeError(Exception):
    """Whatever making a band raised, which is none of the writer's errors."""


def _as_made(bands: Iterable[Tensor]) -> Iterator[Tensor]:
    try:
        yield from bands
    except (OSError, ValueError) as error:
        raise _NotMadeError from error


def picture_format(path: Path) -> str:
    """Which of ``FORMATS`` a file's ending means. Raises UserError where it is none."""
    extension = path.suffix.lower().lstrip(".").replace("jpeg", "jpg").replace("tiff", "tif")
    if extension not in FORMATS:
        known = ", ".join(FORMATS)
        raise UserError(f"cannot write {path}: unknown picture format; use one of {known}")
    return extension


def jpeg(picture: Tensor, quality: int = 88) -> bytes:
    """(3, H, W) float in [0, 1] -> the bytes of a JPEG file, to be embedded in a page."""
    buffer = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def animation(pictures: Iterable[Tensor], rate: float, quality: int = 75) -> bytes:
    """Pictures (3, H, W) float in [0, 1], so many a second -> the bytes of a WebP without end."""
    first, *others = (Image.fromarray(to_uint8(picture)) for picture in pictures)
    buffer = io.BytesIO()
    shown = {"append_images": others, "duration": round(1000 / rate), "loop": 0}
    first.save(buffer, "WEBP", save_all=True, quality=quality, **shown)
    return buffer.getvalue()


def _encode(
    file: BinaryIO,
    extension: str,
    size: tuple[int, int],
    bits: int,
    bands: Iterable[Tensor],
    metadata: Metadata,
) -> None:
    height, width = size
    rows = strip_rows(width, ROWS) if extension == "jpg" else ROWS
    strips = _strips(bands, rows, bits)
    if extension == "png":
        write_png(file, height, width, bits, strips, metadata.chunks())
    elif extension == "tif":
        write_tiff(file, height, width, bits, strips, rows, metadata.fields(), metadata.dots)
    elif extension == "jpg":
        write_jpeg(file, height, width, strips, rows, quality=QUALITY, **metadata.options())
    else:
        whole = Image.fromarray(np.concatenate(list(strips)))
        whole.save(file, "WEBP", quality=QUALITY, **metadata.options())


def _strips(bands: Iterable[Tensor], rows: int, bits: int) -> Iterator[Any]:
    """Bands (3, n, W) -> arrays (rows, W, 3), of which the last may have fewer."""
    waiting: list[Pixels] = []
    for band in bands:
        pixels = to_uint8(band) if bits == 8 else to_uint16(band)
        waiting = [np.concatenate([*waiting, pixels])] if waiting else [pixels]
        while len(waiting[0]) >= rows:
            yield waiting[0][:rows]
            waiting = [waiting[0][rows:]]
    if len(waiting[0]):
        yield waiting[0]
