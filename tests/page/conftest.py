"""The page as the command writes it, and what a visitor brings along."""

from pathlib import Path

import pytest
from torch import Tensor

from stylenets import images
from stylenets.cli import export as command


def exported(folder: Path, networks: str) -> Path:
    with pytest.MonkeyPatch.context() as monkeypatch:
        arguments = ["format=page", f"networks=[{networks}]", f"out={folder}"]
        monkeypatch.setattr("sys.argv", ["export.py", *arguments])
        command.main()
    return folder


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("page"), "small")


@pytest.fixture(scope="session")
def page_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a network that takes any picture as the style."""
    return exported(tmp_path_factory.mktemp("page"), "small,any")


@pytest.fixture(scope="session")
def photograph() -> Tensor:
    """(3, H, W): the portrait that the documents show, too."""
    return images.read(Path(__file__).parents[2] / "docs" / "photo.jpg")


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory, photograph: Tensor) -> Path:
    """A file without loss, of sides that 4 does not divide."""
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    images.write(path, images.resize(photograph, 120)[:, :101, :118])
    return path
