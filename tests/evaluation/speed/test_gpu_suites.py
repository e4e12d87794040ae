"""The suites of a GPU, tiny and on the CPU: the ways to train and to stylize give the same, and the table says what was measured."""

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
    first, *others = gpu.time_gpu_steps(
        "steps", criterion, torch.rand(2, 3, 32, 32), 3, lambda: done.append(1)
    )
    assert (
        first.variant == REFERENCE
        and first.difference == 0
        and others[-1].variant == OURS
        and len(done) == 12
    )
    assert others[0].difference < 1e-5 and all(
        0 < one.difference < 0.02 for one in others[1:]
    )  # bfloat16 has 8 bits
    assert len({one.flops for one in (first, *others)}) == 1
    assert first.flops > 3 * 2 * (
        2 * 9 * 3 * 64 * 32 * 32
    )  # forwards and both gradients of VGG's first convolution alone


def test_ways_to_stylize_give_the_same_picture(net: Callable[[int], CINNet]) -> None:
    module = net(3)
    net_args = {"styles": 3, "width": 4, "blocks": 1}
    network = Network(module, "cin", net_args, ["a", "b", "c"])
    timed = gpu.time_gpu_passes(
        "passes", network, module, torch.rand(3, 32, 48), "cpu", 3, lambda: None
    )
    assert [one.variant for one in timed] == [
        REFERENCE,
        "in float16",
        OURS,
        f"{OURS}, from the CPU and back",
    ]
    assert timed[0].difference == 0 and all(one.difference < 1 for one in timed)
    assert timed[0].flops > 2 * 81 * 3 * 4 * 32 * 48 * 2  # the first and the last convolution


@pytest.mark.parametrize("suite", ["train", "infer"])
def test_the_suite_leaves_figures_and_a_table(
    suite: str, random_vgg_file: Path, tmp_path: Path
) -> None:
    small = "matrix:64,convolution:1,repeats:1"
    cases = {"train": "[{size:32,batch:2}]", "infer": "[{ckpt:small,height:32,width:80}]"}[suite]
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        config = compose(
            "benchmark",
            [
                f"suite={suite}",
                f"speed.{suite}.gpu={{cases:{cases},{small}}}",
                "styles.size=32",
                f"out={tmp_path}",
            ],
        )
    config.vgg.weights = str(random_vgg_file)
    run_speed_gpu(config, tmp_path, "cpu")
    found = json.loads((tmp_path / f"{suite}_gpu.json").read_text())
    assert len(found["timed"]) == VARIANTS and all(
        one["pictures_per_second"] > 0 and one["flops"] > 1e6 for one in found["timed"]
    )
    assert {"a step on 2 pictures of 32 px", "network small, 80 x 32 px"} & {
        one["case"] for one in found["timed"]
    }
    assert (tmp_path / f"{suite}_gpu.md").read_text().count(
        " % |"
    ) == VARIANTS  # the share of the matrix rate


def test_the_page_has_a_gpus_figures_where_there_are_some(tmp_path: Path) -> None:
    shutil.copytree(
        Path(__file__).parents[3] / "docs" / "performance", tmp_path, dirs_exist_ok=True
    )
    timed = gpu.GpuTiming("a step on a GPU", OURS, [0.5], 10**9, 0.01, 16, 10**12)
    figures = {
        "machine": {"device": "A card", "torch": "9"},
        "machine_gflops": {"matrix product": 5e5, "convolution": 4e5},
    }
    (tmp_path / "train_gpu.json").write_text(json.dumps(figures | {"timed": [timed.figures()]}))
    after = performance_tables(tmp_path).partition(
        "On A card, torch 9. In bfloat16 the card itself does 500 TFLOP/s in a matrix product"
    )[2]
    assert "**a step on a GPU**" in after and "| stylenets | 50.00 |" in after


def test_the_table_says_what_was_measured() -> None:
    timed = [
        gpu.GpuTiming("steps", REFERENCE, [1.0, 2.0, 3.0], 4 * 10**9, 0.0, 16, 10**12),
        gpu.GpuTiming("steps", OURS, [0.5], 10**9, 0.01, 16, 10**12),
    ]
    first, second = gpu.gpu_table(timed, limit=50e3).rows  # 50 TFLOP/s
    assert first == [
        REFERENCE,
        "200.00",
        "150.00 to 250.00",
        "80.0",
        "1.00",
        "5.0",
        "10.0 %",
        "4.00",
        "0",
    ]
    assert second[3:] == ["320.0", "4.00", "20.0", "40.0 %", "1.00", "0.01"]
    assert timed[0].figures()["pictures_per_second"] == 80
