"""JPEG files strip by strip (ITU-T T.81).

Pillow encodes each strip as a picture of its own. All have the same tables, so that their scans,
with a restart marker between them (sec. E.1.4), are the scan of the whole.
"""

import io
import struct
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BLOCK = 8  # pixels a side of what is coded together, without subsampling
MOST_BLOCKS = 2**16 - 1  # between two restart markers
LONGEST = 65535  # pixels of a side
FRAME = 0xC0  # the segment that tells the sides
SCAN = 0xDA
RESTART = 0xD0  # the first of eight markers that take turns
INTERVAL = 0xDD  # the segment that tells how many blocks lie between them
END = b"\xff\xd9"


def strip_rows(width: int, most: int) -> int:
    """Rows of a strip: whole blocks, as few as ``most`` rows where there can be so many."""
    blocks = -(-width // BLOCK)
    return BLOCK * max(1, min(most // BLOCK, MOST_BLOCKS // blocks))


def write_jpeg(
    file: BinaryIO,
    height: int,
    width: int,
    bands: Iterable[NDArray[np.uint8]],
    rows: int,
    **options: Any,
) -> None:
    """Write RGB pixels as they come.

    Args:
        file: Open for writing.
        height: Of the picture.
        width: Of the picture.
        bands: (rows, width, 3) each, from the top; the last may have fewer.
        rows: As ``strip_rows`` says.
        options: Of Pillow's encoder: quality, and what the file is to hold besides.

    Raises:
        ValueError: A side is longer than the format allows.
    """
    if max(height, width) > LONGEST:
        raise ValueError(f"{width} x {height}: the longest side of a JPEG is {LONGEST} pixels")
    interval = rows // BLOCK * -(-width // BLOCK)
    for number, band in enumerate(bands):
        buffer = io.BytesIO()
        extra = options if number == 0 else {"quality": options["quality"]}
        Image.fromarray(band).save(buffer, "JPEG", subsampling=0, **extra)
        header, scan = _parts(buffer.getvalue(), height, interval)
        file.write(header if number == 0 else bytes([0xFF, RESTART + (number - 1) % 8]))
        file.write(scan)
    file.write(END)


def _parts(content: bytes, height: int, interval: int) -> tuple[bytes, bytes]:
    """The header, as that of a picture of this height with restarts, and the scan without end."""
    header = bytearray(content[:2])
    place = 2
    while True:
        marker = content[place + 1]
        size = struct.unpack(">H", content[place + 2 : place + 4])[0]
        segment = bytearray(content[place : place + 2 + size])
        if marker == FRAME:
            segment[5:7] = struct.pack(">H", height)
        if marker == SCAN:
            header += struct.pack(">BBHH", 0xFF, INTERVAL, 4, interval)
        header += segment
        place += len(segment)
        if marker == SCAN:
            return bytes(header), content[place : -len(END)]
