"""Checkpoints from elsewhere: nothing in them is executed or believed, whatever they hold and whichever way they are loaded."""

import io
import json
import os
import pickle
import posix
import random
import runpy
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench import ROOT, SETTINGS, Bench
from hydra import compose, initialize_config_dir
from safetensors.torch import save as to_safetensors

from stylenets.checkpoints import Network, load, save
from stylenets.cli.infer import infer
from stylenets.cli.train import train
from stylenets.errors import UserError
from stylenets.nets import CINNet

pytestmark = pytest.mark.reliability
ARGS = {"styles": 3, "width": 4, "blocks": 1}
NAMES = ["ink", "glass", "points"]
LOADER = """
import json, sys
from pathlib import Path
from stylenets.checkpoints import load
from stylenets.errors import UserError
shapes = {key: value.shape for key, value in load(sys.argv[1]).net.state_dict().items()}
for file in sys.argv[2:]:
    try:
        state = load(file).net.state_dict()
    except UserError as error:
        print("refused" if Path(file).name in str(error) else f"refused without its name: {error}", flush=True)
    else:
        right = {key: value.shape for key, value in state.items()} == shapes and all(value.isfinite().all() for value in state.values())
        print("right" if right else "wrong", flush=True)
"""


class Gadget:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Callable, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


def gadgets(marker: Path) -> dict[str, Any]:
    """Ways of a pickle to make ``marker``: each leaves the file there when it is loaded carelessly."""
    touch, statement = f"touch {marker}", f"open({str(marker)!r}, 'w')"
    script, inner = marker.with_suffix(".py"), marker.with_suffix(".inner")
    script.write_text(statement)
    inner.write_bytes(pickle.dumps(Gadget(os.system, touch)))
    return {
        "os.system": Gadget(os.system, touch),
        "posix.system": Gadget(posix.system, touch),
        "subprocess.call": Gadget(subprocess.call, ["touch", str(marker)]),
        "subprocess.check_output": Gadget(subprocess.check_output, touch, None),
        "builtins.exec": Gadget(exec, statement),
        "builtins.eval": Gadget(eval, statement),
        "builtins.open": Gadget(open, str(marker), "w"),
        "runpy.run_path": Gadget(runpy.run_path, str(script)),
        "torch.load": Gadget(
            torch.load,
            str(inner),
            None,
            pickle,
        ),
        "numpy.save": Gadget(np.save, str(marker), 0),
        "Path.touch": Gadget(Path.touch, marker),
        "nested call": Gadget(map, Gadget(getattr, os, "system"), [touch]),
    }


def files(folder: Path, gadget: Any) -> Iterator[Path]:
    """One gadget in every kind of file, at several places of what looks like a checkpoint."""
    valid = network()
    state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
    whole = {"state_dict": state, "stylenets": valid.metadata(), "global_step": 1, "epoch": 0, "pytorch-lightning_version": "2.5.0"}
    torch.save(whole | {"hyper_parameters": gadget}, folder / "hyper.ckpt")
    torch.save(whole | {"state_dict": state | {"net.x": gadget}}, folder / "state.ckpt")
    torch.save(valid.net.state_dict() | {"conv1.conv2d.weight": [{"deep": (gadget,)}]}, folder / "nested.pth")
    torch.save({"model": gadget}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    (folder / "plain.pt").write_bytes(pickle.dumps(gadget))
    (folder / "protocol0.pth").write_bytes(pickle.dumps({"state_dict": gadget}, protocol=0))
    yield from sorted(file for file in folder.iterdir() if file.suffix in {".ckpt", ".pth", ".pt"})


def network() -> Network:
    torch.manual_seed(0)
    return Network(CINNet(**ARGS).eval(), "cin", ARGS, NAMES, "hed")


def stylize(checkpoint: Path, *overrides: str) -> None:
    """``infer.py ckpt=`` in this process."""
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        config = compose("infer", [f"ckpt={checkpoint}", "content=photos/00.png", "out=stylized", *overrides])
    infer(config)


def resume(bench: Bench, checkpoint: Path, *overrides: str) -> None:
    """``train.py ckpt=`` in this process."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = compose("train", [*SETTINGS, f"vgg.weights={bench.vgg}", f"ckpt={checkpoint}", "out=resumed", *overrides])
    Path("resumed").mkdir(exist_ok=True)
    train(config)


def careless(file: Path) -> None:
    """What a gadget is made for."""
    try:
        torch.load(file, weights_only=False)
    except Exception:  # noqa: BLE001 - whatever happens after it was executed
        return


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(bench.folder)
    return bench


@pytest.mark.parametrize("force", ["0", "1"])
def test_no_gadget_is_executed(here: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: list, force: str) -> None:
    marker, loads, executed, harmless = tmp_path / "executed", 0, [], []
    for name, gadget in gadgets(marker).items():
        folder = tmp_path / name.replace(" ", "_")
        folder.mkdir()
        for file in files(folder, gadget):
            monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", force)
            for way in (stylize, lambda checkpoint: resume(here, checkpoint)):
                loads += 1
                with pytest.raises(UserError, match=f"cannot load .*{file.name}"):
                    way(file)
                executed += [(name, file.name)] if marker.exists() else []
                marker.unlink(missing_ok=True)
            monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "0")
            careless(file)
            harmless += [] if marker.exists() else [(name, file.name)]
            marker.unlink(missing_ok=True)
    figures.append((f"hostile pickles, override {force}", loads, len(executed), "loads by infer and by resuming, executed"))
    assert not harmless, "these prove nothing"
    assert not executed and loads >= 100


def test_a_target_in_a_checkpoint_is_not_instantiated(here: Bench, whole: str, figures: list) -> None:
    """Lightning's place for hyperparameters, and every place of ours that holds words."""
    target = {"_target_": "os.system", "_args_": ["touch executed"], "command": "touch executed"}
    checkpoint = torch.load(Path(whole) / "checkpoints" / "last.ckpt", weights_only=True)
    hostile = checkpoint | {"hyper_parameters": {"net": target, "_target_": "os.system"}, "hparams_name": "kwargs"}
    hostile |= {"stylenets": checkpoint["stylenets"] | {"vgg": target, "training": target}, "datamodule_hyper_parameters": target}
    torch.save(hostile, "hostile.ckpt")
    stylize(Path("hostile.ckpt"), "styles=[ink]")
    resume(here, Path("hostile.ckpt"), "trainer.max_epochs=4", "overwrite=true")
    assert torch.load("resumed/checkpoints/last.ckpt", weights_only=True)["global_step"] == 20
    figures.append(("hostile _target_ in a checkpoint", 2, int(Path("executed").exists()), "stylized and resumed, executed"))
    assert not Path("executed").exists()
    torch.save(hostile | {"stylenets": checkpoint["stylenets"] | {"net": target}}, "hostile.ckpt")
    with pytest.raises(UserError, match="unknown network"):
        stylize(Path("hostile.ckpt"))


def test_what_cannot_be_resumed_is_refused_by_name(here: Bench, whole: str) -> None:
    checkpoint = torch.load(Path(whole) / "checkpoints" / "last.ckpt", weights_only=True)
    save("published.safetensors", network())
    torch.save(network().net.state_dict(), "published.pth")
    torch.save({"state_dict": {}, "pytorch-lightning_version": "2.5.0"}, "empty.ckpt")
    torch.save([1, 2], "list.ckpt")
    torch.save({key: value for key, value in checkpoint.items() if key != "optimizer_states"}, "weights.ckpt")
    for name in ("published.safetensors", "published.pth", "empty.ckpt", "list.ckpt", "weights.ckpt"):
        with pytest.raises(UserError, match=f"{name}"):
            resume(here, Path(name), "trainer.max_epochs=4", "overwrite=true")
    torch.save(checkpoint, "good.ckpt")
    with pytest.raises(UserError, match="width"):
        resume(here, Path("good.ckpt"), "model.net.width=8", "trainer.max_epochs=4", "overwrite=true")
    with pytest.raises(UserError, match="ink"):
        resume(here, Path("good.ckpt"), "styles.names=[ink,glass]", "trainer.max_epochs=4", "overwrite=true")


def malformed(valid: bytes) -> dict[str, bytes]:
    """Safetensors files whose header lies."""
    size = struct.unpack("<Q", valid[:8])[0]
    header, body = json.loads(valid[8 : 8 + size]), valid[8 + size :]
    name = next(key for key in header if key != "__metadata__")
    ours = json.loads(header["__metadata__"]["stylenets"])

    def rewritten(tensor: dict | None = None, **metadata: object) -> bytes:
        changed = header | ({name: header[name] | tensor} if tensor else {}) | {"__metadata__": {"stylenets": json.dumps(ours | metadata)}}
        text = json.dumps(changed).encode()
        return struct.pack("<Q", len(text)) + text + body

    text = json.dumps({"__metadata__": {"stylenets": "[" * 100_000}}).encode()
    return {
        "shape": rewritten({"shape": [2**40, 2**20]}),
        "negative": rewritten({"shape": [-1, 3]}),
        "overlap": rewritten({"data_offsets": [0, 2**60]}),
        "backwards": rewritten({"data_offsets": [8, 4]}),
        "dtype": rewritten({"dtype": "F1024"}),
        "integers": rewritten({"dtype": "I16"}),
        "unknown_net": rewritten(net="transformer"),
        "module_net": rewritten(net="os.system"),
        "wide": rewritten(net_args=ARGS | {"width": 2**40}),
        "negative_width": rewritten(net_args=ARGS | {"width": -4}),
        "boolean": rewritten(net_args=ARGS | {"blocks": True}),
        "escape": rewritten(styles=["ink", "glass", "../../points"]),
        "newer": rewritten(format=99),
        "no_object": rewritten(net_args=None, styles=None),
        "deep": struct.pack("<Q", len(text)) + text,
        "endless_header": struct.pack("<Q", 2**63) + b"{}",
        "no_header": struct.pack("<Q", 0),
        "list": struct.pack("<Q", 2) + b"[]",
        "body_gone": valid[: 8 + size],
        "surplus": valid + b"more",
    }


def test_malformed_safetensors(here: Bench, tmp_path: Path, figures: list) -> None:
    save(tmp_path / "valid.safetensors", network())
    cases = malformed((tmp_path / "valid.safetensors").read_bytes())
    for name, data in cases.items():
        (tmp_path / f"{name}.safetensors").write_bytes(data)
        with pytest.raises(UserError, match=rf"cannot load .*{name}\.safetensors"):
            stylize(tmp_path / f"{name}.safetensors")
    figures.append(("malformed safetensors", len(cases), 0, "each refused by name"))


def test_compressed_weights_are_not_taken_for_others(tmp_path: Path) -> None:
    """A checkpoint repacked by a zip program: its weights lie elsewhere than torch maps them, and may unpack to any size."""
    valid = network()
    state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
    torch.save({"state_dict": state, "stylenets": valid.metadata()}, tmp_path / "a.ckpt")
    buffer = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "a.ckpt") as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            target.writestr(entry, source.read(entry))
    (tmp_path / "packed.ckpt").write_bytes(buffer.getvalue())
    try:
        loaded = load(tmp_path / "packed.ckpt").net.state_dict()
    except UserError as error:
        assert "packed.ckpt" in str(error)
    else:
        assert all(torch.equal(loaded[key], value) for key, value in valid.net.state_dict().items())


@pytest.mark.parametrize("kind", ["safetensors", "ckpt"])
def test_a_hundred_flips(tmp_path: Path, figures: list, kind: str) -> None:
    """One to eight bytes of a valid file overwritten, every second time in its first kilobyte."""
    valid, whole = network(), tmp_path / f"whole.{kind}"
    if kind == "ckpt":
        state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
        torch.save({"state_dict": state, "stylenets": valid.metadata(), "global_step": 1}, whole)
    else:
        save(whole, valid)
    chance, names = random.Random(0), []
    for k in range(100):
        data = bytearray(whole.read_bytes())
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(min(len(data), 1024 if k % 2 else len(data)))] = chance.randrange(256)
        names.append(f"{k:02d}.{kind}")
        (tmp_path / names[-1]).write_bytes(data)
    command, environment = [sys.executable, "-c", LOADER, str(whole), *names], os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    answers = done.stdout.splitlines()
    assert done.returncode == 0, f"ended with {done.returncode} at {names[len(answers) :][:1]}: {done.stderr[-2000:]}"
    bad = [pair for pair in zip(names, answers, strict=True) if pair[1] not in ("right", "refused")]
    figures.append(
        (f"flipped bytes of a .{kind}", len(names), len(bad), f"{answers.count('refused')} refused, {answers.count('right')} load")
    )
    assert not bad
    assert answers.count("refused") > 10
