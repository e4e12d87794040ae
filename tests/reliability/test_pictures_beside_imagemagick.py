"""200 pictures of hard kinds, read by us and by ImageMagick: the same within 2 of 255."""

import io
import itertools
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from icc_profiles import ADOBE, P3, profile
from PIL import Image, ImageCms

from stylenets import images

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.skipif(shutil.which("convert") is None, reason="ImageMagick is not installed"),
]
CASES = 200
MODES = ("RGB", "RGBA", "L", "LA", "P", "1", "I;16", "CMYK")
FORMATS = {
    "png": {"RGB", "RGBA", "L", "LA", "P", "1", "I;16"},
    "tif": {"RGB", "RGBA", "L", "LA", "P", "1", "I;16", "CMYK"},
    "webp": {"RGB", "RGBA"},
    "jpg": {"RGB", "L"},
    "bmp": {"RGB", "L", "P", "1"},
    "ppm": {"RGB", "L", "1"},
    "gif": {"L", "P", "1"},
}
PROFILED = {"png", "tif", "webp", "jpg"}
ORIENTED = {"tif", "jpg"}  # ImageMagick 6 turns no others


def smooth(chance: random.Random, channels: int) -> np.ndarray:
    """(H, W, channels) of slow waves, which a JPEG keeps."""
    height = chance.randint(9, 60)
    width = chance.randint(9, 60)
    y, x = np.mgrid[:height, :width] / 60
    waves = [
        0.5 + 0.5 * np.sin(chance.uniform(-3, 3) * x + chance.uniform(-3, 3) * y + 6 * k)
        for k in range(channels)
    ]
    return (255 * np.stack(waves, -1)).round().astype(np.uint8)


def drawn(mode: str, chance: random.Random) -> Image.Image:
    """A picture of a mode; alpha is all or nothing in a part of it."""
    if mode == "I;16":
        return Image.fromarray(smooth(chance, 1)[..., 0].astype(np.uint16) * 257)
    if mode in ("P", "1"):
        return Image.fromarray(smooth(chance, 3)).convert(mode)
    channels = {"RGB": 3, "RGBA": 4, "L": 1, "LA": 2, "CMYK": 4}[mode]
    pixels = smooth(chance, channels)
    if mode in ("RGBA", "LA"):
        pixels[..., -1] = np.where(pixels[..., -1] > 90, 255, 0)
    return Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)


def corpus(folder: Path) -> list[Path]:
    """Modes, formats, orientations and profiles in turn, until there are enough."""
    chance = random.Random(0)
    kinds = [(form, mode) for form, modes in FORMATS.items() for mode in MODES if mode in modes]
    files = []
    for number, (form, mode) in zip(range(CASES), itertools.cycle(kinds), strict=False):
        settings: dict[str, object] = {}
        if form in PROFILED and mode in ("RGB", "RGBA") and chance.random() < 0.7:
            settings["icc_profile"] = profile(chance.choice([ADOBE, P3]))
        if form in ORIENTED and chance.random() < 0.5:
            exif = Image.Exif()
            exif[0x0112] = chance.randint(1, 8)
            settings["exif"] = exif
        if form == "webp":
            settings |= {"lossless": True, "exact": True}
        if form == "jpg":
            settings |= {"quality": 100, "subsampling": 0}
        files.append(folder / f"{number:03d}-{mode.replace(';', '')}.{form}")
        drawn(mode, chance).save(files[-1], **settings)
    return files


def beside(file: Path, srgb: Path) -> np.ndarray:
    """(H, W, 3) in 0-255, as ImageMagick shows the first page of a file."""
    command = ["convert", f"{file}[0]", "-auto-orient", "-profile", str(srgb)]
    command += ["-background", "white", "-alpha", "remove", "-alpha", "off"]
    command += ["-colorspace", "sRGB", "-type", "TrueColor", "-depth", "8", "ppm:-"]
    done = subprocess.run(command, check=True, capture_output=True)
    return np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB")).astype(float)


def test_two_hundred_pictures(tmp_path: Path, figures: list) -> None:
    srgb = tmp_path / "srgb.icc"
    srgb.write_bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    lost = []
    furthest = 0.0
    for file in corpus(tmp_path):
        ours = images.read(file).permute(1, 2, 0).numpy() * 255
        theirs = beside(file, srgb)
        apart = np.abs(ours - theirs).max() if ours.shape == theirs.shape else np.inf
        furthest = max(furthest, apart)
        lost += [f"{file.name}: {apart:.0f}"] if apart > 2 else []
    figures.append(("pictures beside ImageMagick", CASES, len(lost), f"{furthest:.1f} of 255"))
    assert not lost, lost
