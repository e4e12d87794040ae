"""Exported networks paint what the networks paint, at sizes that were not exported."""

import json
from pathlib import Path

import pytest
import torch

from stylenets import checkpoints
from stylenets.checkpoints import Network
from stylenets.cli import export as command
from stylenets.inference import exporting_swap
from stylenets.inference.exporting import graphs
from stylenets.inference.onnx_files import OnnxRunner, to_onnx
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets import AnyStyleNet, CINNet, InverseNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def network(kind: str) -> Network:
    torch.manual_seed(0)
    small = {"width": 4, "blocks": 1}
    if kind == "cin":
        net, names = CINNet(2, **small), ["a", "photo"]
    elif kind == "any":
        net, names = AnyStyleNet(1, **small), ["photo"]
        torch.nn.init.normal_(net.encoder.output.weight, std=0.1)
    else:
        net, names = JohnsonNet(**small), ["a"]
    arguments = net.arguments() if kind != "johnson" else small
    return Network(net.eval(), kind, arguments, names)


def run(monkeypatch: pytest.MonkeyPatch, *overrides: str) -> None:
    monkeypatch.setattr("sys.argv", ["export.py", *overrides])
    command.main()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for kind in ("cin", "any", "johnson"):
        checkpoints.save(f"{kind}.safetensors", network(kind), half=False)
    return tmp_path


def painted(file: str, **inputs: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(file)
    (found,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    return torch.from_numpy(found)


@torch.no_grad()
def test_a_mixture_of_styles_is_an_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "ckpt=cin.safetensors")
    picture = torch.rand(3, 3, 57, 90)
    weights = torch.tensor([[1.0, 0.0], [0.3, 0.7], [0.0, 1.0]])
    found = painted("cin.onnx", picture=picture, weights=weights)
    expected = checkpoints.load("cin.safetensors").net(picture, weights)
    assert (found - expected).abs().max() < 1 / 255
    (entry,) = onnx.load("cin.onnx").metadata_props
    assert json.loads(entry.value)["styles"] == ["a", "photo"]


@torch.no_grad()
def test_so_is_a_map_of_regions_in_few_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "ckpt=cin.safetensors", "weights=map", "stored=float16", "out=map.onnx")
    picture = torch.rand(1, 3, 60, 44)
    weights = torch.rand(1, 2, 60, 44)
    weights = weights / weights.sum(1, keepdim=True)
    found = painted("map.onnx", picture=picture, weights=weights)
    expected = checkpoints.load("cin.safetensors").net(picture, weights)
    assert (found - expected).abs().max() < 2 / 255


@torch.no_grad()
def test_any_style_is_two_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "ckpt=any.safetensors", "out=a.onnx")
    picture = torch.rand(1, 3, 41, 66)
    style = torch.rand(2, 3, 80, 51)
    weights = torch.tensor([[0.4, 0.6]])
    rows = painted("a_encoder.onnx", style=style)
    found = painted("a.onnx", picture=picture, rows=rows, weights=weights)
    net = checkpoints.load("any.safetensors").net
    expected = net(picture, style, torch.tensor([[0.0, 0.4, 0.6]]))
    assert (found - expected).abs().max() < 1 / 255


def test_a_program_of_torch_runs_where_the_project_is_not(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "ckpt=johnson.safetensors", "format=pt2")
    picture = torch.rand(1, 3, 64, 40)
    program = torch.export.load("johnson.pt2").module()
    with torch.no_grad():
        expected = checkpoints.load("johnson.safetensors").net(picture)
        assert (program(picture) - expected).abs().max() < 1 / 255


def test_what_would_not_paint_the_same_is_not_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "eager", lambda graph, inputs: torch.zeros(()))
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, "ckpt=cin.safetensors")
    assert stopped.value.code == 2
    assert "of 255 off" in capsys.readouterr().err
    assert not Path("cin.onnx").exists()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["ckpt=gone"], "no such checkpoint: gone"),
        (["ckpt=johnson.safetensors", "weights=map"], "only a multi-style network takes a map"),
        (["ckpt=cin.safetensors", "format=tflite"], "format=tflite"),
        (["ckpt=cin.safetensors", "opset=3"], "opset=3"),
        (["ckpt=cin.safetensors", "format=pt2", "stored=int8"], "a pt2 file keeps float32"),
        (["ckpt=cin.safetensors", "out=cin.safetensors"], "is there already"),
    ],
)
def test_a_mistake_writes_nothing(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    overrides: list[str],
    message: str,
) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, *overrides)
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(folder.iterdir()) == before


@torch.no_grad()
def test_a_style_swap_is_three_graphs(random_vgg: LossNetwork) -> None:
    """Which make of two pictures what SwapStylizer makes of them, whatever their sizes."""
    net = InverseNet(level=2, depth=16, match=1).eval()
    torch.nn.init.normal_(net.convs[-1].conv2d.weight, std=0.1)
    network = Network(net, "inverse", net.arguments(), [], "vgg16-hed")
    with pytest.MonkeyPatch.context() as patch:  # the weights are random, so none are fetched
        patch.setattr(exporting_swap, "load_encoder", lambda _: random_vgg)
        encoder, swap, decoder = (
            OnnxRunner(to_onnx(graph, {}, 20, "float32").SerializeToString())
            for graph in graphs(network)
        )
    photo, style = torch.rand(3, 50, 71), torch.rand(3, 43, 64)
    painter = SwapStylizer(network, random_vgg, StyleBank(["s"], [style], [1.0]))
    expected = painter.stylize(photo, torch.ones(1))
    content = encoder([photo[None]])
    painted = decoder([swap([content, encoder([style[None]])])])[0, :, :50, :71].clamp(0, 1)
    assert (painted - expected).abs().max() < 1 / 255
    assert (painted - decoder([content])[0, :, :50, :71].clamp(0, 1)).abs().max() > 0.1
