"""PNG files row by row, so that a picture of any size takes little memory (PNG specification).

Pillow decodes a file as a whole. Here it is given some rows at a time, as a small PNG of their own
below the row that came before them. Filters treat every byte of a sample alone: of 16 bits, the
high and the low bytes are two pictures of 8 bits.
"""

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">IIBBBBB")  # width, height, bits, color type, and three methods
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # of the color types without a palette
RGB = 2
LEVEL = 6  # of zlib: its default, as Pillow's
PIECE = 2**16  # bytes that are read or compressed at a time
SUB, UP, AVERAGE = 1, 2, 3  # filters (PNG specification, sec. 9.2)
Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class PngHeader:
    """What a PNG file says of itself before its pixels."""

    width: int
    height: int
    bits: int
    color: int
    plain: bool  # neither interlaced, nor with a palette or a transparent color

    @property
    def channels(self) -> int:
        """Samples of a pixel."""
        return CHANNELS[self.color]


def read_png_header(file: BinaryIO) -> PngHeader | None:
    """Read what comes before the pixels; None where the file is no PNG."""
    if file.read(8) != SIGNATURE:
        return None
    size, kind = struct.unpack(">I4s", file.read(8))
    if kind != b"IHDR" or size != HEADER.size:
        return None
    width, height, bits, color, *_, interlaced = HEADER.unpack(file.read(size))
    file.seek(4, io.SEEK_CUR)
    transparent = any(kind == b"tRNS" for kind, _ in _chunks_before_pixels(file))
    plain = not interlaced and color in CHANNELS and bits in (8, 16) and not transparent
    return PngHeader(width, height, bits, color, plain)


def png_bands(file: BinaryIO, header: PngHeader, rows: int) -> Iterator[Pixels]:
    """The pixels of a plain PNG, ``rows`` rows at a time.

    Args:
        file: Just after ``read_png_header``.
        header: What that gave.
        rows: Of each array but the last.

    Yields:
        (rows, W, channels), uint8 or uint16.

    Raises:
        OSError: The file ends too early.
        zlib.error: It is damaged.
    """
    line = 1 + header.width * header.channels * header.bits // 8
    above = bytes(line)
    inflated = _Inflated(file)
    for top in range(0, header.height, rows):
        count = min(rows, header.height - top)
        filtered = np.frombuffer(inflated.read(count * line), np.uint8).reshape(count, line)
        band = _decoded(np.vstack([np.frombuffer(above, np.uint8), filtered]), header)
        last = band[-1].astype(f">u{header.bits // 8}", copy=False)
        above = b"\0" + last.tobytes()
        yield band[1:]


def write_png(
    file: BinaryIO,
    height: int,
    width: int,
    bits: int,
    bands: Iterable[Pixels],
    chunks: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Write RGB pixels as they come.

    Args:
        file: Open for writing.
        height: Of the picture.
        width: Of the picture.
        bits: 8 or 16, as the pixels have.
        bands: (n, width, 3) each, from the top.
        chunks: Kind and content of what else the file is to hold.
    """
    file.write(SIGNATURE)
    _write_chunk(file, b"IHDR", HEADER.pack(width, height, bits, RGB, 0, 0, 0))
    for kind, content in chunks:
        _write_chunk(file, kind, content)
    deflate = zlib.compressobj(LEVEL)
    above = np.zeros(width * 3 * bits // 8, np.uint8)
    for band in bands:
        line = band.astype(f">u{bits // 8}").reshape(len(band), -1).view(np.uint8)
        for top in range(0, len(line), max(1, PIECE // line.shape[1])):
            part = line[top : top + max(1, PIECE // line.shape[1])]
            packed = deflate.compress(_filtered(part, above, 3 * bits // 8).tobytes())
            above = part[-1]
            if packed:
                _write_chunk(file, b"IDAT", packed)
    _write_chunk(file, b"IDAT", deflate.flush())
    _write_chunk(file, b"IEND", b"")


class _Inflated:
    """The uncompressed bytes of the IDAT chunks that follow in a file."""

    def __init__(self, file: BinaryIO) -> None:
        self.pieces = _pixel_pieces(file)
        self.inflate = zlib.decompressobj()
        self.left = b""

    def read(self, count: int) -> bytes:
        """Exactly so many. Raises OSError where there are fewer."""
        parts = [self.left]
        missing = count - len(self.left)
        while missing > 0:
            packed = self.inflate.unconsumed_tail or next(self.pieces, b"")
            if not packed:
                raise OSError("the file is cut off")
            parts.append(self.inflate.decompress(packed, max(PIECE, missing)))
            missing -= len(parts[-1])
        whole = b"".join(parts)
        self.left = whole[count:]
        return whole[:count]


def _chunks_before_pixels(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind and length of each chunk up to the first IDAT, where the file then stands."""
    while len(start := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", start)
        if kind == b"IDAT":
            file.seek(-8, io.SEEK_CUR)
            return
        yield kind, size
        file.seek(size + 4, io.SEEK_CUR)


def _pixel_pieces(file: BinaryIO) -> Iterator[bytes]:
    while len(start := file.read(8)) == 8:
        left, kind = struct.unpack(">I4s", start)
        if kind != b"IDAT":
            return
        while left:
            piece = file.read(min(left, PIECE))
            if not piece:
                return
            left -= len(piece)
            yield piece
        file.seek(4, io.SEEK_CUR)  # the check sum: zlib has one of its own


def _decoded(lines: NDArray[np.uint8], header: PngHeader) -> Pixels:
    """Filtered lines, of which the first is not, -> (rows, W, channels)."""
    if header.bits == 8:
        return _decoded_bytes(lines, header)
    samples = lines[:, 1:].reshape(len(lines), -1, 2)
    high, low = (_decoded_bytes(np.hstack([lines[:, :1], samples[..., k]]), header) for k in (0, 1))
    wide = high.astype(np.uint16) << 8
    return (wide | low).astype(np.uint16)


def _decoded_bytes(lines: NDArray[np.uint8], header: PngHeader) -> NDArray[np.uint8]:
    small = io.BytesIO()
    small.write(SIGNATURE)
    _write_chunk(small, b"IHDR", HEADER.pack(header.width, len(lines), 8, header.color, 0, 0, 0))
    _write_chunk(small, b"IDAT", zlib.compress(lines.tobytes(), 0))
    _write_chunk(small, b"IEND", b"")
    return np.array(Image.open(small)).reshape(len(lines), header.width, header.channels)


def _write_chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    file.write(struct.pack(">I4s", len(content), kind))
    file.write(content)
    file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(kind))))


def _filtered(lines: NDArray[np.uint8], above: NDArray[np.uint8], pixel: int) -> NDArray[np.uint8]:
    """Each line by the filter whose differences are least in sum (sec. 12.7), its kind in front."""
    left = np.zeros_like(lines)
    left[:, pixel:] = lines[:, :-pixel]
    upper = np.vstack([above, lines[:-1]])
    mean = ((left.astype(np.uint16) + upper) >> 1).astype(np.uint8)
    choices = {SUB: lines - left, UP: lines - upper, AVERAGE: lines - mean}
    sizes = [np.abs(one.view(np.int8).astype(np.int16)).sum(1) for one in choices.values()]
    best = np.argmin(sizes, 0)
    chosen = np.stack(list(choices.values()))[best, np.arange(len(lines))]
    return np.hstack([np.array(list(choices), np.uint8)[best][:, None], chosen])
