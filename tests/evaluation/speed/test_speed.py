"""The reference recipe computes what we compute, and suites of speed tell what they measured."""

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
from stylenets.evaluation.speed.cpu import OURS, REFERENCE, CpuTiming, cpu_table
from stylenets.evaluation.speed.reference import reference_losses, reference_pass
from stylenets.evaluation.speed.runtimes import ONNX_RUNTIME, OPENVINO
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
    net = checkpoints.load(assets.network_file("six")).net
    x = images.read(bundled_photos()[0], size)[None]
    for weights in torch.eye(net.styles)[:, None]:
        difference = net(x, weights) - reference_pass(net, x, weights)
        assert float(difference.abs().max()) < 1 / 3 / 255


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-2), (torch.float64, 1e-6)])
def test_losses_and_gradients_are_those_of_the_reference_recipe(
    random_vgg: LossNetwork, tiny_bank: StyleBank, dtype: torch.dtype, tolerance: float
) -> None:
    """In float32 the gradients of both are 1e-3 from the exact ones.

    A new network's features hardly vary, and norms amplify rounding.
    """
    torch.manual_seed(0)
    style = {"relu1_2": 0.5, "relu2_2": 0.5, "relu3_3": 1.0}
    objective = PerceptualLoss(random_vgg, tiny_bank, {"relu2_2": 1.0}, style, 1.0, 5.0)
    criterion = copy.deepcopy(objective).to(dtype)
    net = CINNet(3, 16, 2).to(dtype)
    photos = torch.rand(2, 3, 64, 48, dtype=dtype)
    weights = torch.tensor([[1.0, 0, 0], [0.25, 0, 0.75]], dtype=dtype)

    def our_losses() -> dict[str, torch.Tensor]:
        return criterion(net(photos, weights), photos, weights)

    def losses_of_the_reference() -> dict[str, torch.Tensor]:
        pictures = reference_pass(net, photos, weights)
        return reference_losses(criterion, pictures, photos, weights)

    found = []
    for losses in (our_losses, losses_of_the_reference):
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
    """What is quick runs once more before it is timed."""
    calls = []
    seconds = time_in_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 2)
    assert calls == ["a", "b", *["a", "a", "b", "b"] * 2]
    assert {name: len(times) for name, times in seconds.items()} == {"a": 2, "b": 2}


def test_quartiles_of_two_values_are_the_values() -> None:
    assert quartiles([3.0, 1.0]) == (1.0, 3.0)
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 4.0)


def test_a_machine_has_rates() -> None:
    assert all(rate > 0.1 for rate in machine_rates("cpu", repeats=1).values())


def test_times_faster_are_over_the_reference_that_gives_memory_back() -> None:
    timed = [
        CpuTiming("x", REFERENCE, False, [4.0, 4.0, 8.0], 2, 8 * 10**9, 0.0),
        CpuTiming("x", OURS, True, [1.0, 1.0, 1.5], 2, 8 * 10**9, 0.1),
    ]
    first, second = cpu_table(timed, "difference of 255").rows
    assert first[0] == "reference recipe, memory given back"
    assert first[1:] == ["4.000", "4.000 to 6.000", "0.50", "2", "1.00", "0"]
    assert second[0] == "stylenets, memory kept"
    assert second[4:] == ["8", "4.00", "0.1"]


def test_train_leaves_figures_and_a_table(
    random_vgg_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    settings = [
        "speed.train.cases=[{size:32,batch:2}]",
        "speed.train.repeats=1",
        "speed.train.rounds=1",
        "styles.size=32",
        "vgg=vgg16",
        f"vgg.weights={random_vgg_file}",
    ]
    benchmark(composed("suite=train", *settings, f"out={tmp_path}"))
    assert {path.name for path in tmp_path.iterdir()} == {"train.json", "train.md", "config.yaml"}
    found = json.loads((tmp_path / "train.json").read_text())
    timed = found["timed"]
    variants = [(name, kept) for kept in (False, True) for name in (REFERENCE, OURS)]
    assert [(one["variant"], one["memory_kept"]) for one in timed] == variants
    assert all(one["median"] > 0 and one["flops"] > 0 for one in timed)
    assert all(one["difference"] < 1e-4 for one in timed)
    assert set(found["machine_gflops"]) == {"given back", "kept"}
    assert found["machine"]["processor"]
    assert "times the reference" in capsys.readouterr().out


def test_infer_compares_with_other_runtimes_too(tmp_path: Path) -> None:
    for runtime in ("onnxscript", "openvino"):
        pytest.importorskip(runtime)
    settings = [
        "speed.infer.cases=[{size:64,ckpt:small}]",
        "speed.infer.repeats=1",
        "speed.infer.rounds=2",
    ]
    benchmark(composed("suite=infer", *settings, f"out={tmp_path}"))
    found = json.loads((tmp_path / "infer.json").read_text())["timed"]
    assert [one["variant"] for one in found] == [REFERENCE, ONNX_RUNTIME, OPENVINO, OURS] * 2
    assert {one["case"] for one in found} == {"network small, 64 px"}
    assert all(len(one["seconds"]) == 2 for one in found)  # of two rounds
    assert all(one["difference"] < 1 / 3 for one in found)


@pytest.mark.parametrize(
    ("network", "message"),
    [("nosuch", "nosuch"), ("inverse", "suite=infer measures multi-style networks")],
)
def test_a_mistake_in_the_measuring_process_is_one_line(
    network: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    case = f"speed.infer.cases=[{{size:64,ckpt:{network}}}]"
    with pytest.raises(SystemExit, match="2"):
        benchmark(composed("suite=infer", case, f"out={tmp_path}"))
    lines = capfd.readouterr().err.splitlines()
    (told,) = [line for line in lines if line.startswith(("error", "Traceback"))]
    assert message in told


@pytest.mark.parametrize(
    ("suite", "override", "message"),
    [
        ("infer", "device=cuda", "CUDA devices that torch can use; give device=cpu"),
        ("train", "speed.train.repeats=0", "must be a whole number of at least 1"),
        (
            "train",
            "speed.train.cases=[{size:8,batch:2}]",
            "size=8: must be a whole number of at least 16",
        ),
    ],
)
def test_mistakes_are_told(suite: str, override: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        benchmark(composed(f"suite={suite}", override, f"out={tmp_path}"))


def test_a_plot_of_every_curve_stands_alone() -> None:
    passes = CostCurve("passes", "side", [256, 512], [0.1, 0.4], [1, 1])
    steps = CostCurve("steps", "styles", [1, 4, 16], [1.0, 1.0, 1.0], [4] * 3)
    svg = draw_costs([passes, steps])
    assert svg.startswith("<svg xmlns=")
    assert svg.count("<polyline") == 2
    assert "by styles" in svg
    assert "background:#fff" in svg
