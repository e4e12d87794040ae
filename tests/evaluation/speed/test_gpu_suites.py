"""The suites of a GPU, tiny and on the CPU: all ways to train and to stylize give the same."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets.checkpoints import Network
from stylenets.cli.benchmark.speed_gpu import VARIANTS, run_speed_gpu
from stylenets.cli.entry import config_folder
from stylenets.evaluation.speed import gpu, gpu_variants
from stylenets.evaluation.speed.cpu import OURS, REFERENCE
from stylenets.evaluation.speed.page import performance_tables
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

CASES = {  # of a suite, and what it is called
    "train": ("{size:32,batch:2}", "a step on 2 pictures of 32 px"),
    "infer": ("{ckpt:small,height:32,width:80}", "network small, 80 x 32 px"),
}
FIGURES = Path(__file__).parents[3] / "docs" / "performance"


@pytest.fixture(autouse=True)
def traced_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch.compile traces is run operation by operation: building it takes a minute."""
    compile_ = torch.compile
    monkeypatch.setattr(
        torch,
        "compile",
        lambda function, mode=None, **settings: compile_(function, backend="eager", **settings),
    )
    torch._dynamo.reset()


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], CINNet]:
    narrow = partial(CINNet, width=4, blocks=1)
    monkeypatch.setattr(gpu_variants, "CINNet", narrow)
    return narrow


def test_ways_to_train_begin_with_the_same_loss(
    random_vgg: LossNetwork, tiny_bank: StyleBank, net: Callable[[int], CINNet]
) -> None:
    criterion = PerceptualLoss(random_vgg, tiny_bank, {"relu2_2": 1.0}, {"relu1_2": 1.0})
    done = []
    photos = torch.rand(2, 3, 32, 32)
    first, *others = gpu.time_gpu_steps("steps", criterion, photos, 3, lambda: done.append(1))
    assert len(done) == 4 * 3
    assert (first.variant, first.difference) == (REFERENCE, 0)
    assert others[-1].variant == OURS
    assert others[0].difference < 1e-5
    assert all(0 < one.difference < 0.02 for one in others[1:])  # bfloat16 has 8 bits
    assert len({one.flops for one in (first, *others)}) == 1
    first_convolution = 2 * (2 * 9 * 3 * 64 * 32 * 32)  # of VGG, on both photographs
    assert first.flops > 3 * first_convolution  # forwards, and both gradients


def test_ways_to_stylize_give_the_same_picture(net: Callable[[int], CINNet]) -> None:
    module = net(3)
    net_args = {"styles": 3, "width": 4, "blocks": 1}
    network = Network(module, "cin", net_args, ["a", "b", "c"])
    picture = torch.rand(3, 32, 48)
    timed = gpu.time_gpu_passes("passes", network, module, picture, "cpu", 3, lambda: None)
    names = [REFERENCE, "in float16", OURS, f"{OURS}, from the CPU and back"]
    assert [one.variant for one in timed] == names
    assert timed[0].difference == 0
    assert all(one.difference < 1 for one in timed)
    assert timed[0].flops > 2 * 81 * 3 * 4 * 32 * 48 * 2  # the first and the last convolution


@pytest.mark.parametrize("suite", ["train", "infer"])
def test_the_suite_leaves_figures_and_a_table(
    suite: str, random_vgg_file: Path, tmp_path: Path
) -> None:
    case, name = CASES[suite]
    overrides = [
        f"suite={suite}",
        f"speed.{suite}.gpu={{cases:[{case}],matrix:64,convolution:1,repeats:1}}",
        "styles.size=32",
        f"vgg.weights={random_vgg_file}",
        f"out={tmp_path}",
    ]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        config = compose("benchmark", overrides)
    run_speed_gpu(config, tmp_path, "cpu")
    timed = json.loads((tmp_path / f"{suite}_gpu.json").read_text())["timed"]
    assert len(timed) == VARIANTS
    assert all(one["pictures_per_second"] > 0 and one["flops"] > 1e6 for one in timed)
    assert {one["case"] for one in timed} == {name}
    matrix_shares = (tmp_path / f"{suite}_gpu.md").read_text().count(" % |")
    assert matrix_shares == VARIANTS


def test_the_page_has_a_gpus_figures_where_there_are_some(tmp_path: Path) -> None:
    shutil.copytree(FIGURES, tmp_path, dirs_exist_ok=True)
    timed = gpu.GpuTiming("a step on a GPU", OURS, [0.5], 10**9, 0.01, 16, 10**12)
    figures = {
        "machine": {"device": "A card", "torch": "9"},
        "machine_gflops": {"matrix product": 5e5, "convolution": 4e5},
        "timed": [timed.figures()],
    }
    (tmp_path / "train_gpu.json").write_text(json.dumps(figures))
    words = "On A card, torch 9. In bfloat16 the card itself does 500 TFLOP/s in a matrix product"
    _, _, after = performance_tables(tmp_path).partition(words)
    assert "**a step on a GPU**" in after
    assert "| stylenets | 50.00 |" in after


def test_the_table_says_what_was_measured() -> None:
    timed = [
        gpu.GpuTiming("steps", REFERENCE, [1.0, 2.0, 3.0], 4 * 10**9, 0.0, 16, 10**12),
        gpu.GpuTiming("steps", OURS, [0.5], 10**9, 0.01, 16, 10**12),
    ]
    first, second = gpu.gpu_table(timed, limit=50e3).rows  # 50 TFLOP/s
    assert first[:3] == [REFERENCE, "200.00", "150.00 to 250.00"]
    assert first[3:] == ["80.0", "1.00", "5.0", "10.0 %", "4.00", "0"]
    assert second[3:] == ["320.0", "4.00", "20.0", "40.0 %", "1.00", "0.01"]
    assert timed[0].figures()["pictures_per_second"] == 80
