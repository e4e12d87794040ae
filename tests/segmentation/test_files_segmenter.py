"""Masks from files: which file is whose, what values mean, and what does not fit."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from stylenets.errors import UserError
from stylenets.segmentation.files import Alpha, LabelMap, Mattes, from_files

PICTURE = torch.zeros(3, 40, 60)


def draw(path: Path, values: np.ndarray, mode: str | None = None) -> Path:
    picture = Image.fromarray(values)
    path.parent.mkdir(exist_ok=True)
    (picture.convert(mode) if mode else picture).save(path)
    return path


@pytest.fixture
def halves() -> np.ndarray:
    """60 x 40: 1 on the left half, 2 on the right, 255 (VOC's border) in the last column."""
    values = np.ones((40, 60), np.uint8)
    values[:, 30:] = 2
    values[:, -1] = 255
    return values


def test_gray_values_and_a_palettes_indices_are_labels(tmp_path: Path, halves: np.ndarray) -> None:
    gray = draw(tmp_path / "gray.png", halves)
    palette = Image.fromarray(halves)
    palette.putpalette(
        [7, 7, 7, 200, 0, 0, 0, 200, 0]
    )  # as Pascal VOC's label maps come: colors to look at, indices to read
    palette.save(tmp_path / "palette.png")
    rgb = draw(tmp_path / "rgb.png", np.repeat(halves[:, :, None], 3, 2))
    deep = draw(tmp_path / "deep.png", halves.astype(np.uint16))
    for file in (gray, tmp_path / "palette.png", rgb, deep):
        found = LabelMap(file, {1: "person", 2: "dog", 9: "cat"})(PICTURE)
        assert [int(found[name].sum()) for name in ("person", "dog", "cat")] == [
            40 * 30,
            40 * 29,
            0,
        ]


def test_two_values_may_be_one_label(tmp_path: Path, halves: np.ndarray) -> None:
    found = LabelMap(draw(tmp_path / "m.png", halves), {1: "person", 2: "person"})(PICTURE)
    assert int(found["person"].sum()) == 40 * 59


def test_colors_are_labels(tmp_path: Path) -> None:
    values = np.zeros((40, 60, 3), np.uint8)
    values[:10] = (255, 0, 0)
    values[10:20] = (0, 128, 0)
    file = draw(tmp_path / "colors.png", values)
    found = LabelMap(file, {"ff0000": "sky", "008000": "grass"})(PICTURE)
    assert (
        found["sky"][:10].eq(1).all()
        and found["sky"][10:].eq(0).all()
        and int(found["grass"].sum()) == 600
    )
    with pytest.raises(UserError, match="it is colorful"):
        LabelMap(file, {1: "sky"})(PICTURE)
    with pytest.raises(
        UserError, match="holds none of the values in labels=, but 0x000000, 0x008000, 0xff0000"
    ):
        LabelMap(file, {"123456": "sky"})(PICTURE)


def test_a_matte_is_its_alpha_or_its_brightness(tmp_path: Path) -> None:
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:, 20:] = 128
    rgba = np.dstack([np.full((40, 60, 3), 255, np.uint8), alpha])
    opaque = np.dstack([np.repeat(alpha[:, :, None], 3, 2), np.full((40, 60), 255, np.uint8)])
    for name, values in {"matte": rgba, "gray": alpha, "opaque": opaque}.items():
        mask = Mattes({"person": draw(tmp_path / f"{name}.png", values)})(PICTURE)["person"]
        torch.testing.assert_close(mask, torch.from_numpy(alpha).float() / 255)
    torch.testing.assert_close(
        Alpha("person", tmp_path / "matte.png")(PICTURE)["person"],
        torch.from_numpy(alpha).float() / 255,
    )
    with pytest.raises(UserError, match="no alpha channel"):
        Alpha("person", tmp_path / "gray.png")(PICTURE)


def test_another_size_of_the_same_shape_is_resized_and_another_shape_refused(
    tmp_path: Path,
) -> None:
    values = np.zeros((20, 30), np.uint8)
    values[:, 15:] = 255
    mask = Mattes({"person": draw(tmp_path / "half.png", values)})(PICTURE)["person"]
    assert mask.shape == (40, 60) and mask[:, :28].eq(0).all() and mask[:, 32:].eq(1).all()
    odd = Mattes(
        {"person": draw(tmp_path / "odd.png", np.full((27, 40), 255, np.uint8))}
    )  # 26.67 rounded
    assert odd(PICTURE)["person"].shape == (40, 60)
    with pytest.raises(UserError, match=r"bad\.png is 40 x 40 and its picture 60 x 40"):
        Mattes({"person": draw(tmp_path / "bad.png", np.full((40, 40), 255, np.uint8))})(PICTURE)


def test_a_label_map_given_as_a_matte_is_told(tmp_path: Path, halves: np.ndarray) -> None:
    halves[:, -1] = 2
    with pytest.raises(
        UserError,
        match=r"is black, its largest value 2: a label map\? then say 'labels=\{2: person\}'",
    ):
        Mattes({"person": draw(tmp_path / "m.png", halves)})(PICTURE)


def test_which_file_belongs_to_a_content(tmp_path: Path, halves: np.ndarray) -> None:
    folder = tmp_path / "masks"
    one = draw(folder / "a[1].png", halves)
    content = Path("photos/a[1].jpg")
    assert from_files(folder, None, ["person"], content) == Mattes({"person": one})
    assert from_files(folder, {1: "person"}, ["person"], content) == LabelMap(one, {1: "person"})
    assert from_files(one, None, ["person"], Path("b.jpg")) == Mattes({"person": one})
    assert from_files(None, None, ["person"], content) == Alpha("person", content)
    each = {label: draw(folder / f"a[1]_mask_{label}.png", halves) for label in ("person", "dog")}
    assert from_files(folder, None, ["person", "dog"], content) == Mattes(each)
    with pytest.raises(UserError, match=r"no mask in .*masks: there is no b\.png"):
        from_files(folder, None, ["person"], Path("b.jpg"))
    with pytest.raises(UserError, match="one mask for person and dog"):
        from_files(one, None, ["person", "dog"], content)
