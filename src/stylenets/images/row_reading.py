"""Read large pictures some rows at a time, and those of 16 bits a color as they are.

A PNG or a TIFF of plain rows then takes the memory of its pixels alone, 3 or 6 bytes each. Any
other file is decoded by Pillow as a whole, at 4 bytes a pixel and as many again for the result.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from stylenets.errors import UserError
from stylenets.images.decoding import DAMAGE, to_rgb
from stylenets.images.png_rows import png_bands, read_png_header
from stylenets.images.profiles import is_srgb
from stylenets.images.reading import read_pixels
from stylenets.images.tiff_rows import has_plain_strips, tiff_bands

LARGE = 16_000_000  # pixels from which on it is worth while
MAX_BY_ROWS = 2**29  # pixels: 1.6 GB
ROWS = 256  # of a PNG that are decoded together
Pixels = NDArray[np.uint8] | NDArray[np.uint16]
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
KINDS: dict[bytes, type[PngImageFile | TiffImageFile]] = {
    b"\x89PNG": PngImageFile,
    b"II*\0": TiffImageFile,
    b"MM\0*": TiffImageFile,
}
TURNS = {3: 2, 6: 3, 8: 1}  # EXIF orientation: quarter turns to the left; the others are mirrored


def read_photo(path: Path, size: int | tuple[int, int] | None = None, deep: bool = False) -> Pixels:
    """Decode a picture of any size -> (H, W, 3), as a viewer shows it.

    Args:
        path: The file.
        size: Shortest side in pixels, or width and height to fit into; None: as it is.
        deep: Whether 16 bits a color are kept, of a PNG or a TIFF of plain rows, at its own size.

    Returns:
        uint8, or uint16.

    Raises:
        UserError: As ``read``; or it has 16 bits in colors that are not sRGB.
    """
    if size is None and path.is_file() and (pixels := _read_by_rows(path, deep)) is not None:
        return pixels
    return read_pixels(path, size)


def _read_by_rows(path: Path, deep: bool) -> Pixels | None:
    """The pixels of a file that it is worth while for; None for any other."""
    try:
        with path.open("rb") as file:
            picture = _opened(file)
            bands, bits = (None, 8) if picture is None else _bands(file, picture)
            if picture is None or bands is None or not _wanted(picture, bits, deep):
                return None
            if picture.width * picture.height > MAX_BY_ROWS:
                size = f"{picture.width} x {picture.height}"
                raise UserError(f"{path} is {size}: larger than {MAX_BY_ROWS // 10**6} megapixels")
            deep = deep and bits == 16
            if deep and not is_srgb(picture):
                raise UserError(f"{path} has 16 bits in a profile that is not sRGB: convert it")
            return _turned(_collected(bands, picture, deep), picture.getexif())
    except DAMAGE as error:
        raise UserError(f"damaged picture: {path} ({error})") from error


def _opened(file: BinaryIO) -> PngImageFile | TiffImageFile | None:
    """What Pillow knows of a PNG or a TIFF, whatever its size."""
    kind = KINDS.get(file.read(4))
    file.seek(0)
    return None if kind is None else kind(file)


def _bands(file: BinaryIO, picture: Image.Image) -> tuple[Iterator[Pixels] | None, int]:
    """The stored pixels by bands, if that can be, and the bits of a color."""
    if isinstance(picture, TiffImageFile):
        if has_plain_strips(picture):
            return tiff_bands(file, picture), picture.tag_v2[Base.BitsPerSample][0]
        return None, 8
    file.seek(0)
    header = read_png_header(file)
    if header and header.plain:
        return png_bands(file, header, ROWS), header.bits
    return None, 8


def _wanted(picture: Image.Image, bits: int, deep: bool) -> bool:
    return picture.width * picture.height >= LARGE or (deep and bits == 16)


def _collected(bands: Iterator[Pixels], picture: Image.Image, deep: bool) -> Pixels:
    whole: Any = np.empty((picture.height, picture.width, 3), np.uint16 if deep else np.uint8)
    top = 0
    for band in bands:
        shown = _over_white(band) if deep else _shown(band, picture.info.get("icc_profile"))
        whole[top : top + len(band)] = shown
        top += len(band)
    return whole  # type: ignore[no-any-return]


def _shown(band: Pixels, profile: bytes | None) -> NDArray[np.uint8]:
    """A band as 8-bit sRGB."""
    if band.dtype == np.uint16:
        band = ((band.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    mode = MODES[band.shape[2]]
    part = Image.frombytes(mode, (band.shape[1], band.shape[0]), band.tobytes())
    part.info["icc_profile"] = profile
    return np.asarray(to_rgb(part))


def _over_white(band: Pixels) -> NDArray[np.uint16]:
    """A band of 16 bits as RGB, with what is transparent over white."""
    channels = band.shape[2]
    colors = band[..., : channels - 1] if channels in (2, 4) else band
    if channels in (2, 4):
        share = band[..., -1:] / 65535.0
        colors = (colors * share + 65535.0 * (1 - share)).round().astype(np.uint16)
    return np.broadcast_to(colors, (*band.shape[:2], 3)).astype(np.uint16)


def _turned(pixels: Pixels, exif: Image.Exif) -> Pixels:
    """As its EXIF orientation says (EXIF 2.3, table 4)."""
    orientation = exif.get(Base.Orientation, 1)
    if orientation in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
        orientation = {2: 1, 4: 3, 5: 8, 7: 6}[orientation]
    return np.rot90(pixels, TURNS.get(orientation, 0))
