"""The common yardstick: the same keys and the same scale, whatever is trained, and how."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from PIL import Image
from torch import Tensor

from stylenets import images
from stylenets.callbacks.common_yardstick import CommonYardstick
from stylenets.data.folder import FolderData
from stylenets.data.matting_human import MattingHumanData
from stylenets.errors import UserError
from stylenets.evaluation.networks.run_curves import read_run_curves
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

SIDE = 48


class Painter(pl.LightningModule):
    """Paints every style as the style picture itself, and "photo" as the photograph."""

    def __init__(self, styles: StyleBank, names: list[str]) -> None:
        super().__init__()
        self.styles = styles
        self.style_names = names

    def stylize(self, photos: Tensor, style: int) -> Tensor:
        name = self.style_names[style]
        if name == "photo":
            return photos
        picture = self.styles.pictures[self.styles.names.index(name)]
        return picture.expand(len(photos), -1, -1, -1)

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Nothing of its own."""


@pytest.fixture
def data(tmp_path: Path) -> FolderData:
    """Three photographs, whose crops are smaller than the yardstick's."""
    for k in range(3):
        images.write(tmp_path / "photos" / f"{k}.png", torch.rand(3, 60, 80))
    photos = tmp_path / "photos"
    return FolderData(photos, val_root=photos, size=16, workers=0, val_count=3)


def figures(task: Painter, yardstick: CommonYardstick, data: FolderData, trainer: Callable) -> dict:
    found = trainer(max_steps=1, callbacks=[yardstick]).validate(task, data, verbose=False)
    return found[0] if found else {}


def test_the_style_itself_is_0_and_keys_are_by_style(
    tmp_path: Path,
    tiny_bank: StyleBank,
    random_vgg19_file: Path,
    data: FolderData,
    trainer: Callable,
) -> None:
    yardstick = CommonYardstick(
        tmp_path / "figures.csv", lambda: LossNetwork(19, str(random_vgg19_file)), SIDE
    )
    found = figures(Painter(tiny_bank, ["sand", "blocks"]), yardstick, data, trainer)
    keys = {f"yardstick/{name}" for name in ("style", "structure", "palette", "content")}
    by_style = {f"{key}/{style}" for key in keys for style in ("sand", "blocks")}
    assert found.keys() == keys | by_style
    # a palette is 256 quantiles of 48 x 48 pixels
    assert found["yardstick/style"] < 1e-6 and found["yardstick/palette/sand"] < 0.01
    assert found["yardstick/structure/blocks"] > 0.5
    written = read_run_curves(tmp_path / "figures.csv")
    assert written.keys() == found.keys() and written["yardstick/structure"][0] == pytest.approx(
        found["yardstick/structure"], rel=1e-4
    )


def test_the_photograph_keeps_its_structure_and_has_the_distance_of_no_style(
    tmp_path: Path,
    tiny_bank: StyleBank,
    random_vgg19_file: Path,
    data: FolderData,
    trainer: Callable,
) -> None:
    class Copier(Painter):
        def stylize(self, photos: Tensor, style: int) -> Tensor:
            assert photos.shape == (2, 3, SIDE, SIDE)
            return photos

    yardstick = CommonYardstick(
        tmp_path / "figures.csv", lambda: LossNetwork(19, str(random_vgg19_file)), SIDE
    )
    found = figures(Copier(tiny_bank, ["tiles", "photo"]), yardstick, data, trainer)
    assert abs(found["yardstick/structure"]) < 1e-5 and found["yardstick/content"] < 1e-9
    assert found["yardstick/style"] == found["yardstick/style/tiles"] > 0.001
    assert "yardstick/style/photo" not in found  # no picture to compare it with


def test_without_its_loss_network_a_run_goes_on(
    tmp_path: Path,
    tiny_bank: StyleBank,
    data: FolderData,
    trainer: Callable,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def unreachable() -> LossNetwork:
        raise UserError("no weights")

    yardstick = CommonYardstick(tmp_path / "figures.csv", unreachable, SIDE)
    with caplog.at_level(logging.WARNING):
        assert figures(Painter(tiny_bank, ["sand"]), yardstick, data, trainer) == {}
        assert figures(Painter(tiny_bank, ["sand"]), yardstick, data, trainer) == {}
    told = [r.getMessage() for r in caplog.records if r.name.startswith("stylenets")]
    assert told == ["the run goes on without the common yardstick: no weights"]


def test_of_many_styles_only_those_shown_are_judged(
    tmp_path: Path,
    tiny_bank: StyleBank,
    random_vgg19_file: Path,
    data: FolderData,
    trainer: Callable,
) -> None:
    """A folder of thousands of style pictures is not kept as statistics."""
    yardstick = CommonYardstick(
        tmp_path / "figures.csv", lambda: LossNetwork(19, str(random_vgg19_file)), SIDE
    )
    found = figures(Painter(tiny_bank, ["blocks"]), yardstick, data, trainer)
    assert "yardstick/style/blocks" in found and "yardstick/style/sand" not in found
    assert found["yardstick/style"] < 1e-6
    assert yardstick.judge is not None and len(yardstick.judge.palettes) == 1


def test_by_mattes_the_style_is_measured_on_people_and_around_them(
    tmp_path: Path, tiny_bank: StyleBank, random_vgg19_file: Path, trainer: Callable
) -> None:
    left = torch.zeros(1, SIDE, SIDE)
    left[:, :, : SIDE // 2] = 1
    images.write(tmp_path / "clip_img" / "1" / "clip_0" / "a.png", torch.rand(3, SIDE, SIDE))
    matte = tmp_path / "matting" / "1" / "matting_0" / "a.png"
    matte.parent.mkdir(parents=True)
    Image.fromarray(images.to_uint8(left.expand(4, -1, -1))).save(matte)

    class PeoplePainter(Painter):
        def stylize(self, photos: Tensor, style: int) -> Tensor:
            return left * super().stylize(photos, style)

    yardstick = CommonYardstick(
        tmp_path / "figures.csv", lambda: LossNetwork(19, str(random_vgg19_file)), SIDE
    )
    data = MattingHumanData(str(tmp_path), size=16, workers=0, val_count=1)
    found = figures(PeoplePainter(tiny_bank, ["tiles"]), yardstick, data, trainer)
    assert found["yardstick/style_on_people"] < 0.5 * found["yardstick/style_around"]
    assert found["yardstick/style_around/tiles"] == found["yardstick/style_around"]
