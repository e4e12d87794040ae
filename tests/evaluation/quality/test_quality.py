"""Networks are judged beside the photograph, peers and L-BFGS, and a report is left."""

import csv
import io
import json
import math
from collections import Counter
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from torch import Tensor

from stylenets import checkpoints, images
from stylenets.checkpoints import Network
from stylenets.cli.benchmark import quality, settings
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.benchmark.inputs import chosen_network
from stylenets.cli.benchmark.settings import check_photos, check_quality
from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.evaluation.networks.entry import Entry, in_one_step
from stylenets.evaluation.networks.long_table import to_csv
from stylenets.evaluation.networks.network_entry import network_entry
from stylenets.evaluation.quality.findings import (
    PHOTOGRAPH,
    WORST,
    OptimizationCourse,
    QualityFindings,
)
from stylenets.evaluation.quality.judge import STYLE_LAYERS, Judge
from stylenets.evaluation.quality.judging import QualitySuite
from stylenets.evaluation.quality.measures import JUDGED, MEASURES
from stylenets.evaluation.quality.optimization import OptimizationPlan, lbfgs_name
from stylenets.evaluation.quality.page import quality_page
from stylenets.evaluation.quality.peers import PEERS
from stylenets.evaluation.quality.pictures import overview
from stylenets.evaluation.quality.records import COLUMNS, quality_records, quality_rows
from stylenets.evaluation.quality.tables import quality_tables
from stylenets.inference.rows import RowStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

NET = {"width": 4, "blocks": 1}
LBFGS = [f"{start}L-BFGS {n}" for start in ("", "multi + ") for n in (2, 15)]


@pytest.fixture(scope="module")
def photos() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(5)
    return {name: torch.rand(3, 32, 32, generator=generator) for name in ("a.png", "b.png")}


@pytest.fixture(scope="module")
def multi(tiny_bank: StyleBank) -> Network:
    torch.manual_seed(0)
    return Network(CINNet(3, **NET), "cin", {"styles": 3, **NET}, tiny_bank.names)


@pytest.fixture(scope="module")
def single() -> Network:
    torch.manual_seed(1)
    return Network(JohnsonNet(**NET), "johnson", NET, ["tiles"])


@pytest.fixture(scope="module")
def networks(multi: Network, single: Network) -> list[Entry]:
    return [
        network_entry(name, network, RowStylizer(network), network.styles, 1000)
        for name, network in {"multi": multi, "single": single}.items()
    ]


@pytest.fixture(scope="module")
def found(
    random_vgg: LossNetwork,
    tiny_bank: StyleBank,
    networks: list[Entry],
    photos: dict[str, Tensor],
) -> QualityFindings:
    criterion = PerceptualLoss(
        random_vgg,
        tiny_bank,
        {"relu3_1": 1.0},
        dict.fromkeys(STYLE_LAYERS, 0.25),
        style_weight=5.0,
        variant="moments",
        content_variant="normalized",
    )
    copy = Entry("copy", tiny_bank.names, in_one_step(lambda photo, style: photo.clone()))
    plan = OptimizationPlan(criterion, 1, [2, 15], ["photo", "network"])
    calls: list[None] = []
    suite = QualitySuite(
        networks,
        [copy],
        Judge(random_vgg, tiny_bank),
        tiny_bank.names,
        plan,
        show=2,
        advance=lambda: calls.append(None),
    )
    found = suite.run(photos)
    assert len(calls) == suite.steps(2) == 2 * (3 + 1 + 3) + 15 * (3 + 3 + 1)
    return found


def test_everything_is_judged_that_was_painted(found: QualityFindings) -> None:
    single = [f"single + L-BFGS {n}" for n in (2, 15)]
    assert found.makers == [PHOTOGRAPH, "multi", "single", "copy", *LBFGS, *single]
    counts = Counter(picture.maker for picture in found.pictures)
    once = dict.fromkeys(LBFGS, 3) | dict.fromkeys(single, 1)  # of one photograph
    assert counts == {PHOTOGRAPH: 6, "multi": 6, "single": 2, "copy": 6, **once}
    assert found.optimized == ["a.png"]
    assert [one.photo for one in found.of("multi", 2)] == ["a.png", "b.png"]
    assert {len(found.seconds[name]) for name in ("multi", "copy")} == {6}


def test_a_peer_that_gives_the_photograph_back_is_judged_as_the_photograph_is(
    found: QualityFindings,
) -> None:
    copies = sorted(found.of("copy"), key=lambda one: (one.photo, one.style))
    photographs = sorted(found.of(PHOTOGRAPH), key=lambda one: (one.photo, one.style))
    for copy, photograph in zip(copies, photographs, strict=True):
        for measure in JUDGED:
            if measure.value(copy) is not None:
                # tolerance: rounding of float32; the grid is in dB
                expected = pytest.approx(measure.value(photograph), rel=1e-4, abs=1e-3)
                assert measure.value(copy) == expected
    photographs = {one.name: one.written(found.of(PHOTOGRAPH)) for one in JUDGED}
    assert photographs["structure"] == photographs["content"] == "0.000"
    assert float(photographs["grid 4"]) == 0
    assert found.equal_iterations(found.of("copy", photos=["a.png"])) == 0


def test_lbfgs_gets_better_with_its_iterations_and_nearest_to_its_style(
    found: QualityFindings,
) -> None:
    for style in range(3):
        objective = {
            maker: picture.objective
            for maker in found.makers
            for picture in found.of(maker, style, ["a.png"])
        }
        for start, prefix in ((PHOTOGRAPH, ""), ("multi", "multi + ")):
            assert objective[start] > objective[f"{prefix}L-BFGS 2"]
            assert objective[f"{prefix}L-BFGS 2"] > objective[f"{prefix}L-BFGS 15"]
        assert found.of("L-BFGS 15", style)[0].nearest_to_own
    assert {picture.objective for picture in found.pictures if picture.photo == "b.png"} == {None}


def test_a_course_begins_with_its_start_and_ends_with_its_picture(found: QualityFindings) -> None:
    assert len(found.courses) == 3 + 3 + 1
    for course in found.courses:
        assert len(course.objective) == 16
        ends = [found.of(course.start, course.style, ["a.png"])[0]]
        ends += found.of(lbfgs_name(15, course.start), course.style)
        # tolerance: the same sums of float32, once with and once without gradients
        expected = [pytest.approx(end.objective, rel=1e-5) for end in ends]
        assert [course.objective[0], course.objective[-1]] == expected


def test_equal_iterations_are_the_first_as_low(found: QualityFindings) -> None:
    course = OptimizationCourse(PHOTOGRAPH, "a.png", 0, [9.0, 5.0, 6.0, 2.0], seconds=1.0)
    assert [course.iterations_to_reach(value) for value in (9.0, 8.0, 5.0, 2.0)] == [0, 1, 1, 3]
    assert course.iterations_to_reach(1.9) == math.inf
    assert found.equal_iterations(found.of("multi", photos=["b.png"])) is None


def test_the_worst_have_lost_the_most_structure(found: QualityFindings) -> None:
    lost = [kept.judged.verdict.structure for kept in found.worst["multi"]]
    everything = [one.verdict.structure for one in found.of("multi")]
    assert lost == sorted(everything, reverse=True)[:WORST]
    assert list(found.worst) == ["multi", "single"]


def test_tables_have_a_row_for_each_maker_and_a_column_for_what_was_measured(
    found: QualityFindings,
) -> None:
    tables = quality_tables(found)
    overall, by_style, beside, distances, faults, worst, worst_single, times = tables
    assert [row[:2] for row in overall.rows] == [
        [PHOTOGRAPH, "6"],
        ["multi", "6"],
        ["single", "2"],
        ["copy", "6"],
    ]
    for row in overall.rows:
        cells = dict(zip(overall.header, row, strict=True))
        assert "ST-LPIPS" not in cells
        assert cells["border"] == ("0.000" if row[0] == PHOTOGRAPH else "–")  # too small to cut
    assert len(by_style.rows) == 3 * 3 + 1
    assert len(beside.rows) == 3 * (1 + 1 + 1 + 4) + (1 + 2) + 10
    assert [row[0] for row in distances.rows if row[0].startswith("single")] == ["single: tiles"]
    assert [row[:2] for row in faults.rows] == [["multi", "6"], ["single", "2"], ["copy", "6"]]
    assert [len(worst.rows), len(worst_single.rows)] == [6, 2]
    assert len(times.rows) == 4


def test_page_and_sheet_show_the_pictures(found: QualityFindings, tiny_bank: StyleBank) -> None:
    page = quality_page(found, tiny_bank, ["Measured <here>."])
    # styles; a grid a style; L-BFGS on one photograph a style; the worst of each network
    assert page.count("<img ") == 1 + 3 + 3 + (2 + 1)
    assert page.count("<svg ") == 1
    assert "Measured &lt;here&gt;." in page
    assert all(measure.meaning in page.replace("&#x27;", "'") for measure in JUDGED[:-1])
    assert JUDGED[-1].meaning not in page  # ST-LPIPS was not measured
    sheet = overview(found)
    assert sheet.shape[0] == 3
    # networks, peer, and on the first photograph L-BFGS from it and from each network
    assert len(found.shown) == 2
    assert sheet.shape[1] >= (6 + 3) * 32
    assert sheet.shape[2] >= 4 * 32


def test_records_hold_every_figure(found: QualityFindings) -> None:
    records = json.loads(json.dumps(quality_records(found), allow_nan=False))
    assert len(records["pictures"]) == len(found.pictures)
    assert records["nearest_to_own"]["multi"][1] == 6
    assert set(records["equal_iterations"]["copy"].values()) == {0}
    rows = list(csv.DictReader(io.StringIO(to_csv(list(quality_rows(found)), COLUMNS))))
    counted = Counter(row["measure"] for row in rows)
    assert counted["style distance"] == 3 * len(found.pictures)
    assert counted["structure"] == len(found.pictures)
    assert "ST-LPIPS" not in counted
    known = {measure.name for measure in MEASURES} | {"style distance"}
    assert set(counted) < known
    mean = (
        sum(
            float(row["value"])
            for row in rows
            if row["picture"] == "multi" and row["measure"] == "structure"
        )
        / 6
    )
    first = next(row for row in records["rows"] if row["picture"] == "multi")
    assert first["measures"]["structure"]["mean"] == pytest.approx(mean)


def test_the_command_leaves_a_report_on_several_networks(
    multi: Network,
    single: Network,
    photos: dict[str, Tensor],
    tiny_bank: StyleBank,
    random_vgg_file: Path,
    tmp_path: Path,
) -> None:
    for name, network in {"multi": multi, "single": single}.items():
        checkpoints.save(tmp_path / f"{name}.safetensors", network)
    for name, picture in zip(tiny_bank.names, tiny_bank.pictures, strict=True):
        if name != "sand":
            images.write(tmp_path / "styles" / f"{name}.png", picture)
    for name, photo in photos.items():
        images.write(tmp_path / "photos" / name, photo)
    out = tmp_path / "out"
    out.mkdir()
    overrides = [
        f"ckpt=[{tmp_path}/multi.safetensors,{tmp_path}/single.safetensors]",
        f"photos={tmp_path}/photos",
        f"out={out}",
        "styles=folder",
        f"styles.root={tmp_path}/styles",
        "styles.size=32",
        "judge.depth=16",
        f"judge.weights={random_vgg_file}",
        "objective.vgg.depth=16",
        f"objective.vgg.weights={random_vgg_file}",
        "size=32",
        "peers=[]",
        "st_lpips=false",
        "iterations=[2,1,2]",
    ]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        benchmark(compose("benchmark", overrides))
    assert {path.name for path in out.iterdir()} == {
        "quality.html",
        "quality.json",
        "quality.csv",
        "quality.md",
        "quality.jpg",
        "config.yaml",
    }
    report = json.loads((out / "quality.json").read_text())
    assert report["networks"] == ["multi", "single"]
    assert report["styles"] == ["blocks", "tiles"]
    assert "multi: no pictures were given of its styles sand" in report["notes"][0]
    assert {row["picture"] for row in report["rows"]} == {
        PHOTOGRAPH,
        "multi",
        "single",
        *(f"{start}L-BFGS {n}" for start in ("", "multi + ", "single + ") for n in (1, 2)),
    }
    assert report["settings"]["ckpt"] == ["multi.safetensors", "single.safetensors"]
    assert report["loss_networks"] == dict.fromkeys(("judge", "objective"), random_vgg_file.name)
    assert report["machine"]["processor"]


def test_a_metric_or_a_peer_that_cannot_be_had_is_told(
    tiny_bank: StyleBank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    metric, notes = quality.find_st_lpips(wanted=True)
    assert metric is None
    assert len(notes) == 1
    assert notes[0].startswith("ST-LPIPS is left out: cannot download")
    assert quality.find_st_lpips(wanted=False) == (None, [])
    with pytest.raises(UserError, match=r"^peers=\[magenta\]: .*; peers=\[\] leaves it out$"):
        quality.build_peers(["magenta"], tiny_bank)


def test_mistakes_are_told(tmp_path: Path) -> None:
    assert set(PEERS) == set(settings.PEERS)
    with pytest.raises(UserError, match="suite=speed: must be one of infer, train"):
        benchmark(OmegaConf.create({"suite": "speed", "out": str(tmp_path)}))
    good = {
        "suite": "quality",
        "photos": None,
        "size": 64,
        "limit": None,
        "show": 1,
        "st_lpips": True,
        "peers": ["magenta"],
        "optimize_photos": 0,
        "iterations": [],
        "starts": ["network"],
    }
    check_photos(OmegaConf.create(good))
    check_quality(OmegaConf.create(good))
    for wrong in (
        {"size": 31},
        {"limit": 0},
        {"show": 0},
        {"st_lpips": 1},
        {"peers": ["nobody"]},
        {"peers": "magenta"},
        {"optimize_photos": None},
        {"iterations": [0]},
        {"iterations": 10},
        {"starts": ["noise"]},
    ):
        with pytest.raises(UserError, match=next(iter(wrong))):
            check_photos(OmegaConf.create(good | wrong))
            check_quality(OmegaConf.create(good | wrong))
    several = OmegaConf.create({"suite": "infer", "ckpt": ["six", "small"]})
    with pytest.raises(UserError, match="suite=infer takes a single network"):
        chosen_network(several)


def test_networks_of_different_styles_share_a_row() -> None:
    photo = torch.zeros(3, 32, 32)
    found = QualityFindings(["tiles", "dots"], ["first", "second"], peers=[])
    shown = {(PHOTOGRAPH, 0): photo, ("first", 0): photo, ("second", 1): photo}
    found.shown = {"sea": shown}
    shared = overview(found)
    found.shown = {"sea": shown | {("second", 0): photo}}
    assert overview(found).shape[1] == shared.shape[1] + 32 + 8  # a row more, and its gap
