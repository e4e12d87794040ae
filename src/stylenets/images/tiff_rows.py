"""TIFF files strip by strip (TIFF 6.0, and its technical note 2 for deflate)."""

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import TiffImageFile

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
# tags (TIFF 6.0, sec. 8)
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
OFFSETS, SAMPLES, STRIP_ROWS, SIZES, PLANAR = 273, 277, 278, 279, 284
RESOLUTIONS, RESOLUTION_UNIT, PREDICTOR, TILE_WIDTH = (282, 283), 296, 317, 322
NONE, DEFLATE = 1, 8
DEFLATES = {DEFLATE, 32946}  # and the older number of the same
RGB, CONTIGUOUS, DIFFERENCES, INCHES = 2, 1, 2, 2
GRAY = 1
LARGEST = 2**32 - 2**16  # bytes: offsets have 32 bits
# types of fields
ASCII, SHORT, LONG, RATIONAL, BYTES = 2, 3, 4, 5, 7


def has_plain_strips(picture: TiffImageFile) -> bool:
    """Whether ``tiff_bands`` reads it: gray or RGB of 8 or 16 bits, uncompressed or deflated."""
    tags = picture.tag_v2
    samples = tags.get(SAMPLES, 1)
    kind = {1: GRAY, 3: RGB}.get(samples)
    bits = set(tags.get(BITS, (1,)))
    return (
        TILE_WIDTH not in tags
        and OFFSETS in tags
        and SIZES in tags
        and tags.get(PHOTOMETRIC) == kind
        and bits in ({8}, {16})
        and tags.get(COMPRESSION, NONE) in {NONE, *DEFLATES}
        and tags.get(PREDICTOR, NONE) in {NONE, DIFFERENCES}
        and (samples == 1 or tags.get(PLANAR, CONTIGUOUS) == CONTIGUOUS)
    )


def tiff_bands(file: BinaryIO, picture: TiffImageFile) -> Iterator[Pixels]:
    """The pixels of a TIFF of plain strips, a strip at a time.

    Args:
        file: The same that ``picture`` was opened from.
        picture: With its tags read.

    Yields:
        (rows, W, 1 or 3), uint8 or uint16.

    Raises:
        OSError: The file ends too early.
        zlib.error: It is damaged.
    """
    tags = picture.tag_v2
    bits = tags[BITS][0]
    stored = np.dtype(f"{'<' if tags.prefix == b'II' else '>'}u{bits // 8}")
    line = (picture.width, tags.get(SAMPLES, 1))
    each = min(tags.get(STRIP_ROWS, picture.height), picture.height)
    left = picture.height
    for offset, size in zip(tags[OFFSETS], tags[SIZES], strict=True):
        rows = min(each, left)
        left -= rows
        file.seek(offset)
        content = file.read(size)
        expected = rows * line[0] * line[1] * stored.itemsize
        if tags.get(COMPRESSION, NONE) != NONE:
            content = zlib.decompressobj().decompress(content, expected)
        if len(content) < expected:
            raise OSError("the file is cut off")
        band = np.frombuffer(content[:expected], stored).reshape(rows, *line)
        band = band.astype(stored.newbyteorder("="))
        if tags.get(PREDICTOR) == DIFFERENCES:
            band = np.cumsum(band, 1, dtype=band.dtype)
        yield band
    if left:
        raise OSError("strips are missing")


def write_tiff(
    file: BinaryIO,
    height: int,
    width: int,
    bits: int,
    bands: Iterable[Pixels],
    rows: int,
    texts: Mapping[int, bytes] | None = None,
    dots: float | None = None,
) -> None:
    """Write RGB pixels as they come, deflated.

    Args:
        file: Open for writing and seeking.
        height: Of the picture.
        width: Of the picture.
        bits: 8 or 16, as the pixels have.
        bands: (rows, width, 3) each, from the top; the last may have fewer.
        rows: Of a strip.
        texts: Contents of further tags: ASCII, or anything for the tags from 700 on.
        dots: An inch.

    Raises:
        ValueError: It would be larger than the format allows.
    """
    file.write(b"II*\0" + bytes(4))
    offsets, sizes = [], []
    for band in bands:
        differences = band.copy()
        differences[:, 1:] -= band[:, :-1]
        packed = zlib.compress(differences.astype(f"<u{bits // 8}", copy=False).tobytes())
        offsets.append(file.tell())
        sizes.append(len(packed))
        file.write(packed)
        if file.tell() > LARGEST:
            raise ValueError("larger than 4 GB, which is the most a TIFF can hold")
    fields: dict[int, tuple[int, int, bytes]] = {
        WIDTH: _longs([width]),
        HEIGHT: _longs([height]),
        BITS: _shorts([bits] * 3),
        COMPRESSION: _shorts([DEFLATE]),
        PHOTOMETRIC: _shorts([RGB]),
        OFFSETS: _longs(offsets),
        SAMPLES: _shorts([3]),
        STRIP_ROWS: _longs([rows]),
        SIZES: _longs(sizes),
        PLANAR: _shorts([CONTIGUOUS]),
        PREDICTOR: _shorts([DIFFERENCES]),
    }
    for tag, text in (texts or {}).items():
        fields[tag] = (ASCII, len(text) + 1, text + b"\0") if tag != 700 else (1, len(text), text)
    if dots is not None:
        fields |= {tag: (RATIONAL, 1, _ratio(dots)) for tag in RESOLUTIONS}
        fields[RESOLUTION_UNIT] = _shorts([INCHES])
    _write_directory(file, fields)


def _shorts(values: list[int]) -> tuple[int, int, bytes]:
    return SHORT, len(values), struct.pack(f"<{len(values)}H", *values)


def _longs(values: list[int]) -> tuple[int, int, bytes]:
    return LONG, len(values), struct.pack(f"<{len(values)}I", *values)


def _ratio(value: float) -> bytes:
    return struct.pack("<II", round(value * 1000), 1000)


def _write_directory(file: BinaryIO, fields: Mapping[int, tuple[int, int, bytes]]) -> None:
    """The directory of fields at the end, and its place into the header."""
    file.write(bytes(file.tell() % 2))
    start = file.tell()
    behind = start + 2 + 12 * len(fields) + 4
    entries, extra = b"", b""
    for tag, (kind, count, content) in sorted(fields.items()):
        if len(content) > 4:
            place = struct.pack("<I", behind + len(extra))
            extra += content + bytes(len(content) % 2)
        else:
            place = content.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + place
    file.write(struct.pack("<H", len(fields)) + entries + bytes(4) + extra)
    file.seek(4)
    file.write(struct.pack("<I", start))
