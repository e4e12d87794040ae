"""A network is measured with the losses it was trained with, beside what L-BFGS reaches on the same pictures."""

import json
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from torch import Tensor

from stylenets import checkpoints, images
from stylenets.checkpoints import Network
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.benchmark.settings import check_quality
from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.evaluation.quality.measurement import Quality, Sample, measure, styles_of
from stylenets.evaluation.quality.tables import figures, pictures, sheets
from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # losses are float32 sums over some 100,000 features
NOTHING = 1e-9  # what is left of a relative squared difference of features that are the same
LAYERS = {"relu1_2": 0.5, "relu2_2": 0.5}


@pytest.fixture(scope="module")
def photos() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return {name: torch.rand(3, 32, 32, generator=generator) for name in ("a.png", "b.png")}


@pytest.fixture(scope="module")
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerceptualLoss:
    return PerceptualLoss(
        random_vgg,
        tiny_bank,
        {"relu2_2": 1.0},
        LAYERS,
        style_weight=5.0,
        content_variant="relative",
    )


@pytest.fixture(scope="module")
def stylizer(tiny_bank: StyleBank) -> RowStylizer:
    torch.manual_seed(0)
    net_args = {"styles": 3, "width": 4, "blocks": 1}
    return RowStylizer(Network(CINNet(**net_args), "cin", net_args, tiny_bank.names))


@pytest.fixture(scope="module")
def measured(
    stylizer: RowStylizer, criterion: PerceptualLoss, photos: dict[str, Tensor]
) -> Quality:
    return measure(stylizer, criterion, photos, optimize_photos=1, iterations=[2, 15])


def test_the_weighted_losses_are_the_training_objective(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    styles = StyleBank(tiny_bank.names, tiny_bank.pictures, [1.0, 0.5, 2.0])
    schedule = {"style": [[0, 0.0], [0.1, 0.7]], "content": [[0, 1.0], [0.1, 0.2]]}
    weights = {
        "content_weight": 2.0,
        "style_weight": 5.0,
        "tv_weight": 0.3,
        "reconstruction_weight": 0.1,
    }
    objective = PerceptualLoss(
        random_vgg,
        styles,
        {"relu2_2": 1.0},
        LAYERS,
        **weights,
        content_variant="relative",
        schedule=schedule,
    )
    picture, photo = torch.rand(2, 1, 3, 32, 32)
    yardstick = Yardstick(objective, photo[0])
    for style in range(3):
        expected = objective(picture, photo, torch.eye(3)[style : style + 1])
        torch.testing.assert_close(yardstick.objective(style)(picture), expected, **ROUNDING)
    together = yardstick.weigh(yardstick.losses(picture, [0, 1, 2]), [0, 1, 2])["style"]
    torch.testing.assert_close(together[2:], expected["style"], **ROUNDING)


def test_a_photo_has_lost_none_of_its_content_and_a_style_picture_has_its_own_style(
    criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    for index, picture in enumerate(tiny_bank.pictures):
        losses = Yardstick(criterion, picture).losses(picture[None], [0, 1, 2])
        assert float(losses["content"]) < NOTHING
        assert float(losses["style"][index]) < NOTHING
        assert float(losses["style"].sum()) > 1e-3


def test_rows_say_how_many_photographs_they_are_of(measured: Quality) -> None:
    rows = [row for row in measured.rows() if row.style == "tiles"]
    assert {row.method: row.photos for row in rows} == {
        "photo": 2,
        "network": 2,
        "network, same photographs": 1,
        "L-BFGS 2": 1,
        "L-BFGS 15": 1,
    }
    assert max(rows[0].content) < NOTHING  # mean and deviation
    assert len(measured.network_seconds) == 6 and len(measured.iteration_seconds) == 3


def test_lbfgs_gets_better_with_its_iterations_and_nearest_to_its_style(measured: Quality) -> None:
    totals = {row.method: row.total[0] for row in measured.rows() if row.style is None}
    assert totals["L-BFGS 15"] < totals["L-BFGS 2"] and totals["L-BFGS 15"] < totals["network"]
    for sample in measured.samples:
        if sample.method == "L-BFGS 15":
            assert sample.distances.index(min(sample.distances)) == sample.style


def test_confusion_and_nearest_count_the_networks_pictures() -> None:
    near, far = [0.1, 0.5], [0.7, 0.3]
    cases = (("a", 0, near), ("b", 0, far), ("a", 1, far), ("b", 1, far))
    samples = [
        Sample("network", photo, style, 0.0, distances, 0.0) for photo, style, distances in cases
    ]
    quality = Quality(["x", "y"], [*samples, Sample("photo", "a", 0, 0.0, [9.0, 9.0], 0.0)])
    assert quality.nearest() == [1, 2]
    means = [mean for row in quality.confusion() for mean in row]
    assert means == pytest.approx([0.4, 0.4, 0.7, 0.3])


def test_styles_follow_the_network_and_a_missing_one_is_named(tiny_bank: StyleBank) -> None:
    found = styles_of(["blocks", "sand"], tiny_bank)
    assert found.names == ["blocks", "sand"] and torch.equal(
        found.pictures[0], tiny_bank.pictures[2]
    )
    with pytest.raises(UserError, match="style waves among sand.*styles.root="):
        styles_of(["sand", "waves"], tiny_bank)


def test_tables_figures_and_the_sheet_of_pictures(measured: Quality) -> None:
    losses, nearest, times = sheets(measured)
    assert len(losses.rows) == 4 * 5 and len(nearest.rows) == 3 and len(times.rows) == 2
    lines = losses.markdown().splitlines()
    assert {line.count("|") for line in lines[2:]} == {7}
    assert json.loads(json.dumps(figures(measured)))["rows"][0]["method"] == "photo"
    assert len(measured.samples) == 2 * 3 * 2 + 3 * 2
    sheet = pictures(measured)
    assert sheet.shape[0] == 3 and sheet.shape[1] >= 2 * 32 and sheet.shape[2] >= 4 * 32


def test_the_command_leaves_figures_tables_pictures_and_its_configuration(
    stylizer: RowStylizer,
    photos: dict[str, Tensor],
    tiny_bank: StyleBank,
    random_vgg_file: Path,
    tmp_path: Path,
) -> None:
    net_args = {"styles": 3, "width": 4, "blocks": 1}
    checkpoints.save(
        tmp_path / "net.safetensors", Network(stylizer.net, "cin", net_args, tiny_bank.names)
    )
    for name, picture in zip(tiny_bank.names, tiny_bank.pictures, strict=True):
        images.write(tmp_path / "styles" / f"{name}.png", picture)
    for name, photo in photos.items():
        images.write(tmp_path / "photos" / name, photo)
    out = tmp_path / "out"
    out.mkdir()
    overrides = [
        f"ckpt={tmp_path}/net.safetensors",
        f"photos={tmp_path}/photos",
        f"styles.root={tmp_path}/styles",
        f"out={out}",
    ]
    overrides += [
        "styles=folder",
        "styles.size=32",
        "vgg=vgg16",
        f"vgg.weights={random_vgg_file}",
        "size=24",
        "optimize_photos=1",
        "iterations=[2,1,2]",
    ]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        benchmark(compose("benchmark", overrides))
    assert {path.name for path in out.iterdir()} == {
        "quality.json",
        "quality.md",
        "quality.png",
        "config.yaml",
    }
    found = json.loads((out / "quality.json").read_text())
    assert {row["method"] for row in found["rows"]} == {
        "photo",
        "network",
        "network, same photographs",
        "L-BFGS 1",
        "L-BFGS 2",
    }
    assert (
        found["settings"]["size"] == 24
        and found["machine"]["processor"]
        and found["loss_network"] == random_vgg_file.name
    )
    assert {sample["photo"] for sample in found["samples"]} == {"a.png", "b.png"}


def test_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="suite=speed: must be one of quality, swap"):
        benchmark(OmegaConf.create({"suite": "speed", "out": str(tmp_path)}))
    good = {"size": 64, "limit": None, "optimize_photos": 0, "iterations": []}
    check_quality(OmegaConf.create(good))
    for wrong in (
        {"size": 8},
        {"limit": 0},
        {"optimize_photos": None},
        {"iterations": [0]},
        {"iterations": 10},
    ):
        with pytest.raises(UserError, match=next(iter(wrong))):
            check_quality(OmegaConf.create(good | wrong))
