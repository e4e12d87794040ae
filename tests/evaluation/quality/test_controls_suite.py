"""What strength, colors and stroke do is measured as it is told."""

import json
import math
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from torch import Tensor

from stylenets import images
from stylenets.checkpoints import Network, save
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.entry import config_folder
from stylenets.evaluation.quality.controls import (
    StrengthCourse,
    kept_colors,
    spectrum_peaks,
    strength_table,
    stroke_peaks,
    strokes_table,
)
from stylenets.inference.settings import Controls
from stylenets.nets import CINNet


def striped(side: int, cycles: float) -> Tensor:
    """Gray (3, side, side), with so many stripes across and as many down."""
    place = torch.arange(side) * (2 * math.pi * cycles / side)
    return (0.5 + 0.1 * (place.sin() + place.sin()[:, None])).expand(3, side, side)


@pytest.mark.parametrize("cycles", [40, 97, 160])
def test_the_spectrum_peaks_where_the_stripes_are(cycles: int) -> None:
    peaks = spectrum_peaks(striped(512, cycles), torch.full((3, 512, 512), 0.5))
    highest = max(peaks, key=lambda peak: peaks[peak])
    assert highest == pytest.approx(cycles, rel=0.02)


def test_strokes_twice_as_wide_are_told_from_strokes_of_the_same_width() -> None:
    gray = {side: torch.full((3, side, side), 0.5) for side in (512, 1024)}
    small = (striped(512, 80), gray[512])
    for cycles, width in ((80, 1.0), (40, 2.0)):
        found = stroke_peaks(small, (striped(1024, cycles), gray[1024]), ("photo", "ink"))
        assert found.small is not None
        assert found.large is not None
        assert found.small / found.large == pytest.approx(width, rel=0.03)
        (row,) = strokes_table([found], (512, 1024)).rows
        assert (row[1], row[-1]) == ("1 of 1", f"{int(width == 1)} of 1")


def test_a_course_that_turns_back_is_not_monotonic() -> None:
    rising, falling = [0.0, 0.2, 0.5], [0.9, 0.4, 0.3]
    good = StrengthCourse("a", "ink", [0, 0.5, 1], rising, falling)
    back = StrengthCourse("a", "ink", [0, 0.5, 1], rising, [0.9, 0.4, 0.4])
    near = StrengthCourse("a", "ink", [0, 0.5, 1], [0.0, 0.2, 0.1], falling)
    assert [one.is_monotonic for one in (good, back, near)] == [True, False, False]
    assert strength_table([good, back, near]).title.startswith("By strength; 1 of 3")


def test_chrominance_that_has_no_room_is_told_apart() -> None:
    """A gray painting of a red photograph: where it is black, no color has room."""
    photo = torch.tensor([0.6, 0.2, 0.2])[:, None, None].expand(3, 4, 4)
    light = torch.full((1, 4, 4), 0.5)
    light[:, :2] = 0
    weights = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    chrominance = photo - (weights * photo).sum(0)

    def painted(controls: Controls) -> Tensor:
        colored = (light + chrominance).clamp(0, 1) if controls.colors == "photo" else light
        return torch.where(light > 0, colored, light).expand(3, 4, 4)

    found = kept_colors(painted, photo, ("photo", "ink"))
    assert found.room == 0.5
    assert found.within == pytest.approx(0, abs=1e-3)
    assert found.beyond > 20
    assert found.light == pytest.approx(0, abs=1e-3)


def test_the_suite_leaves_all_three_tables(
    tmp_path: Path, random_vgg19_file: Path, random_vgg_file: Path
) -> None:
    torch.manual_seed(0)
    net = CINNet(2, width=4, blocks=1).eval()
    file = tmp_path / "cin.safetensors"
    save(file, Network(net, "cin", net.arguments(), ["ink", "swirl"]))
    images.write(tmp_path / "photos" / "a.png", torch.rand(3, 48, 48))
    out = tmp_path / "out"
    out.mkdir()
    overrides = [
        "suite=controls",
        "device=cpu",
        f"ckpt={file}",
        f"photos={tmp_path / 'photos'}",
        "size=48",
        "styles.size=48",
        f"judge.weights={random_vgg19_file}",
        f"vgg.weights={random_vgg_file}",
        "controls.strengths=[0,1]",
        "controls.stroke_photos=0",
        f"out={out}",
    ]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        benchmark(compose("benchmark", overrides))
    found = json.loads((out / "controls.json").read_text())
    pairs = [("a.png", "swirl"), ("a.png", "ink")]
    assert sorted((one["photo"], one["style"]) for one in found["strength"]) == sorted(pairs)
    assert all(one["content"][0] < 1e-3 < one["content"][1] for one in found["strength"])
    assert all(one["within"] < 0.01 and one["light"] < 0.01 for one in found["colors"])
    assert found["stroke"] == []
