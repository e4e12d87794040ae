"""Pictures by rows: what is written is what others read, and what others write is read."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from stylenets import images
from stylenets.errors import UserError
from stylenets.images import row_reading
from stylenets.images.png_rows import png_bands, read_png_header

HEIGHT, WIDTH = 530, 41  # more than four strips of 128 rows, and no whole number of blocks


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_reading, "LARGE", 1)


def smooth(channels: int = 3) -> np.ndarray:
    """(H, W, channels) uint8 that filters and JPEG compress well, with some noise."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = [np.sin(x / (5 + k)) + np.cos(y / (40 + 9 * k)) for k in range(channels)]
    noise = np.random.default_rng(0).normal(0, 0.02, (HEIGHT, WIDTH, channels))
    return ((np.stack(waves, -1) / 4 + 0.5 + noise) * 255).clip(0, 255).astype(np.uint8)


def in_bands(picture: Tensor, rows: int) -> Iterator[Tensor]:
    yield from picture.split(rows, 1)


@pytest.mark.parametrize("rows", [1, 100, 1000])
@pytest.mark.parametrize("extension", ["png", "tif", "jpg", "webp"])
def test_bands_make_the_file_that_the_whole_makes(
    tmp_path: Path, extension: str, rows: int
) -> None:
    pixels = smooth()
    picture = torch.from_numpy(pixels).permute(2, 0, 1).float() / 255
    path = tmp_path / f"a.{extension}"
    images.write_rows(path, HEIGHT, WIDTH, in_bands(picture, rows))
    with Image.open(path) as opened:
        found = np.asarray(opened.convert("RGB"))
    if extension in ("png", "tif"):
        expected = pixels
    else:  # as Pillow encodes it in one piece
        form = {"jpg": "JPEG", "webp": "WEBP"}[extension]
        options = {"subsampling": 0} if extension == "jpg" else {}
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, form, quality=95, **options)
        expected = np.asarray(Image.open(buffer).convert("RGB"))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_sixteen_bits_are_kept(tmp_path: Path, extension: str) -> None:
    values = np.random.default_rng(1).integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    picture = torch.from_numpy(values.astype(np.int32)).permute(2, 0, 1).double() / 65535
    path = tmp_path / f"deep.{extension}"
    images.write(path, picture, bits=16)
    assert np.array_equal(images.read_photo(path, deep=True), values)
    shallow = images.read_photo(path)
    assert shallow.dtype == np.uint8
    assert np.abs(shallow - values / 257).max() <= 0.51
    with pytest.raises(UserError, match="with 16 bits"):
        images.write(tmp_path / "deep.jpg", picture, bits=16)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_png_by_rows_is_what_pillow_reads(tmp_path: Path, mode: str, orientation: int) -> None:
    channels = len(mode)
    pixels = smooth(channels)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels.squeeze(), mode).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(
        images.read_photo(tmp_path / "a.png"), images.read_pixels(tmp_path / "a.png")
    )


@pytest.mark.parametrize("compression", ["raw", "tiff_adobe_deflate", "tiff_lzw"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_tiff_by_rows_is_what_pillow_reads(tmp_path: Path, mode: str, compression: str) -> None:
    pixels = smooth(len(mode)).squeeze()
    Image.fromarray(pixels, mode).save(tmp_path / "a.tif", compression=compression)
    assert np.array_equal(
        images.read_photo(tmp_path / "a.tif"), images.read_pixels(tmp_path / "a.tif")
    )


def test_a_file_that_is_cut_off_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "a.tif"):
        images.write(tmp_path / name, torch.rand(3, HEIGHT, WIDTH))
        content = (tmp_path / name).read_bytes()
        end = slice(None, len(content) // 2)
        if name.endswith("tif"):  # its directory stands at the end
            (tmp_path / name).write_bytes(content[:8] + bytes(len(content) // 2) + content[8:])
        else:
            (tmp_path / name).write_bytes(content[end])
        with pytest.raises(UserError, match=f"damaged picture: .*{name}"):
            images.read_photo(tmp_path / name)
    images.write(tmp_path / "a.png", torch.rand(3, 50, 50))
    monkeypatch.setattr(row_reading, "MAX_BY_ROWS", 2000)
    with pytest.raises(UserError, match=r"a\.png is 50 x 50: larger than"):
        images.read_photo(tmp_path / "a.png")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("of a network"), OSError("x")])
def test_what_fails_on_the_way_comes_through_and_leaves_nothing(
    error: BaseException, tmp_path: Path
) -> None:
    def stopped() -> Iterator[Tensor]:
        yield torch.rand(3, 300, WIDTH)
        raise error

    for extension in images.FORMATS:
        with pytest.raises(type(error)) as found:
            images.write_rows(tmp_path / f"a.{extension}", HEIGHT, WIDTH, stopped())
        assert found.value is error
    assert not list(tmp_path.iterdir())


def test_a_png_of_16_bits_comes_in_bands(tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", torch.rand(3, HEIGHT, WIDTH), bits=16)
    with (tmp_path / "a.png").open("rb") as file:
        header = read_png_header(file)
        assert header is not None and header.plain
        heights = [len(band) for band in png_bands(file, header, 200)]
    assert heights == [200, 200, 130]
