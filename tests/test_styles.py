"""A StyleBank's names, order and pictures: by file name, at the asked size, never squashed."""

from pathlib import Path

import pytest
import torch

from stylenets import images
from stylenets.checkpoints import check_metadata
from stylenets.errors import UserError
from stylenets.styles import SIX, central_square, load_styles, name_of, one_hot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, shape in (("wide", (20, 50)), ("high", (60, 30)), ("sub/square", (16, 16))):
        images.write(tmp_path / f"{name}.png", torch.rand(3, *shape))
    return tmp_path


def test_the_six_bundled_styles_are_pictures_worth_a_style() -> None:
    bank = load_styles(SIX, size=64, coefficients={"ink": 0.5})
    assert bank.names == list(SIX) and len(bank) == 6
    assert bank.coefficients == [1, 1, 1, 1, 1, 0.5]
    for picture in bank.pictures:
        assert min(picture.shape[1:]) == 64 and picture.std() > 0.05
    assert load_styles(["ink", "swirl"], size=32).names == ["ink", "swirl"]
    known = "swirl, glass, woodcut, points, facets, ink"
    with pytest.raises(UserError, match=f"unknown style starry; the bundled ones are {known}"):
        load_styles(["ink", "starry"])


def test_a_folder_and_single_files_go_by_file_name(folder: Path) -> None:
    bank = load_styles(root=str(folder), size=32)
    assert bank.names == ["high", "square", "wide"]
    assert [picture.shape[1:] for picture in bank.pictures] == [(64, 32), (32, 32), (32, 80)]
    assert torch.equal(bank.pictures[1], images.read(folder / "sub" / "square.png", 32))
    assert load_styles(
        images=[str(folder / "wide.png"), str(folder / "high.png")], size=16
    ).names == ["wide", "high"]


def test_a_choice_of_files_goes_by_names_of_its_own(folder: Path) -> None:
    files = {"second": "high.png", "first": "sub/square.png"}
    bank = load_styles(root=str(folder), files=files, size=16, coefficients={"first": 0.5})
    assert bank.names == ["second", "first"]
    assert bank.coefficients == [1, 0.5]
    assert torch.equal(bank.pictures[0], images.read(folder / "high.png", 16))
    with pytest.raises(UserError, match=r"gone\.png"):
        load_styles(root=str(folder), files={"lost": "gone.png"})


def test_cropping_keeps_the_central_square(folder: Path) -> None:
    bank = load_styles(images=[str(folder / "wide.png")], size=20, crop=True)
    assert torch.equal(bank.pictures[0], images.read(folder / "wide.png", 20)[:, :, 15:35])
    assert torch.equal(
        central_square(torch.arange(12.0).view(1, 4, 3)), torch.arange(9.0).view(1, 3, 3)
    )  # odd rest: nearer the top


def test_mistakes_are_named(folder: Path) -> None:
    with pytest.raises(UserError, match=r"give styles\.root=FOLDER or styles\.images="):
        load_styles()
    images.write(folder / "other" / "wide.jpg", torch.rand(3, 20, 20))
    with pytest.raises(UserError, match=r"two style pictures are named wide: .* rename one"):
        load_styles(root=str(folder))
    with pytest.raises(UserError, match=r"styles\.coefficients names wild; the styles are wide"):
        load_styles(images=[str(folder / "wide.png")], coefficients={"wild": 2.0})
    for size in (15, 5000):
        with pytest.raises(UserError, match=f"styles.size={size}: between 16 and 4096"):
            load_styles(images=[str(folder / "wide.png")], size=size)


def test_one_hot_weights() -> None:
    assert one_hot(torch.tensor([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("Screenshot 2026-05-01 at 10.00.00\u202fAM", "Screenshot 2026-05-01 at 10.00.00 AM"),
        ("wo\u200dman", "woman"),
        ("e\u0301t\u00e9", "\u00e9t\u00e9"),
        ("a\\b", "a_b"),
        ("two\nlines", "twolines"),
        ("x" * 230, "x" * 100),
        ("\u00fc" * 110, "\u00fc" * 50),
        (".\u202fhidden", "hidden"),
    ],
)
def test_a_name_that_could_not_be_part_of_a_files_name_is_cleaned(stem: str, name: str) -> None:
    assert name_of(Path(f"{stem}.png")) == name
    check_metadata("x", {"format": 1, "net": "johnson", "net_args": {"width": 4}, "styles": [name]})


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(UserError, match="rename the file"):
        name_of(Path("\u200d\u200d.png"))
