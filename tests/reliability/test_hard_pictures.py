"""Hard picture files, read in a process of their own.

They are what a viewer shows within 2 of 255, or refused by name; there is never a crash.
"""

import io
import json
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bench import ROOT, Bench
from PIL import Image

from stylenets import images

pytestmark = pytest.mark.reliability
READER = """
import json, sys, numpy
from stylenets import images
from stylenets.errors import UserError
for line in sys.stdin:
    path, size = json.loads(line)
    try:
        picture = images.read(path, size)
    except UserError as error:
        print(json.dumps({"refused": str(error)}), flush=True)
    else:
        numpy.save(path + ".npy", (picture * 255).permute(1, 2, 0).numpy())
        print(json.dumps({"read": list(picture.shape)}), flush=True)
"""
ORIENTATIONS: tuple[
    Callable, ...
] = (  # 1 to 8: what a viewer does with the stored rows (EXIF 2.3, table 4)
    *(
        lambda a: a,
        lambda a: a[:, ::-1],
        lambda a: a[::-1, ::-1],
        lambda a: a[::-1],
        lambda a: a.swapaxes(0, 1),
    ),
    *(lambda a: np.rot90(a, -1), lambda a: np.rot90(a, 2).swapaxes(0, 1), lambda a: np.rot90(a, 1)),
)
HEIGHT, WIDTH = 48, 64
Expected = np.ndarray | str  # the pixels, or a part of the refusal


def ramp() -> np.ndarray:
    """(48, 64, 3) of one tint, which a JPEG of quality 100 keeps.

    No turn or mirror leaves it as it is.
    """
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([x + 2 * y + 80, x + 2 * y + 40, x + 2 * y], -1).astype(np.uint8)


def encoded(picture: Image.Image, form: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **settings)
    return buffer.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, color: int, rows: bytes, *before: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(before)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def oriented() -> dict[str, tuple[bytes, Expected]]:
    """Every EXIF orientation, in every format that carries it."""
    rgb, q = Image.fromarray(ramp()), {"quality": 100, "subsampling": 0}
    found = {
        f"exif{n}.jpg": (encoded(rgb, "JPEG", exif=turned(n), **q), turn(ramp()))
        for n, turn in enumerate(ORIENTATIONS, 1)
    }
    for n in (3, 6):
        turn = ORIENTATIONS[n - 1]
        found[f"exif{n}.png"] = encoded(rgb, "PNG", exif=turned(n)), turn(ramp())
        found[f"exif{n}.webp"] = encoded(rgb, "WEBP", exif=turned(n), lossless=True), turn(ramp())
        found[f"exif{n}.tif"] = encoded(rgb, "TIFF", exif=turned(n)), turn(ramp())
    found["exif99.jpg"] = encoded(rgb, "JPEG", exif=turned(99), **q), ramp()
    return found


def unusual() -> dict[str, tuple[bytes, Expected]]:
    """Modes and forms that cameras, scanners and drawing programs write."""
    pixels, q = ramp(), {"quality": 100, "subsampling": 0}
    rgb, gray = Image.fromarray(pixels), pixels[..., 0]
    grays = np.repeat(gray[..., None], 3, 2)
    deep = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)
    deep_rows = b"".join(
        b"\0" + row.astype(">u2").tobytes() for row in np.repeat(deep[..., None], 3, 2)
    )
    deep_rgb = np.repeat(deep[..., None] / 257, 3, 2)
    ink = Image.fromarray(np.dstack([255 - pixels, np.zeros((HEIGHT, WIDTH), np.uint8)]), "CMYK")
    alpha = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    alpha[:, : WIDTH // 2] = 0
    hidden, shown = (
        Image.fromarray(np.dstack([pixels, alpha]), "RGBA"),
        np.where(alpha > 0, pixels, 255),
    )
    half = Image.fromarray(np.dstack([pixels, alpha // 2]), "RGBA")
    indices = (np.arange(HEIGHT * WIDTH) % 3).reshape(HEIGHT, WIDTH).astype(np.uint8)
    colors = np.array([[10, 20, 30], [200, 0, 0], [0, 90, 0]], np.uint8)
    palette = Image.fromarray(indices, "P")
    palette.putpalette(colors.ravel().tolist())
    see_through = np.where((indices == 1)[..., None], 255, colors[indices])
    other = {
        "save_all": True,
        "append_images": [Image.new("RGB", (WIDTH, HEIGHT), "black")],
        "duration": 50,
    }
    return {
        "plain.jpg": (encoded(rgb, "JPEG", **q), pixels),
        "progressive.jpg": (encoded(rgb, "JPEG", progressive=True, **q), pixels),
        "gray.jpg": (encoded(Image.fromarray(gray), "JPEG", **q), grays),
        "cmyk.jpg": (encoded(ink, "JPEG", **q), pixels),
        "cmyk.tif": (encoded(ink, "TIFF"), pixels),
        "png_named.jpg": (encoded(rgb, "PNG"), pixels),
        "jpg_named.png": (encoded(rgb, "JPEG", **q), pixels),
        "webp_named.gif": (encoded(rgb, "WEBP", lossless=True), pixels),
        "gray16.png": (encoded(Image.fromarray(deep), "PNG"), deep_rgb),
        "gray16.tif": (encoded(Image.fromarray(deep), "TIFF"), deep_rgb),
        "rgb16.png": (png(WIDTH, HEIGHT, 16, 2, deep_rows), deep_rgb),
        "bits.png": (encoded(Image.fromarray(gray > 127), "PNG"), (grays > 127) * 255.0),
        "bits.tif": (
            encoded(Image.fromarray(gray > 127), "TIFF", compression="group4"),
            (grays > 127) * 255.0,
        ),
        "palette.png": (encoded(palette, "PNG", transparency=1), see_through),
        "palette.gif": (encoded(palette, "GIF", transparency=1), see_through),
        "hidden.png": (encoded(hidden, "PNG"), shown),
        "hidden.webp": (encoded(hidden, "WEBP", lossless=True, exact=True), shown),
        "half.png": (
            encoded(half, "PNG"),
            np.where(alpha > 0, 255 - (255.0 - pixels) * 127 / 255, 255),
        ),
        "gray_alpha.png": (
            encoded(hidden.convert("LA"), "PNG"),
            np.where(alpha > 0, np.asarray(rgb.convert("L"))[..., None].repeat(3, 2), 255),
        ),
        "moving.gif": (encoded(palette.convert("RGB"), "GIF", **other), colors[indices]),
        "moving.webp": (encoded(rgb, "WEBP", lossless=True, **other), pixels),
        "moving.png": (encoded(rgb, "PNG", **other), pixels),
        "two_pages.tif": (
            encoded(
                rgb,
                "TIFF",
                compression="tiff_lzw",
                save_all=True,
                append_images=other["append_images"],
            ),
            pixels,
        ),
        "dot.png": (encoded(rgb.crop((0, 0, 1, 1)), "PNG"), pixels[:1, :1]),
        "line.png": (
            encoded(Image.fromarray(np.resize(pixels, (1, 5000, 3))), "PNG"),
            np.resize(pixels, (1, 5000, 3)),
        ),
        "column.jpg": (
            encoded(Image.new("RGB", (1, 5000), (90, 60, 30)), "JPEG", **q),
            np.full((5000, 1, 3), (90, 60, 30)),
        ),
    }


def refused() -> dict[str, tuple[bytes, Expected]]:
    """What is no picture, half of one, or more than memory holds."""
    noise = Image.fromarray(
        np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    )
    cut = {
        f"cut.{form.lower()}": encoded(noise, form)
        for form in ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
    }
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02L\x01\0;"
    bmp = (
        b"BM"
        + struct.pack("<IHHI", 60, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)
    )
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000)))
    return {
        **{name: (data[: len(data) // 2], name) for name, data in cut.items()},
        "empty.jpg": (b"", "not a picture"),
        "letter.jpg": (b"Dear reader,\n", "not a picture"),
        "page.png": (b"<!DOCTYPE html><html>404</html>", "not a picture"),
        "drawing.jpg": (
            encoded(noise, "EPS"),
            "not a picture",
        ),  # Ghostscript, a whole programming language, would paint it
        "header_only.png": (encoded(noise, "PNG")[:33], "header_only.png"),
        "bomb.png": (png(30000, 30000, 8, 2, bytes(1000)), "megapixels"),
        "small_bomb.png": (
            png(13_400, 13_400, 8, 2, bytes(1000)),
            "megapixels",
        ),  # Pillow itself only warns
        "bomb.gif": (
            b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + frame,
            "megapixels",
        ),
        "bomb.bmp": (bmp + bytes(6), "megapixels"),
        "bomb.ppm": (b"P6 50000 50000 255\n" + bytes(100), "megapixels"),
        "text_bomb.png": (png(1, 1, 8, 2, bytes(4), text), "text_bomb.png"),
    }


def read_all(folder: Path, files: dict[str, bytes], size: int | None = None) -> dict[str, dict]:
    """{name: {"read": shape} or {"refused": why}}, by a process that must live to the end."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    lines = "".join(json.dumps([str(folder / name), size]) + "\n" for name in files)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", READER],
        check=False,
        env=environment,
        input=lines,
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (
        f"ended with {done.returncode} at {list(files)[len(told) :][:1]}: {done.stderr[-2000:]}"
    )
    return dict(zip(files, told, strict=True))


def test_hard_files(tmp_path: Path, figures: list) -> None:
    corpus = oriented() | unusual() | refused()
    told = read_all(tmp_path, {name: data for name, (data, _) in corpus.items()})
    wrong, furthest = [], 0.0
    for name, (_, expected) in corpus.items():
        if isinstance(expected, str):
            wrong += (
                []
                if expected in told[name].get("refused", "") and name in told[name]["refused"]
                else [(name, told[name])]
            )
            continue
        pixels = np.load(tmp_path / f"{name}.npy") if "read" in told[name] else np.empty(0)
        apart = np.abs(pixels - expected).max() if pixels.shape == expected.shape else np.inf
        furthest = max(furthest, apart)
        wrong += [(name, told[name], apart)] if apart > 2 else []
    figures.append(
        (
            "hard picture files",
            len(corpus),
            len(wrong),
            f"{len(refused())} refused, pixels at most {furthest:.1f} of 255 apart",
        )
    )
    assert len(corpus) >= 50
    assert not wrong


def test_a_huge_photograph_is_read_small(tmp_path: Path) -> None:
    huge = encoded(Image.new("RGB", (12000, 9000), (90, 60, 30)), "JPEG", quality=95)
    assert read_all(tmp_path, {"huge.jpg": huge}, size=48)["huge.jpg"] == {"read": [3, 48, 64]}
    assert np.abs(np.load(tmp_path / "huge.jpg.npy") - (90, 60, 30)).max() <= 2


def test_flipped_bytes(tmp_path: Path, figures: list) -> None:
    """40 files of each of ten kinds with one to four bytes overwritten: read or refused.

    Half of the bytes are within the headers. There is never a crash.
    """
    whole = {name: data for name, (data, _) in (oriented() | unusual()).items()}
    kinds = (
        "exif6.jpg",
        "exif6.png",
        "exif6.webp",
        "exif6.tif",
        "palette.png",
        "palette.gif",
        "moving.png",
        "cmyk.jpg",
        "two_pages.tif",
        "bits.tif",
    )
    chance, files = random.Random(0), {}
    for kind in kinds:
        for k in range(40):
            data = bytearray(whole[kind])
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(min(len(data), 400 if k % 2 else len(data)))] = (
                    chance.randrange(256)
                )
            files[f"{k:02d}_{kind}"] = bytes(data)
    told = read_all(tmp_path, files)
    assert all(
        told[name]["read"][0] == 3 if "read" in told[name] else name in told[name]["refused"]
        for name in files
    )
    figures.append(
        (
            "pictures with flipped bytes",
            len(files),
            0,
            f"{sum('refused' in answer for answer in told.values())} refused",
        )
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_a_folder_with_five_percent_of_bad_files_trains_to_the_end(
    bench: Bench, figures: list, workers: int
) -> None:
    folder = bench.folder / "five_percent"
    for k in range(40):
        images.write(
            folder / f"{k:02d}.png", images.read(bench.folder / "photos" / f"{k % 14:02d}.png")
        )
    (folder / "07.png").write_bytes((folder / "07.png").read_bytes()[:500])
    (folder / "23.png").write_text("Dear reader,\n")
    out = f"five_percent_{workers}"
    given = (
        f"data.root={folder}",
        "data.val_root=photos",
        "trainer.max_epochs=2",
        f"data.workers={workers}",
    )
    status, errors = bench.run(out, *given)
    assert status == 0, errors
    lines = [
        line
        for line in (bench.folder / out / "train.log").read_text().splitlines()
        if "skipped: " in line
    ]
    assert (
        len(lines) == 2
        and "(1 of 40 files so far)" in lines[0]
        and "(2 of 40 files so far)" in lines[1]
    )
    assert {name for name in ("07.png", "23.png") if any(name in line for line in lines)} == {
        "07.png",
        "23.png",
    }
    assert bench.diary(out)[-2] == "validated 40"
    figures.append(
        (f"5 % bad files, {workers} workers", 1, 0, "trained to the end, 2 of 40 named once each")
    )
