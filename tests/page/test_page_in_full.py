"""What takes longer in a browser: a large photo by tiles, and any picture as the style."""

from pathlib import Path

import pytest
import torch
from visiting import needs_browser, served, visitor

from stylenets import Stylizer, images
from stylenets.cli import export as command

PHOTO = Path(__file__).parents[2] / "docs" / "photo.jpg"
CLOSE = 2 / 255  # of the range: what nobody can see

pytestmark = [needs_browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as monkeypatch:
        arguments = ["format=page", "networks=[small,any]", f"out={folder}"]
        monkeypatch.setattr("sys.argv", ["export.py", *arguments])
        command.main()
    return folder


def test_a_picture_of_ones_own_is_the_style(page: Path, tmp_path: Path) -> None:
    photo = tmp_path / "portrait.png"
    painting = tmp_path / "painting.png"
    images.write(photo, images.read(PHOTO, 96))
    images.write(painting, torch.rand(3, 16, 20).repeat_interleave(32, 1).repeat_interleave(32, 2))
    with served(page) as address, visitor(tmp_path) as person:
        person.open(address)
        person.part("input[value='any']").click()
        person.give(photo)
        person.part("#style-file").send_keys(str(painting))
        person.wait(lambda: person.parts(".tile[data-style='painting']"), "no tile")
        person.painted()
        found = images.read(person.download())
    expected = Stylizer.load("any")(images.read(photo), style=images.read(painting))
    assert (found - expected).abs().max() <= CLOSE


def test_a_large_photo_is_painted_at_its_own_size(page: Path, tmp_path: Path) -> None:
    """In tiles, of sides that 4 does not divide, at less than full strength."""
    photo = tmp_path / "large.png"
    images.write(photo, images.resize(images.read(PHOTO), 1150)[:, :1102, :1147])
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.slide("#strength", 70)
        person.painted()
        assert "A download has all 1147 × 1102" in person.status()
        found = images.read(person.download())
    expected = Stylizer.load("small")(images.read(photo), style="swirl", strength=0.7)
    assert found.shape == expected.shape
    assert (found - expected).abs().max() <= CLOSE
