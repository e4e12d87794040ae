"""The bundled styles are what the painters draw from their seeds."""

from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

from painting.command import PAINTERS, draw, paint_styles
from stylenets import assets, images
from stylenets.errors import UserError
from stylenets.styles import SIX


def bundled(name: str, size: int | None = None) -> np.ndarray:
    """(size, size, 3) in [0, 1], as it comes with the package."""
    return images.read(assets.STYLES / f"{name}.jpg", size).permute(1, 2, 0).numpy()


def test_there_is_a_painter_for_each_bundled_style() -> None:
    assert set(PAINTERS) == set(SIX) == {path.stem for path in assets.STYLES.iterdir()}


@pytest.mark.parametrize("name", ["glass", "points", "facets"])  # each takes a second
def test_a_small_drawing_has_the_palette_of_the_bundled_one(name: str) -> None:
    picture = draw(name, 64)
    assert picture.shape == (64, 64, 3)
    assert picture.min() >= 0 and picture.max() <= 1
    assert picture.std() > 0.1  # it is no flat color
    # Strokes have another share of a small picture, so its mean color may be a little different.
    assert np.abs(picture.mean((0, 1)) - bundled(name).mean((0, 1))).max() < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", SIX)
def test_the_bundled_picture_is_drawn_anew(name: str) -> None:
    """To the bit on one machine; another processor or NumPy rounds a few pixels differently.

    JPEG itself changes a pixel by 0.01 in the mean at this quality.
    """
    assert np.abs(draw(name, 1024) - bundled(name)).mean() < 0.02


def test_the_command_writes_what_is_asked_for(tmp_path: Path) -> None:
    paint_styles(OmegaConf.create({"names": ["glass"], "size": 64, "out": str(tmp_path)}))
    assert [path.name for path in tmp_path.iterdir()] == ["glass.jpg"]
    written = images.read(tmp_path / "glass.jpg").permute(1, 2, 0).numpy()
    assert np.abs(written - draw("glass", 64)).mean() < 0.05  # what JPEG loses of so fine a drawing


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"names": ["glass", "oil"]}, "unknown style oil; the bundled ones are swirl, glass"),
        ({"size": 63}, "size=63: between 64 and 4096 pixels a side"),
        ({"size": "large"}, "size=large: between 64 and 4096 pixels a side"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, values: dict, message: str) -> None:
    config = OmegaConf.create({"names": ["ink"], "size": 64, "out": str(tmp_path)} | values)
    with pytest.raises(UserError, match=message):
        paint_styles(config)
