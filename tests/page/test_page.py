"""The page in a real browser paints what Python paints."""

from pathlib import Path

import pytest
import torch
from browser import needs_browser, served, visitor
from torch import Tensor

from stylenets import Stylizer, images
from stylenets.cli import export as command

PHOTO = Path(__file__).parents[2] / "docs" / "photo.jpg"
CLOSE = 2 / 255  # of the range: what nobody can see

pytestmark = needs_browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as monkeypatch:
        arguments = ["format=page", "networks=[small]", f"out={folder}"]
        monkeypatch.setattr("sys.argv", ["export.py", *arguments])
        command.main()
    return folder


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file without loss, of sides that 4 does not divide."""
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    images.write(path, images.read(PHOTO, 120)[:, :101, :118])
    return path


def largest_difference(file: Path, expected: Tensor) -> float:
    found = images.read(file)
    assert found.shape == expected.shape
    return float((found - expected).abs().max())


def test_a_photo_is_painted_mixed_and_downloaded(page: Path, photo: Path, tmp_path: Path) -> None:
    painter = Stylizer.load("small")
    picture = images.read(photo)
    with served(page) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.choose("ink")
        person.painted()
        file = person.download()
        assert file.name == "portrait_ink.png"
        assert largest_difference(file, painter(picture, style="ink")) <= CLOSE
        person.part("#mixing").click()
        person.choose("swirl")
        person.slide("#share-swirl", 30)
        person.slide("#strength", 60)
        person.painted()
        mixed = painter(picture, style={"ink": 0.7, "swirl": 0.3}, strength=0.6)
        assert largest_difference(person.download(), mixed) <= CLOSE
        assert person.complaints() == []
    assert not torch.equal(mixed, picture)
