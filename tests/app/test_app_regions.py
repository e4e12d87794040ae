"""Regions with looks of their own: by the brush and by a segmenter, as Python paints them."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from visitor import PHOTO, RefusedError, Visitor, pixels

from stylenets.app.regions import COLORS, brushed


def layer(size: int = 256, **strokes: tuple[int, int, int, int]) -> bytes:
    """A transparent picture with a box in each color, with a soft edge as browsers draw."""
    picture = Image.new("RGBA", (4 * size, 4 * size))
    drawing = ImageDraw.Draw(picture)
    for color, box in strokes.items():
        drawing.rectangle([4 * side for side in box], fill=f"#{COLORS[color]:06x}ff")
    content = io.BytesIO()
    picture.resize((size, size), Image.Resampling.BILINEAR).save(content, "PNG")
    return content.getvalue()


def test_a_stroke_is_where_it_was_painted() -> None:
    found = brushed([layer(red=(10, 20, 99, 119)), layer(blue=(100, 20, 199, 119))])
    assert set(found) == {"red", "blue"}
    assert abs(found["red"][20:120, 10:100].mean() - 1) < 0.03  # half a pixel all around
    assert abs(found["red"].sum() - 90 * 100) < 0.03 * 90 * 100
    assert not (found["red"] * found["blue"]).any()


def test_each_color_becomes_its_style_and_what_is_kept_is_the_photo(
    visitor: Visitor, tmp_path: Path
) -> None:
    file = tmp_path / "strokes.png"
    file.write_bytes(layer(red=(0, 0, 128, 256)))
    strokes = {"background": None, "layers": [visitor.upload(file)], "composite": None}
    found = pixels(visitor.paint(PHOTO, strokes=strokes, red="ink", rest="keep"))
    alone = pixels(visitor.paint(PHOTO, style="ink"))
    photo = np.asarray(Image.open(PHOTO).resize((256, 256), Image.Resampling.LANCZOS))
    assert np.array_equal(found[:, 140:], photo[:, 140:])
    # a network looks around a pixel, and beyond the border it sees the same style
    assert np.abs(found[:, :120].astype(int) - alone[:, :120]).max() <= 1


@pytest.mark.parametrize("choice", ["nobody", "person (files)"])
def test_what_cannot_be_found_is_told(visitor: Visitor, choice: str) -> None:
    with pytest.raises(RefusedError):
        visitor.paint(PHOTO, found=choice)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"blue": "ink"}, "nothing is painted blue"),
        ({"rest": "keep"}, "paint a region first"),
    ],
)
def test_a_look_for_nothing_is_told(visitor: Visitor, settings: dict[str, str], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        visitor.paint(PHOTO, **settings)


@pytest.mark.slow  # it may have to fetch the weights of a loss network
def test_an_object_is_found(visitor: Visitor) -> None:
    found = visitor.paint(PHOTO, found="object (saliency)", look="keep")
    photo = np.asarray(Image.open(PHOTO).resize((256, 256), Image.Resampling.LANCZOS))
    same = torch.from_numpy((pixels(found) == photo).all(2)).float().mean()
    assert 0.05 < same < 0.95
