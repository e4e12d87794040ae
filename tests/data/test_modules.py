"""What each data module reads, holds out and says when something is missing."""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from skimage import io

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.bundled import BundledData
from stylenets.data.coco import CocoData
from stylenets.data.folder import FolderData
from stylenets.data.matting_human import MattingHumanData
from stylenets.errors import UserError
from stylenets.photos import bundled_photos

CONF = Path(__file__).parents[2] / "conf" / "data"


def paint(folder: Path, count: int) -> Path:
    for i in range(count):
        images.write(folder / f"{i:02}.png", torch.full((3, 10, 12), i / count))
    return folder


def ready(data: PictureDataModule) -> PictureDataModule:
    data.setup("fit")
    return data


def test_validation_pictures_are_never_trained_on_and_the_seed_decides(tmp_path: Path) -> None:
    paint(tmp_path, 20)
    data, same, other = (
        ready(FolderData(tmp_path, limit=10, val_count=4, seed=seed)) for seed in (1, 1, 2)
    )
    assert len(data.train_set.files) == 10
    assert len(data.val_set.files) == 4
    assert not set(data.train_set.files) & set(data.val_set.files)
    assert data.train_set.files == same.train_set.files
    assert data.train_set.files != other.train_set.files


def test_validation_pictures_of_another_folder_are_drawn_from_all_of_it(tmp_path: Path) -> None:
    """Neighbors in a listing are often crops of one scene."""
    paint(tmp_path / "train", 2)
    paint(tmp_path / "val", 40)
    drawn = {
        seed: ready(
            FolderData(tmp_path / "train", tmp_path / "val", val_count=8, seed=seed)
        ).val_set.files
        for seed in range(5)
    }
    assert all(
        len(set(files)) == 8 and max(int(file.stem) for file in files) > 19
        for files in drawn.values()
    )
    assert len({tuple(files) for files in drawn.values()}) == 5


def test_a_folder_with_fewer_pictures_than_a_batch_still_makes_one(tmp_path: Path) -> None:
    data = ready(FolderData(paint(tmp_path, 1), size=8, batch_size=4, workers=0))
    (batch,) = data.train_dataloader()
    (validation,) = data.val_dataloader()
    assert batch["image"].shape == (4, 3, 8, 8)
    assert validation["image"].shape == (1, 3, 8, 8)


def test_settings_that_cannot_work_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.root="):
        FolderData(None)
    with pytest.raises(UserError, match="no picture in"):
        ready(FolderData(tmp_path))
    with pytest.raises(UserError, match=r"data\.scale=\[0, 1\]"):
        FolderData(tmp_path, scale=(0, 1))
    with pytest.raises(UserError, match=r"data\.batch_size=0"):
        FolderData(tmp_path, batch_size=0)


def test_bundled_trains_on_six_photographs_and_points_to_coco(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="stylenets"):
        data = ready(BundledData(size=32, workers=0, samples_per_epoch=8))
    assert len(bundled_photos()) == 7
    assert len(data.train_set.files) == 6
    assert [path.name for path in data.val_set.files] == ["chelsea.png"]
    assert [
        ("data=coco" in record.getMessage(), "\n" in record.getMessage())
        for record in caplog.records
    ] == [(True, False)]
    batches = list(data.train_dataloader())
    assert len(batches) == 2
    assert batches[0]["image"].std() > 0.1


def test_coco_reads_both_splits_and_names_the_command_that_gets_them(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=rf"prepare_data\.py dataset=coco split=train2017 root={tmp_path}"
    ):
        ready(CocoData(str(tmp_path)))
    paint(tmp_path / "train2017", 6)
    paint(tmp_path / "val2017", 3)
    data = ready(CocoData(str(tmp_path), limit=5, val_count=2))
    assert len(data.train_set.files) == 5
    assert {path.parent.name for path in data.val_set.files} == {"val2017"}


def portrait(root: Path, name: str, matte: bool = True) -> None:
    """A portrait whose matte is its own left half: white there, black elsewhere."""
    half = torch.zeros(3, 24, 16)
    half[:, :, :8] = 1
    images.write(root / "clip_img" / "18" / "clip_00" / f"{name}.png", half)
    if matte:
        target = root / "matting" / "18" / "matting_00" / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        io.imsave(
            target,
            np.concatenate([np.zeros((24, 16, 3), np.uint8), images.to_uint8(half[:1])], axis=2),
            check_contrast=False,
        )


def test_portrait_and_matte_are_cropped_alike_and_the_unpaired_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b", "c", "d"):
        portrait(tmp_path, name)
    portrait(tmp_path, "alone", matte=False)
    data = ready(
        MattingHumanData(
            str(tmp_path),
            size=8,
            batch_size=2,
            workers=0,
            val_count=2,
            samples_per_epoch=20,
            scale=(0.5, 1.0),
        )
    )
    assert "skipped 1 of 5" in caplog.text
    assert "alone.png" in caplog.text
    batches = list(data.train_dataloader())
    assert all(batch.keys() == {"image", "index"} for batch in batches)  # no matte is decoded
    assert {batch["image"][0, 0, 0, 0].item() > 0.5 for batch in batches} == {
        True,
        False,
    }  # some are mirrored
    (held_out,) = data.val_dataloader()
    assert held_out["matte"].shape == (2, 1, 8, 8)
    # the picture is its own matte, but for the two antialiasing filters (Lanczos and bicubic) along
    # the edge
    assert (held_out["matte"] - held_out["image"][:, :1]).abs().mean() < 0.05


def test_a_matte_without_alpha_or_of_another_shape_is_a_bad_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        portrait(tmp_path, name)
    images.write(tmp_path / "matting/18/matting_00/a.png", torch.zeros(3, 24, 16))
    data = ready(MattingHumanData(str(tmp_path), size=8, val_count=1))
    pictures = data.dataset(
        [(tmp_path / "clip_img/18/clip_00/a.png", tmp_path / "matting/18/matting_00/a.png")],
        8,
        None,
        False,
        0,
        None,
        0.0,
    )
    assert "no alpha channel" in pictures[0]["bad"][0]
    io.imsave(
        tmp_path / "matting/18/matting_00/a.png",
        np.zeros((24, 12, 4), np.uint8),
        check_contrast=False,
    )
    assert "another shape" in pictures[0]["bad"][0]


@pytest.mark.parametrize("choice", sorted(path.stem for path in CONF.glob("[!_]*.yaml")))
def test_every_config_builds_its_data_module(choice: str, tmp_path: Path) -> None:
    with initialize_config_dir(str(CONF.parent), version_base="1.3"):
        config = compose("train", [f"data={choice}", "seed=3", "out=out"])
    if choice == "folder":
        config.data.root = str(tmp_path)
    data = instantiate(config.data)
    assert isinstance(data, PictureDataModule)
    assert data.scale == tuple(config.data.scale)
    assert data.seed == 3
