"""Write pictures as files."""

import io
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from stylenets import files
from stylenets.errors import UserError
from stylenets.images.pixels import to_uint8

FORMATS: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    "webp": {"format": "WEBP", "quality": 95},
}


def write(path: str | Path, picture: Tensor) -> None:
    """Write (3, H, W) float in [0, 1] as 8-bit RGB in the format of the file's extension.

    The file appears whole or not at all.

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
    path = Path(path)
    extension = path.suffix.lower().lstrip(".").replace("jpeg", "jpg")
    if extension not in FORMATS:
        known = ", ".join(FORMATS)
        raise UserError(f"cannot write {path}: unknown picture format; use one of {known}")
    try:
        content = _encode(picture, **FORMATS[extension])
    except (OSError, ValueError) as error:  # more pixels a side than the format can hold
        raise UserError(f"cannot write {path}: {error}") from error
    files.write_bytes(path, content)


def jpeg(picture: Tensor, quality: int = 88) -> bytes:
    """(3, H, W) float in [0, 1] -> the bytes of a JPEG file, to be embedded in a page."""
    return _encode(picture, format="JPEG", quality=quality)


def _encode(picture: Tensor, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(buffer, **options)
    return buffer.getvalue()
