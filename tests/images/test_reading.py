"""Pictures of every kind come in as the RGB a viewer shows; damaged ones are refused by name."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from icc_profiles import ADOBE, EXPONENT, OF_SRGB, P3, profile
from PIL import Image

from stylenets import images
from stylenets.errors import UserError

# What each EXIF orientation asks a viewer to do with the stored rows (EXIF 2.3, table 4: where
# row 0 and column 0 are shown).
ORIENTATIONS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


def pixels(path: Path) -> np.ndarray:
    """(H, W, 3) in 0-255, as read."""
    return images.read(path).permute(1, 2, 0).numpy() * 255


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_alpha_is_laid_over_white(tmp_path: Path) -> None:
    rgba = noise(6, 6, 4)
    rgba[0, :, 3], rgba[1, :, 3] = 0, 255
    Image.fromarray(rgba, "RGBA").save(tmp_path / "a.png")
    alpha = rgba[..., 3:].astype(float) / 255
    read = pixels(tmp_path / "a.png")
    np.testing.assert_allclose(read, alpha * rgba[..., :3] + (1 - alpha) * 255, atol=1.01)
    assert (read[0] == 255).all() and (read[1] == rgba[1, :, :3]).all()


def test_a_transparent_palette_entry_is_white(tmp_path: Path) -> None:
    picture = Image.fromarray(np.array([[0, 1], [2, 1]], dtype=np.uint8), "P")
    picture.putpalette([10, 20, 30, 200, 0, 0, 0, 90, 0])
    picture.save(tmp_path / "a.png", transparency=1)
    assert pixels(tmp_path / "a.png").round().tolist() == [
        [[10, 20, 30], [255, 255, 255]],
        [[0, 90, 0], [255, 255, 255]],
    ]


def test_16_bit_gray_is_scaled_not_saturated(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8)
    Image.fromarray(values).save(tmp_path / "a.png")
    Image.fromarray(values).save(tmp_path / "a.tif")
    for name in ("a.png", "a.tif"):
        np.testing.assert_allclose(
            pixels(tmp_path / name), np.repeat(values[..., None] / 257.0, 3, axis=2), atol=0.51
        )


def test_gray_black_and_white_and_cmyk_become_rgb(tmp_path: Path) -> None:
    gray = noise(4, 4)
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert (pixels(tmp_path / "gray.png") == gray[..., None]).all()
    Image.fromarray(gray > 127).save(tmp_path / "bits.png")
    assert (pixels(tmp_path / "bits.png") == (gray > 127)[..., None] * 255).all()
    Image.fromarray(
        np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], dtype=np.uint8), "CMYK"
    ).save(tmp_path / "cmyk.tif")
    assert pixels(tmp_path / "cmyk.tif").tolist() == [[[255, 255, 255], [0, 255, 255], [0, 0, 0]]]


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    stored = noise(3, 5, 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / "a.png", exif=exif)
    assert (pixels(tmp_path / "a.png") == ORIENTATIONS[orientation](stored)).all()
    Image.fromarray(stored).resize((40, 24)).save(tmp_path / "a.jpg", exif=exif)
    expected = (
        (48, 80) if orientation < 5 else (80, 48)
    )  # the shortest side is asked for after turning
    assert images.read(tmp_path / "a.jpg", 48).shape[1:] == expected


def test_a_truncated_or_false_picture_is_refused_by_name(tmp_path: Path) -> None:
    Image.fromarray(noise(64, 64, 3)).save(tmp_path / "whole.jpg")
    Image.fromarray(noise(64, 64, 3)).save(tmp_path / "whole.png")
    for name in ("whole.jpg", "whole.png"):
        data = (tmp_path / name).read_bytes()
        cut = tmp_path / f"cut_{name}"
        cut.write_bytes(data[: len(data) // 2])
        with pytest.raises(UserError, match=f"damaged picture: .*cut_{name}"):
            images.read(cut)
    (tmp_path / "letter.jpg").write_text("Dear reader,\n")
    (tmp_path / "empty.png").touch()
    for name in ("letter.jpg", "empty.png"):
        with pytest.raises(UserError, match=f"not a picture: .*{name}"):
            images.read(tmp_path / name)
    for name in ("gone.jpg", ""):
        with pytest.raises(UserError, match="no such picture: "):
            images.read(tmp_path / name)


@pytest.mark.parametrize("side", [13_360, 14_000, 30_000])
def test_a_decompression_bomb_is_refused_before_it_takes_memory(tmp_path: Path, side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(UserError, match=r"bomb\.png is .*larger than 178 megapixels"):
        images.read(tmp_path / "bomb.png")


def test_extreme_shapes(tmp_path: Path) -> None:
    images.write(tmp_path / "dot.png", torch.tensor([0.2, 0.4, 0.6]).view(3, 1, 1))
    images.write(tmp_path / "line.png", torch.rand(3, 1, 5000))
    dot = images.read(tmp_path / "dot.png", 16)
    assert (
        dot.shape == (3, 16, 16)
        and (dot - torch.tensor([0.2, 0.4, 0.6]).view(3, 1, 1)).abs().max() < 1e-6
    )
    assert images.read(tmp_path / "line.png").shape == (3, 1, 5000)
    assert images.read(tmp_path / "line.png", 2).shape == (3, 2, 10000)
    with pytest.raises(UserError, match=r"line\.png would be 2560000 x 512 at size 512"):
        images.read(tmp_path / "line.png", 512)


def test_pictures_are_listed_sorted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "sub/c.webp", ".hidden.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in images.list_pictures(tmp_path)] == ["a.png", "b.JPG", "c.webp"]
    with pytest.raises(UserError, match="no such folder"):
        images.list_pictures(tmp_path / "gone")
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match="no picture in"):
        images.list_pictures(tmp_path / "none")


def test_a_square_of_a_large_jpeg_is_cut_from_no_more_than_it_needs(tmp_path: Path) -> None:
    """The same square as of the eighth that a JPEG can be decoded at."""
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1280, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as picture:
        picture.draft("RGB", (128, 128))
        assert picture.size == (160, 128)
        picture.save(tmp_path / "a.png")
    squares = [images.read_square(tmp_path / name, 64, 48, 0.3, 0.6) for name in ("a.jpg", "a.png")]
    assert torch.equal(*squares)


def shown(pixels: np.ndarray, primaries: tuple[list[float], ...]) -> np.ndarray:
    """Pixels as shown, by the formulas: exponent, primaries, clipping, the curve of sRGB."""
    light = (pixels / 255.0) ** EXPONENT
    matrix = np.linalg.inv(np.array(OF_SRGB).T) @ np.array(primaries).T
    linear = (light @ matrix.T).clip(0, 1)
    low = linear <= 0.0031308
    return np.where(low, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255


@pytest.mark.parametrize("primaries", [ADOBE, P3], ids=["Adobe RGB", "P3"])
@pytest.mark.parametrize("form", ["png", "tif", "webp", "alpha.png"])
def test_an_embedded_profile_is_converted(tmp_path: Path, primaries: tuple, form: str) -> None:
    stored = noise(16, 16, 4 if "alpha" in form else 3)
    stored[..., 3:] = 255
    settings = {"lossless": True} if form == "webp" else {}
    file = tmp_path / f"a.{form}"
    Image.fromarray(stored).save(file, icc_profile=profile(primaries), **settings)
    expected = shown(stored[..., :3], primaries)
    assert np.abs(expected - stored[..., :3]).max() > 20
    assert np.abs(pixels(file) - expected).max() <= 2
    np.testing.assert_allclose(
        images.read_values(file, colors=True),
        (stored[..., :3].astype(int) << np.array([16, 8, 0])).sum(2),
    )


def test_a_profile_that_cannot_be_used_is_left_out_of_account(tmp_path: Path) -> None:
    stored = noise(8, 8, 3)
    for name, given in (("cut", profile(P3)[:100]), ("text", b"no profile at all")):
        Image.fromarray(stored).save(tmp_path / f"{name}.png", icc_profile=given)
        np.testing.assert_array_equal(pixels(tmp_path / f"{name}.png").round(), stored)
    gray = Image.fromarray(stored[..., 0])
    gray.save(tmp_path / "gray.png", icc_profile=profile(P3))
    np.testing.assert_array_equal(pixels(tmp_path / "gray.png")[..., 0].round(), stored[..., 0])


def tiff(samples: np.ndarray, **tags: int) -> bytes:
    """A TIFF of one strip (or one a plane), with tags by their numbers, as in t339=3."""
    planes = [samples[..., k] for k in range(3)] if tags.get("t284") == 2 else [samples]
    count = samples.shape[2] if samples.ndim == 3 else 1
    bits = samples.dtype.itemsize * 8
    data = [np.ascontiguousarray(plane).tobytes() for plane in planes]
    start = 8 + sum(map(len, data))
    extra = struct.pack(f"<{count}H", *[bits] * count)
    offsets = [8 + sum(map(len, data[:k])) for k in range(len(data))]
    places = start + len(extra)
    extra += struct.pack(f"<{len(data)}I", *offsets)
    sizes = start + len(extra)
    extra += struct.pack(f"<{len(data)}I", *map(len, data))
    height, width = samples.shape[:2]
    entries = {
        256: (4, 1, width),
        257: (4, 1, height),
        258: (3, count, start if count > 2 else bits),
        259: (3, 1, 1),
        262: (3, 1, tags.get("t262", 2 if count == 3 else 1)),
        273: (4, len(data), places if len(data) > 1 else 8),
        277: (3, 1, count),
        278: (4, 1, height),
        279: (4, len(data), sizes if len(data) > 1 else len(data[0])),
        284: (3, 1, tags.get("t284", 1)),
        339: (3, 1, tags.get("t339", 1)),
    }
    table = struct.pack("<H", len(entries))
    for number, (kind, many, value) in entries.items():
        table += struct.pack("<HHII", number, kind, many, value)
    head = b"II*\0" + struct.pack("<I", start + len(extra))
    return head + b"".join(data) + extra + table + bytes(4)


def test_samples_that_would_be_read_as_other_values_are_refused_by_name(tmp_path: Path) -> None:
    gray = np.linspace(0, 1, 48).reshape(6, 8)
    deep = (gray[..., None] * [65535, 30000, 100]).astype(np.uint16)
    pfm = b"Pf\n8 6\n-1.0\n" + gray.astype("<f4").tobytes()
    for name, content, message in (
        ("float.tif", tiff(gray.astype(np.float32), t339=3), "floating-point samples"),
        ("float.pfm", pfm, "floating-point samples"),
        ("int32.tif", tiff((gray * 2**31).astype(np.int32), t339=2), "signed"),
        ("uint32.tif", tiff((gray * 2**32).astype(np.uint32)), "samples of 32 bits"),
        ("int16.tif", tiff((gray * 2**15).astype(np.int16), t339=2), "signed"),
        ("planes.tif", tiff(deep, t284=2), "planes of their own"),
        ("white.tif", tiff(deep[..., 0], t262=0), "white is 0"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=rf"{name} holds .*{message}.*: save it with 8 or 16"):
            images.read(tmp_path / name)
    (tmp_path / "deep.tif").write_bytes(tiff(deep))
    assert np.abs(pixels(tmp_path / "deep.tif") - deep / 257).max() <= 1
    (tmp_path / "gray.tif").write_bytes(tiff(deep[..., 0]))
    assert np.abs(pixels(tmp_path / "gray.tif") - deep[..., :1] / 257).max() <= 1


def test_pictures_of_a_folder_that_cannot_be_read_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.heic", "b.AVIF", "c.avif", "d.avif", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    for name in ("a.png", "b.jfif", "c.pgm"):
        Image.fromarray(noise(4, 4)).save(tmp_path / "x.jpg")
        (tmp_path / "x.jpg").rename(tmp_path / name)
    assert [path.name for path in images.list_pictures(tmp_path)] == ["a.png", "b.jfif", "c.pgm"]
    (line,) = caplog.messages
    assert line == (
        f"passed over in {tmp_path}, as .avif, .heic is not read: a.heic, b.AVIF, c.avif and 1 more"
    )


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "CMYK", "I;16", "1"])
def test_a_raw_tiff_of_any_mode_is_turned(tmp_path: Path, mode: str) -> None:
    """Pillow maps some modes into memory, and then exchanged the sides without turning."""
    gray = noise(6, 9)
    stored = Image.fromarray(gray)
    if mode == "I;16":
        stored = Image.fromarray(gray.astype(np.uint16) * 257)
    elif mode != "L":
        stored = stored.convert("RGB").convert(mode)
    stored.save(tmp_path / "upright.tif")
    exif = Image.Exif()
    exif[0x0112] = 6
    stored.save(tmp_path / "turned.tif", exif=exif)
    upright = pixels(tmp_path / "upright.tif")
    np.testing.assert_array_equal(pixels(tmp_path / "turned.tif"), ORIENTATIONS[6](upright))
