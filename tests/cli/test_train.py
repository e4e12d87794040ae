"""The command ``train``: what a run leaves behind, how it goes on, and how a mistake ends."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf

from stylenets import images
from stylenets.checkpoints import load
from stylenets.cli.train import train
from stylenets.errors import UserError
from stylenets.styles import SIX

ROOT = Path(__file__).parents[2]
SMALL = (
    "model=cin",
    "model.net.width=4",
    "model.net.blocks=1",
    "trainer=smoke",
    "logger=csv",
    "data=folder",
    "data.root=photos",
)
SMALL += (
    "data.size=32",
    "data.workers=0",
    "styles.size=32",
    "callbacks.progress=null",
    "callbacks.throughput.every=2",
)
SMALL += (
    "loss.schedule=null",
    "loss.reconstruction_weight=0",
    "callbacks.samples.every=4",
    "callbacks.samples.count=2",
    "callbacks.samples.size=32",
    "callbacks.yardstick.size=32",
)


def door(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``python train.py`` in a fresh process, as a person would in ``folder``."""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "WANDB_MODE": "offline"}
    command = [sys.executable, str(ROOT / "train.py"), *arguments]
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def configured(*overrides: str) -> DictConfig:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return compose("train", list(overrides))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with ten small photographs."""
    folder = tmp_path_factory.mktemp("train")
    generator = torch.Generator().manual_seed(0)
    for k in range(10):
        images.write(folder / "photos" / f"{k}.png", torch.rand(3, 36, 44, generator=generator))
    return folder


@pytest.fixture(scope="module")
def small(random_vgg_file: Path, random_vgg19_file: Path) -> tuple[str, ...]:
    judge = f"callbacks.yardstick.vgg.weights={random_vgg19_file}"
    return (*SMALL, judge, "vgg=vgg16", f"vgg.weights={random_vgg_file}")


@pytest.fixture(scope="module")
def finished(folder: Path, small: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """A run of six styles and twelve steps in ``folder``/run."""
    return door(folder, *small, "styles=six", "trainer.max_steps=12", "out=run")


def rows(run: Path) -> list[dict[str, str]]:
    """Lines of all its metrics.csv, oldest first; a resumed run begins a new one."""
    files = sorted(run.rglob("metrics.csv"), key=lambda file: file.stat().st_mtime)
    assert files
    return [line for file in files for line in csv.DictReader(file.read_text().splitlines())]


def test_a_run_leaves_network_checkpoint_samples_configuration_and_metrics(
    finished: subprocess.CompletedProcess[str], folder: Path, small: tuple[str, ...]
) -> None:
    assert finished.returncode == 0, finished.stderr
    run = folder / "run"
    network = load(run / "network.safetensors")
    assert network.styles == list(SIX) and network.net_args == {
        "styles": 6,
        "width": 4,
        "blocks": 1,
    }
    assert network.training["steps"] == 12 and "/" not in network.training["command"]
    with torch.no_grad():
        assert network.net(torch.rand(1, 3, 20, 30), torch.eye(6)[:1]).shape == (1, 3, 20, 30)
    checkpoint = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    assert checkpoint["global_step"] == 12
    assert {key.split(".")[0] for key in checkpoint["state_dict"]} == {"net", "ema"}
    assert [path.name for path in sorted((run / "samples").iterdir())] == [
        f"step_{step:06d}.png" for step in (4, 8, 12)
    ]
    sheet = images.read(run / "samples" / "step_000012.png")
    assert sheet.shape[1] > 2 * 32 and sheet.shape[2] > 7 * 32 and sheet.std() > 0.05
    config = OmegaConf.load(run / "config.yaml")
    assert (config.model.net.width, config.trainer.max_steps, config.vgg.weights) == (
        4,
        12,
        small[-1].removeprefix("vgg.weights="),
    )


def test_metrics_name_every_style(finished: subprocess.CompletedProcess[str], folder: Path) -> None:
    lines = rows(folder / "run")  # of the resumed run, too, where its test came first
    steps = [int(line["step"]) for line in lines if line.get("train/loss")]
    assert steps[:12] == list(range(12))
    for name in (
        "train/content",
        *(f"train/style/{style}" for style in SIX),
        *(f"{key}/{style}" for key in ("val/style", "yardstick/style") for style in SIX),
    ):
        assert any(line.get(name) for line in lines), name
    assert {"images_per_second", "peak_memory_gb"} <= lines[0].keys()


def test_the_same_folder_again_is_refused_in_one_line(
    finished: subprocess.CompletedProcess[str], folder: Path
) -> None:
    before = (folder / "run" / "network.safetensors").read_bytes()
    again = door(folder, *SMALL, "out=run")
    assert (again.returncode, again.stdout) == (2, "")
    assert (
        again.stderr
        == "error: run holds a finished run: choose another out=, go on with ckpt=run, "
        "or give overwrite=true\n"
    )
    assert (folder / "run" / "network.safetensors").read_bytes() == before


def test_an_interrupted_run_is_not_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("last.ckpt", "previous.ckpt"):
        file = tmp_path / "run" / "checkpoints" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"PK")
        with pytest.raises(UserError, match="run holds an interrupted run: go on with ckpt=own"):
            train(configured(*SMALL, "out=run"))
        file.unlink()


def test_two_runs_begun_in_one_second_have_folders_of_their_own() -> None:
    folders = {configured("data=bundled").out for _ in range(2)}
    assert len(folders) == 2


def test_it_goes_on_from_the_last_checkpoint(
    finished: subprocess.CompletedProcess[str],
    folder: Path,
    small: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two steps more in this process: the step count and the losses go on, nothing begins anew."""
    monkeypatch.chdir(folder)
    before = load("run/network.safetensors").net.state_dict()
    train(configured(*small, "styles=six", "trainer.max_steps=14", "out=run", "ckpt=last"))
    network = load("run/network.safetensors")
    assert network.training["steps"] == 14
    moved = [(value - before[name]).abs().max() for name, value in network.net.state_dict().items()]
    assert 0 < max(moved) < 0.02  # two steps of Adam at 1e-3 and an average that still follows fast
    steps = [int(line["step"]) for line in rows(Path("run")) if line.get("train/loss")]
    assert steps == list(range(14))
    assert (folder / "run" / "samples" / "step_000014.png").is_file()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["styles.names=[ink,starry]"],
            "unknown style starry; the bundled ones are swirl, glass, woodcut, points, facets, ink",
        ),
        (["styles=folder"], r"give styles\.root=FOLDER or styles\.images="),
        (["styles=folder", "styles.images=[letter.jpg]"], "not a picture: letter.jpg"),
        (["loss=moments", "loss.palette_sides=[]"], r"loss\.palette_sides=\[\]: give at least one"),
        (["data.root=null"], r"data\.root="),
        (["data.root=gone"], "no such folder: gone"),
        (["ckpt=gone.ckpt"], "no checkpoint to resume from: gone.ckpt"),
        (["ckpt=last"], "ckpt=last: no checkpoint in new"),
        (["init=gone.safetensors"], "no such checkpoint: gone.safetensors"),
        (["model=johnson"], "learns one style and 6 are given"),
        (["vgg.weights=letter.jpg"], "letter.jpg is no state dict that can be read safely"),
        (["loss.variant=gramm"], r"loss\.variant=gramm: one of"),
        (["+loss.style.relu9_9=1"], "loss.style.relu9_9: VGG has no such layer"),
        (["+model.nonsense=1"], r"model\.nonsense=1: .*MultiStyle has no such setting"),
        (["+data.nonsense=1"], r"data\.nonsense=1: .*FolderData has no such setting"),
        (["+trainer.nonsense=1"], r"trainer\.nonsense=1: .*Trainer has no such setting"),
        (["trainer.precision=16-true"], "16-true: the loss network is float32"),
        (["data.cache=letter.jpg"], r"cannot keep decoded pictures in data\.cache=letter\.jpg"),
    ],
)
def test_a_mistake_is_said_before_anything_is_written(
    folder: Path,
    small: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    overrides: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "letter.jpg").write_text("Dear reader")
    arguments = [
        override
        for override in small
        if not (overrides == ["model=johnson"] and override == "model=cin")
    ]
    arguments = [
        a for a in arguments if a.split("=")[0] not in {o.split("=")[0] for o in overrides}
    ]
    with pytest.raises(BaseException) as caught:
        train(configured(*arguments, *overrides, "out=new"))
    error: BaseException | None = caught.value
    while error is not None and not isinstance(
        error, UserError
    ):  # Hydra wraps what a constructor raises
        error = error.__cause__
    assert error is not None, repr(caught.value)
    assert caught.match(message) and "\n" not in str(error)
    assert (
        not (folder / "new" / "network.safetensors").exists()
        and not (folder / "new" / "config.yaml").exists()
    )


def test_an_unknown_choice_is_one_line_that_lists_the_known(folder: Path) -> None:
    done = door(folder, "model=foo", "out=new")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert (
        line.startswith("error: ") and "model/foo" in line and "cin" in line and "johnson" in line
    )
