"""Checkpoints from elsewhere: nothing in them is executed or believed.

That holds whatever they hold and whichever way they are loaded.
"""

import functools
import os
import pickle
import posix
import runpy
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bench import ROOT, SETTINGS, Bench, network
from hydra import compose, initialize_config_dir

from stylenets.checkpoints import save
from stylenets.cli.infer.command import infer
from stylenets.cli.train import train
from stylenets.errors import UserError

pytestmark = pytest.mark.reliability


class Gadget:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Callable, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


def gadgets(marker: Path) -> dict[str, Any]:
    """Ways of a pickle to make ``marker``, each of which does when it is loaded carelessly."""
    touch, statement = f"touch {marker}", f"open({str(marker)!r}, 'w')"
    script, inner = marker.with_suffix(".py"), marker.with_suffix(".inner")
    script.write_text(statement)
    inner.write_bytes(pickle.dumps(Gadget(os.system, touch)))
    return {
        "os.system": Gadget(os.system, touch),
        "posix.system": Gadget(posix.system, touch),
        "subprocess.call": Gadget(subprocess.call, ["touch", str(marker)]),
        "subprocess.check_output": Gadget(subprocess.check_output, ["touch", str(marker)]),
        "builtins.exec": Gadget(exec, statement),
        "builtins.eval": Gadget(eval, statement),
        "builtins.open": Gadget(open, str(marker), "w"),
        "runpy.run_path": Gadget(runpy.run_path, str(script)),
        "torch.load": Gadget(functools.partial(torch.load, weights_only=False), str(inner)),
        "numpy.savetxt": Gadget(np.savetxt, str(marker), [0.0]),
        "Path.touch": Gadget(Path.touch, marker),
        "nested call": Gadget(list, Gadget(map, os.system, [touch])),
    }


def files(folder: Path, gadget: Any) -> Iterator[Path]:
    """One gadget in every kind of file, at several places of what looks like a checkpoint."""
    valid = network()
    state = {f"net.{key}": value for key, value in valid.net.state_dict().items()}
    whole = {
        "state_dict": state,
        "stylenets": valid.metadata(),
        "global_step": 1,
        "epoch": 0,
        "pytorch-lightning_version": "2.5.0",
    }
    torch.save(whole | {"hyper_parameters": gadget}, folder / "hyper.ckpt")
    torch.save(whole | {"state_dict": state | {"net.x": gadget}}, folder / "state.ckpt")
    torch.save(
        valid.net.state_dict() | {"conv1.conv2d.weight": [{"deep": (gadget,)}]},
        folder / "nested.pth",
    )
    torch.save({"model": gadget}, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    (folder / "plain.pt").write_bytes(pickle.dumps(gadget))
    (folder / "protocol0.pth").write_bytes(pickle.dumps({"state_dict": gadget}, protocol=0))
    yield from sorted(file for file in folder.iterdir() if file.suffix in {".ckpt", ".pth", ".pt"})


def stylize(checkpoint: Path, *overrides: str) -> None:
    """``infer.py ckpt=`` in this process."""
    with initialize_config_dir(str(ROOT / "conf" / "commands"), version_base="1.3"):
        config = compose(
            "infer", [f"ckpt={checkpoint}", "content=photos/00.png", "out=stylized", *overrides]
        )
    infer(config)


def resume(bench: Bench, checkpoint: Path, *overrides: str) -> None:
    """``train.py ckpt=`` in this process."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = compose(
            "train",
            [
                *SETTINGS,
                "vgg=vgg16",
                f"vgg.weights={bench.vgg}",
                f"ckpt={checkpoint}",
                "out=resumed",
                *overrides,
            ],
        )
    Path("resumed").mkdir(exist_ok=True)
    train(config)


def careless(file: Path) -> None:
    """What a gadget is made for."""
    try:
        torch.load(file, weights_only=False)
    except Exception:  # whatever happens after it was executed
        return


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(bench.folder)
    return bench


@pytest.mark.parametrize("force", ["0", "1"])
def test_no_gadget_is_executed(
    here: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: list, force: str
) -> None:
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
    figures.append(
        (
            f"hostile pickles, override {force}",
            loads,
            len(executed),
            "loads by infer and by resuming, executed",
        )
    )
    assert not harmless, "these prove nothing"
    assert not executed and loads >= 100


def test_a_target_in_a_checkpoint_is_not_instantiated(
    here: Bench, whole: str, figures: list
) -> None:
    """Lightning's place for hyperparameters, and every place of ours that holds words."""
    target = {"_target_": "os.system", "_args_": ["touch executed"], "command": "touch executed"}
    checkpoint = torch.load(Path(whole) / "checkpoints" / "last.ckpt", weights_only=True)
    hostile = checkpoint | {
        "hyper_parameters": {"net": target, "_target_": "os.system"},
        "hparams_name": "kwargs",
    }
    hostile |= {
        "stylenets": checkpoint["stylenets"] | {"vgg": target, "training": target},
        "datamodule_hyper_parameters": target,
    }
    torch.save(hostile, "hostile.ckpt")
    stylize(Path("hostile.ckpt"), "styles=[ink]")
    resume(here, Path("hostile.ckpt"), "trainer.max_epochs=4", "overwrite=true")
    assert torch.load("resumed/checkpoints/last.ckpt", weights_only=True)["global_step"] == 20
    figures.append(
        (
            "hostile _target_ in a checkpoint",
            2,
            int(Path("executed").exists()),
            "stylized and resumed, executed",
        )
    )
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
    torch.save(
        {key: value for key, value in checkpoint.items() if key != "optimizer_states"},
        "weights.ckpt",
    )
    for name in (
        "published.safetensors",
        "published.pth",
        "empty.ckpt",
        "list.ckpt",
        "weights.ckpt",
    ):
        with pytest.raises(UserError, match=f"{name}"):
            resume(here, Path(name), "trainer.max_epochs=4", "overwrite=true")
    torch.save(checkpoint, "good.ckpt")
    with pytest.raises(UserError, match="width"):
        resume(
            here, Path("good.ckpt"), "model.net.width=8", "trainer.max_epochs=4", "overwrite=true"
        )
    with pytest.raises(UserError, match="ink"):
        resume(
            here,
            Path("good.ckpt"),
            "styles.names=[ink,glass]",
            "trainer.max_epochs=4",
            "overwrite=true",
        )
