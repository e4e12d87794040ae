"""Read, write and resize pictures: RGB float tensors in [0, 1]. The only user of Pillow."""

import io
import os
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError
from torch import Tensor

from stylenets.errors import UserError

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm"}
FORMATS = {"png": {}, "jpg": {"quality": 95, "subsampling": 0}, "webp": {"quality": 95}}
READABLE = (
    "JPEG",
    "PNG",
    "WEBP",
    "BMP",
    "TIFF",
    "GIF",
    "PPM",
)  # and nothing else: Pillow hands an EPS file to Ghostscript
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
MAX_PIXELS = 178_000_000  # 534 MB of RGB; Pillow itself refuses to open what has 179 million, as a decompression bomb


def list_pictures(folder: str | Path) -> list[Path]:
    """All picture files below ``folder``, sorted. Raises UserError where the folder is missing or holds none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"no such folder: {folder}")
    found = [
        (*root.split(os.sep), name)
        for root, _, names in os.walk(folder)
        for name in names
        if _is_picture(name)
    ]
    if not found:
        raise UserError(f"no picture in {folder} (looked for {', '.join(sorted(EXTENSIONS))})")
    return [Path(os.sep.join(parts)) for parts in sorted(found)]


def _is_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in EXTENSIONS and not name.startswith(".")


def read(path: str | Path, size: int | None = None) -> Tensor:
    """Decode a picture -> (3, H, W) RGB float32 in [0, 1]; alpha is laid over white, EXIF orientation applied.

    ``size``: shortest side in pixels after an antialiased resize that keeps the aspect; None leaves the picture as it is.
    Raises UserError for anything that is missing, damaged, or not a picture.
    """
    return from_pixels(read_pixels(path, size))


def read_pixels(path: str | Path, size: int | None = None) -> np.ndarray:
    """As ``read``, but (H, W, 3) uint8: a quarter of the memory."""
    picture = _decode(Path(path), size, _to_rgb)
    if size is not None:
        height, width = shortest_side(picture.height, picture.width, size)
        if height * width > MAX_PIXELS:
            raise UserError(
                f"{path} would be {width} x {height} at size {size}: larger than {MAX_PIXELS // 10**6} megapixels"
            )
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.array(picture)


def read_square(path: str | Path, size: int, side: int, down: float, right: float) -> Tensor:
    """A square of a picture that becomes (3, side, side) where its shortest side becomes ``size``: RGB float32 in [0, 1].

    It lies at (down, right), each in [0, 1), of the room there is. Nothing else is resized. Raises UserError as ``read``.
    """
    return square_of_pixels(np.array(_decode(Path(path), size, _to_rgb)), size, side, down, right)


def square_of_pixels(pixels: np.ndarray, size: int, side: int, down: float, right: float) -> Tensor:
    """The same out of (H, W, 3) uint8, by an antialiased bicubic resize, which torch does in a fourth of Pillow's time."""
    part = max(1, round(side * min(pixels.shape[:2]) / size))
    cut = square(torch.from_numpy(pixels).permute(2, 0, 1), part, down, right)
    if part != side:
        cut = torch.nn.functional.interpolate(
            cut[None], (side, side), mode="bicubic", antialias=True
        )[0]
    return cut.float().div_(255.0)


def square(picture: Tensor, side: int, down: float, right: float) -> Tensor:
    """(C, H, W) -> (C, side, side) at (down, right), each in [0, 1), of the room that there is for it."""
    top, left = (
        int(place * (length - side + 1))
        for place, length in zip((down, right), picture.shape[1:], strict=True)
    )
    return picture[:, top : top + side, left : left + side]


def from_pixels(pixels: np.ndarray, size: int | None = None) -> Tensor:
    """(H, W, 3) uint8 -> (3, H, W) float32 in [0, 1], with shortest side ``size`` as ``read`` resizes."""
    if size is not None and min(pixels.shape[:2]) != size:
        height, width = shortest_side(*pixels.shape[:2], size)
        pixels = np.array(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(255.0)


def read_alpha(path: str | Path) -> Tensor:
    """The alpha channel of a picture -> (1, H, W) float32 in [0, 1]. Raises UserError where there is none, as for ``read``."""
    return (
        torch.from_numpy(np.array(_decode(Path(path), None, _to_alpha)))[None].float().div_(255.0)
    )


def read_matte(path: str | Path) -> Tensor:
    """A mask picture -> (H, W) float32 in [0, 1]: its alpha channel where anything is transparent, else its brightness."""
    return torch.from_numpy(np.array(_decode(Path(path), None, _to_matte))).float().div_(255.0)


def read_values(path: str | Path, colors: bool) -> Tensor:
    """A label map -> (H, W) int64: gray values or the palette's indices, never scaled; with ``colors``, 0xRRGGBB.

    Raises UserError as ``read``, and for a colorful picture where gray values are wanted.
    """
    values = torch.from_numpy(
        np.array(_decode(Path(path), None, _to_rgb if colors else _to_values))
    ).long()
    return (values << torch.tensor([16, 8, 0])).sum(2) if colors else values


def shortest_side(height: int, width: int, size: int) -> tuple[int, int]:
    """(height, width) scaled so that the shorter of the two is ``size``; the longer is rounded, never below 1."""
    scale = size / min(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize(picture: Tensor, size: int) -> Tensor:
    """(3, H, W) or (B, 3, H, W) -> the same with shortest side ``size``, antialiased bicubic, clamped to [0, 1]."""
    batch = picture if picture.ndim == 4 else picture[None]
    shape = shortest_side(batch.shape[-2], batch.shape[-1], size)
    batch = torch.nn.functional.interpolate(batch, shape, mode="bicubic", antialias=True).clamp(
        0, 1
    )
    return batch if picture.ndim == 4 else batch[0]


def to_uint8(picture: Tensor) -> np.ndarray:
    """(3, H, W) float in [0, 1], clamped -> (H, W, 3) uint8, rounded to nearest."""
    return (
        picture.detach().float().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    )


def write(path: str | Path, picture: Tensor) -> None:
    """Write (3, H, W) float in [0, 1] as 8-bit RGB in the format of the file's extension; the file appears whole or not at all."""
    path = Path(path)
    suffix = path.suffix.lower().lstrip(".").replace("jpeg", "jpg")
    if suffix not in FORMATS:
        raise UserError(
            f"cannot write {path}: unknown picture format; use one of {', '.join(FORMATS)}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
        os.close(handle)
        try:
            Image.fromarray(to_uint8(picture)).save(part, **FORMATS[suffix])
            os.chmod(part, 0o644)
            os.replace(part, path)
        finally:
            Path(part).unlink(missing_ok=True)
    except (
        OSError,
        ValueError,
    ) as error:  # ValueError: more pixels a side than the format can hold
        raise UserError(
            f"cannot write {path}: {getattr(error, 'strerror', None) or error}"
        ) from error


def jpeg(picture: Tensor, quality: int = 88) -> bytes:
    """(3, H, W) float in [0, 1] -> the bytes of a JPEG file, to be embedded in a page."""
    buffer = io.BytesIO()
    Image.fromarray(to_uint8(picture)).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def grid(
    rows: list[list[Tensor]],
    row_labels: list[str] | None = None,
    column_labels: list[str] | None = None,
    gap: int = 8,
) -> Tensor:
    """Lay pictures out in a table on white, each row as high as its highest picture -> (3, H, W).

    ``rows``: (3, h, w) each; labels are drawn above the columns, cut to their width, and to the left of the rows.
    """
    columns = max(len(row) for row in rows)
    widths = [max(row[c].shape[2] for row in rows if c < len(row)) for c in range(columns)]
    heights = [max(picture.shape[1] for picture in row) for row in rows]
    left, top = (90 if row_labels else 0), (22 if column_labels else 0)
    sheet = torch.ones(
        3, top + sum(heights) + gap * (len(rows) + 1), left + sum(widths) + gap * (columns + 1)
    )
    labels: list[tuple[int, int, int, str]] = []
    y = top + gap
    for r, row in enumerate(rows):
        x = left + gap
        if row_labels:
            labels.append((gap, y + heights[r] // 2, left - gap, row_labels[r]))
        for c, picture in enumerate(row):
            sheet[:, y : y + picture.shape[1], x : x + picture.shape[2]] = (
                picture.detach().float().clamp(0, 1).cpu()
            )
            if r == 0 and column_labels:
                labels.append((x, gap, widths[c], column_labels[c]))
            x += widths[c] + gap
        y += heights[r] + gap
    return _draw_labels(sheet, labels)


def _draw_labels(sheet: Tensor, labels: list[tuple[int, int, int, str]]) -> Tensor:
    """Write (x, y, width, text) into the sheet; a text wider than that is cut."""
    picture = Image.fromarray(to_uint8(sheet))
    draw = ImageDraw.Draw(picture)
    for x, y, width, text in labels:
        shown = text
        while shown and draw.textlength(shown) > width:
            shown = shown[:-1]
        draw.text((x, y), shown, fill=(0, 0, 0))
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float().div_(255.0)


def _decode(
    path: Path, size: int | None, convert: Callable[[Image.Image], Image.Image]
) -> Image.Image:
    if not path.is_file():
        raise UserError(f"no such picture: {path}")
    try:
        with Image.open(path, formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UserError(
                    f"{path} is {picture.width} x {picture.height}: larger than {MAX_PIXELS // 10**6} megapixels"
                )
            if size is not None:
                picture.draft("RGB", (2 * size, 2 * size))
            picture.load()
            return convert(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise UserError(f"not a picture: {path}") from error
    except Image.DecompressionBombError as error:
        raise UserError(f"{path} is larger than {MAX_PIXELS // 10**6} megapixels") from error
    except DAMAGE as error:  # a damaged file, or its EXIF alone, may raise any of these
        raise UserError(f"damaged picture: {path} ({error})") from error


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit gray: Pillow's own conversion saturates at 255
        values = np.asarray(picture).astype(np.float64)
        picture = Image.fromarray(
            (values * (255.0 / 65535.0)).round().clip(0, 255).astype(np.uint8)
        )
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def _to_alpha(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        raise ValueError("it has no alpha channel")
    return picture.convert("RGBA").getchannel("A")


def _to_matte(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        alpha = _to_alpha(picture)
        if alpha.getextrema()[0] < 255:
            return alpha
    return _to_rgb(picture).convert("L")


def _to_values(picture: Image.Image) -> Image.Image:
    if picture.mode in {"1", "L", "P"} or picture.mode.startswith("I"):
        return picture
    red, green, blue = picture.convert("RGB").split()
    if not red.tobytes() == green.tobytes() == blue.tobytes():
        raise ValueError("it is colorful, and labels= names gray values; colors are 0xRRGGBB")
    return red
