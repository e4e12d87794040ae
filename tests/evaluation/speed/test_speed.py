"""The reference recipe computes what the project computes, and the suites of speed tell what they measured."""

import copy
import json
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir

from stylenets import assets, checkpoints, images
from stylenets.cli.benchmark.command import benchmark
from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.evaluation.speed import reference
from stylenets.evaluation.speed.cpu import OURS, REFERENCE, CpuTiming, cpu_table
from stylenets.evaluation.speed.scaling import CostCurve, draw_costs
from stylenets.evaluation.speed.timing import machine_rates, quartiles, time_in_turns
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.photos import bundled_photos
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


def composed(*overrides: str) -> object:
    with initialize_config_dir(str(config_folder()), version_base="1.3"):
        return compose("benchmark", ["device=cpu", *overrides])


@pytest.mark.parametrize("size", [256, 131])
@torch.inference_mode()
def test_a_photograph_is_stylized_as_by_the_reference_recipe(size: int) -> None:
    """In every style of the bundled network, to a third of a step of an 8-bit picture."""
    net, x = (
        checkpoints.load(assets.network_file("six")).net,
        images.read(bundled_photos()[0], size)[None],
    )
    for weights in torch.eye(net.styles)[:, None]:
        assert (
            float((net(x, weights) - reference.stylize(net, x, weights)).abs().max()) < 1 / 3 / 255
        )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-2), (torch.float64, 1e-6)])
def test_losses_and_gradients_are_those_of_the_reference_recipe(
    random_vgg: LossNetwork, tiny_bank: StyleBank, dtype: torch.dtype, tolerance: float
) -> None:
    """In float32 the gradients of both are 1e-3 from the exact ones: a new network's features hardly vary, and norms amplify rounding."""
    torch.manual_seed(0)
    criterion = PerceptualLoss(
        random_vgg,
        tiny_bank,
        {"relu2_2": 1.0},
        {"relu1_2": 0.5, "relu2_2": 0.5, "relu3_3": 1.0},
        1.0,
        5.0,
    )
    criterion, net = copy.deepcopy(criterion).to(dtype), CINNet(3, 16, 2).to(dtype)
    photos, weights = (
        torch.rand(2, 3, 64, 48, dtype=dtype),
        torch.tensor([[1.0, 0, 0], [0.25, 0, 0.75]], dtype=dtype),
    )
    found = []
    for losses in (
        lambda: criterion(net(photos, weights), photos, weights),
        lambda: reference.losses(
            criterion, reference.stylize(net, photos, weights), photos, weights
        ),
    ):
        net.zero_grad()
        terms = losses()
        torch.stack([term.sum() for term in terms.values()]).sum().backward()
        found.append((terms, [parameter.grad.clone() for parameter in net.parameters()]))
    (ours, gradients), (theirs, expected) = found
    assert set(ours) == set(theirs)
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=1e-4, atol=0)
    for one, other in zip(gradients, expected, strict=True):
        assert float((one - other).norm()) < tolerance * float(other.norm()) + 1e-6


def test_variants_take_turns_and_first_calls_do_not_count() -> None:
    calls = []
    seconds = time_in_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b", "a", "a", "b", "b", "a", "a", "b", "b"] and {
        name: len(times) for name, times in seconds.items()
    } == {
        "a": 2,
        "b": 2,
    }
    assert quartiles([3.0, 1.0]) == (1.0, 3.0) and quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (
        2.0,
        4.0,
    )


def test_a_machine_has_rates() -> None:
    assert all(rate > 0.1 for rate in machine_rates("cpu", repeats=1).values())


def test_times_faster_are_over_the_reference_that_gives_memory_back() -> None:
    timed = [
        CpuTiming("x", REFERENCE, False, [4.0, 4.0, 8.0], 2, 8 * 10**9, 0.0),
        CpuTiming("x", OURS, True, [1.0, 1.0, 1.5], 2, 8 * 10**9, 0.1),
    ]
    rows = cpu_table(timed, "difference of 255").rows
    assert rows[0] == [
        "reference recipe, memory given back",
        "4.000",
        "4.000 to 6.000",
        "0.50",
        "2",
        "1.00",
        "0",
    ]
    assert rows[1][0] == "stylenets, memory kept" and rows[1][4:] == ["8", "4.00", "0.1"]


def test_train_leaves_figures_and_a_table(
    random_vgg_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    settings = [
        "speed.train.cases=[{size:32,batch:2}]",
        "speed.train.repeats=1",
        "speed.train.rounds=1",
        "styles.size=32",
        f"vgg.weights={random_vgg_file}",
    ]
    benchmark(composed("suite=train", *settings, f"out={tmp_path}"))
    assert {path.name for path in tmp_path.iterdir()} == {"train.json", "train.md", "config.yaml"}
    found = json.loads((tmp_path / "train.json").read_text())
    assert [(one["variant"], one["memory_kept"]) for one in found["timed"]] == [
        (name, kept) for kept in (False, True) for name in (REFERENCE, OURS)
    ]
    assert all(
        one["median"] > 0 and one["flops"] > 0 and one["difference"] < 1e-4
        for one in found["timed"]
    )
    assert set(found["machine_gflops"]) == {"given back", "kept"} and found["machine"]["processor"]
    assert "times the reference" in capsys.readouterr().out


def test_infer_compares_with_onnx_runtime_too(tmp_path: Path) -> None:
    benchmark(
        composed(
            "suite=infer",
            "speed.infer.cases=[{size:64,ckpt:small}]",
            "speed.infer.repeats=1",
            "speed.infer.rounds=2",
            f"out={tmp_path}",
        )
    )
    found = json.loads((tmp_path / "infer.json").read_text())["timed"]
    assert [one["variant"] for one in found] == [
        "reference recipe",
        "ONNX Runtime",
        "stylenets",
    ] * 2
    assert all(len(one["seconds"]) == 2 for one in found)  # of two rounds
    assert all(one["difference"] < 1 / 3 and one["case"] == "network small, 64 px" for one in found)


def test_a_mistake_in_the_measuring_process_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit, match="2"):
        benchmark(
            composed("suite=infer", "speed.infer.cases=[{size:64,ckpt:nosuch}]", f"out={tmp_path}")
        )
    told = [
        line
        for line in capfd.readouterr().err.splitlines()
        if line.startswith(("error", "Traceback"))
    ]
    assert len(told) == 1 and "nosuch" in told[0]


def test_mistakes_are_told(tmp_path: Path) -> None:
    for overrides, message in {
        ("suite=infer", "device=cuda"): "CUDA devices that torch can use; give device=cpu",
        ("suite=train", "speed.train.repeats=0"): "must be a whole number of at least 1",
        (
            "suite=train",
            "speed.train.cases=[{size:8,batch:2}]",
        ): "size=8: must be a whole number of at least 16",
    }.items():
        with pytest.raises(UserError, match=message):
            benchmark(composed(*overrides, f"out={tmp_path}"))


def test_a_plot_of_every_curve_stands_alone() -> None:
    svg = draw_costs(
        [
            CostCurve("passes", "side", [256, 512], [0.1, 0.4], [1, 1]),
            CostCurve("steps", "styles", [1, 4, 16], [1.0, 1.0, 1.0], [4] * 3),
        ]
    )
    assert (
        svg.startswith("<svg xmlns=")
        and svg.count("<polyline") == 2
        and "by styles" in svg
        and "background:#fff" in svg
    )
