"""Decode a picture file with Pillow, as a viewer shows it, or refuse it by name."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from stylenets.errors import UserError
from stylenets.images.profiles import to_srgb

# Nothing else: Pillow hands an EPS file to Ghostscript.
READABLE = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
# What a damaged file, or its EXIF alone, makes Pillow raise.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
# 534 MB of RGB; from 179 million on Pillow itself takes a picture for a decompression bomb.
MAX_PIXELS = 178_000_000
# TIFF 6.0: tags, and what they say of samples
BITS = 258
PHOTOMETRIC = 262
PLANAR = 284
SAMPLE_FORMAT = 339
UNSIGNED = {1, 4}  # whole numbers, or nothing said
SEPARATE = 2
WHITE_IS_ZERO = 0
TOO_LARGE = f"larger than {MAX_PIXELS // 10**6} megapixels"

Convert = Callable[[Image.Image], Image.Image]


def decode(source: Path | bytes, convert: Convert, size: int | None = None) -> Image.Image:
    """Decode a picture, turn it as its EXIF data say, and ``convert`` it.

    Args:
        source: The file, or what one holds.
        convert: What is wanted of the picture: ``to_rgb``, ``to_alpha``, ``to_matte``,
            ``to_values``. Its ValueError says why that cannot be had.
        size: A hint: the shortest side in pixels wanted later. A JPEG is then decoded at the
            fraction of its size that is still at least twice as large, which is faster.

    Raises:
        UserError: The file is missing, damaged, too large, or no picture.
    """
    with _opened(source) as picture:
        _refuse_unusual(_named(source), picture)
        if size is not None:
            picture.draft("RGB", (2 * size, 2 * size))
        picture.load()
        return convert(ImageOps.exif_transpose(picture))


def sides(source: Path | bytes) -> tuple[int, int]:
    """Height and width in pixels as the header has them: nothing is decoded, nothing is turned.

    Raises UserError as ``decode``, but for damage behind the header.

    Example:
        >>> from stylenets import photos
        >>> sides(photos.bundled_photos()[0])
        (512, 512)
    """
    with _opened(source) as picture:
        return picture.height, picture.width


def to_rgb(picture: Image.Image) -> Image.Image:
    """8-bit sRGB of any mode: alpha is laid over white, 16 bits are scaled down to 8."""
    picture = _with_8_bits(picture)
    if picture.has_transparency_data:
        picture = to_srgb(picture.convert("RGBA"))
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return to_srgb(picture).convert("RGB")


def to_stored_rgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB as it is stored, whatever its profile says: colors that are labels."""
    picture = _with_8_bits(picture)
    picture.info.pop("icc_profile", None)
    return to_rgb(picture)


def to_alpha(picture: Image.Image) -> Image.Image:
    """The alpha channel. Raises ValueError where there is none."""
    if not picture.has_transparency_data:
        raise ValueError("it has no alpha channel")
    return picture.convert("RGBA").getchannel("A")


def to_matte(picture: Image.Image) -> Image.Image:
    """The alpha channel where anything is transparent, else the brightness."""
    if picture.has_transparency_data:
        alpha = to_alpha(picture)
        if np.asarray(alpha).min() < 255:
            return alpha
    return to_rgb(picture).convert("L")


def to_values(picture: Image.Image) -> Image.Image:
    """Gray values or a palette's indices, never scaled. Raises ValueError for colors."""
    if picture.mode in {"1", "L", "P"} or picture.mode.startswith("I"):
        return picture
    red, green, blue = picture.convert("RGB").split()
    if not red.tobytes() == green.tobytes() == blue.tobytes():
        raise ValueError("it is colorful, and labels= names gray values; colors are 0xRRGGBB")
    return red


@contextmanager
def _opened(source: Path | bytes) -> Iterator[Image.Image]:
    """The picture with its header read; what is wrong with it becomes a UserError."""
    path = _named(source)
    if isinstance(source, Path) and not source.is_file():
        raise UserError(f"no such picture: {path}")
    try:
        # not by its path: Pillow would map a raw TIFF that is to be turned with its sides exchanged
        opened = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        with opened, Image.open(opened, formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UserError(f"{path} is {picture.width} x {picture.height}: {TOO_LARGE}")
            yield picture
    except UnidentifiedImageError as error:
        raise UserError(f"not a picture: {path}") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"{path} is {TOO_LARGE}") from error
    except DAMAGE as error:
        raise UserError(f"damaged picture: {path} ({error})") from error


def _named(source: Path | bytes) -> Path | str:
    return "the picture" if isinstance(source, bytes) else source


def _refuse_unusual(path: Path | str, picture: Image.Image) -> None:
    """Raises UserError for samples that Pillow reads as other values than they are."""
    kind = None
    if picture.mode == "F":
        kind = "floating-point samples"
    elif isinstance(picture, TiffImageFile):
        bits = picture.tag_v2.get(BITS, (1,))
        if not {*picture.tag_v2.get(SAMPLE_FORMAT, (1,))} <= UNSIGNED:
            kind = "signed or floating-point samples"
        elif not {*bits} <= {1, 2, 4, 8, 16}:
            kind = f"samples of {max(bits)} bits"
        elif max(bits) > 8 and len(bits) > 1 and picture.tag_v2.get(PLANAR) == SEPARATE:
            kind = "16-bit samples in planes of their own"
        elif picture.mode.startswith("I") and picture.tag_v2.get(PHOTOMETRIC) == WHITE_IS_ZERO:
            kind = "16-bit samples in which white is 0"
    if kind:
        raise UserError(f"{path} holds {kind}: save it with 8 or 16 bits a color")


def _with_8_bits(picture: Image.Image) -> Image.Image:
    """16-bit gray -> 8-bit gray; Pillow's own conversion would saturate at 255."""
    if not picture.mode.startswith("I"):
        return picture
    values: NDArray[np.float64] = np.asarray(picture).astype(np.float64)
    scaled = (values * (255.0 / 65535.0)).round().clip(0, 255)
    gray = Image.fromarray(scaled.astype(np.uint8))
    gray.info = dict(picture.info)
    return gray
