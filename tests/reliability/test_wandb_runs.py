"""W&B in real runs without network: nothing asked, nothing waited for, nothing lost."""

import csv
import os
import socket
import time
from pathlib import Path

import pytest
import torch
from bench import Bench
from omegaconf import OmegaConf
from wandb_log import read

from stylenets import images

pytestmark = pytest.mark.reliability
GRID = "stylenets.callbacks.sample_grid.SampleGrid"
SAMPLES = f"callbacks.samples={{{{_target_:{GRID},folder:{{}}/samples,every:5,count:2}}}}"
PLOTTED = "trainer/global_step"
OF_THE_MACHINE = {"images_per_second", "peak_memory_gb"}  # no two runs have the same


@pytest.fixture
def without_account(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing about W&B in the environment, nor at home."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    (bench.folder / "home").mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(bench.folder / "home"))
    return monkeypatch


def scalars(run: Path) -> dict[tuple[str, int], float]:
    """{(name, step): value} of a run that logged to tables."""
    rows = csv.DictReader((run / "csv" / "version_0" / "metrics.csv").read_text().splitlines())
    return {
        (name, int(row["step"])): float(value)
        for row in rows
        for name, value in row.items()
        if value and name not in ("step", "epoch")
    }


def test_everything_can_be_read_back(
    bench: Bench, without_account: pytest.MonkeyPatch, figures: list
) -> None:
    """Someone sits before it, who could be asked.

    The same run logged to tables has the same numbers.
    """
    master, slave = os.openpty()
    settings = ("group=trials", "tags=[first,small]", "loss.schedule=null")
    assert bench.run("tables", *settings)[0] == 0
    process = bench.start(
        "logged", "logger=wandb", *settings, SAMPLES.format("logged"), stdin=slave
    )
    errors = process.communicate(timeout=120)[1]
    os.close(slave), os.close(master)
    assert process.returncode == 0, errors
    run, config, history, summary, exits = read(bench.folder / "logged")
    assert (run.project, run.run_group, list(run.tags), exits) == (
        "stylenets",
        "trials",
        ["first", "small"],
        [0],
    )
    written = OmegaConf.to_container(OmegaConf.load(bench.folder / "logged" / "config.yaml"))
    assert {name: value for name, value in config.items() if not name.startswith("_")} == written
    told = {
        (name, int(row[PLOTTED])): value
        for row in history
        for name, value in row.items()
        if isinstance(value, int | float)
    }
    expected = scalars(bench.folder / "tables")
    lost = [
        key
        for key, value in expected.items()
        if key not in told
        or (key[0] not in OF_THE_MACHINE and abs(told[key] - value) > 1e-6 * abs(value))
    ]
    figures.append(
        ("W&B offline: scalars", len(expected), len(lost), "as the same run wrote into tables")
    )
    assert len(expected) > 100 and not lost
    assert {name for name, _ in expected if name.startswith("val/")} <= summary.keys()
    shown = sorted(
        (bench.folder / "logged" / "wandb").glob("offline-run-*/files/media/images/samples_*.png"),
        key=os.path.getmtime,
    )
    sheets = sorted((bench.folder / "logged" / "samples").iterdir())
    apart = max(
        float((images.read(ours) - images.read(theirs)).abs().max())
        for ours, theirs in zip(shown, sheets, strict=True)
    )
    figures.append(
        (
            "W&B offline: pictures",
            len(sheets),
            int(apart > 1 / 255),
            f"{255 * apart:.0f} of 255 apart",
        )
    )
    assert len(sheets) == 3 and apart <= 1 / 255


@pytest.mark.parametrize("server", ["refuses connections", "never answers"])
def test_a_wrong_key_costs_seconds(
    bench: Bench, whole: str, without_account: pytest.MonkeyPatch, figures: list, server: str
) -> None:
    begin = time.monotonic()
    assert bench.run("offline", "logger=wandb", "overwrite=true", WANDB_MODE="offline")[0] == 0
    offline = time.monotonic() - begin
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if server == "never answers":
            silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        out, begin = server.replace(" ", "_"), time.monotonic()
        status, errors = bench.run(
            out, "logger=wandb", WANDB_API_KEY="a" * 40, WANDB_BASE_URL=address
        )
        held_up = time.monotonic() - begin - offline
    assert (status, errors) == (0, "")
    lost = int(bench.apart(out, whole) > 0)
    figures.append((f"wrong key, server {server}", 1, lost, f"{held_up:.1f} s longer than offline"))
    assert held_up < 60  # W&B alone would wait 90; a busy machine adds some to our 8
    assert not lost
    assert {row[PLOTTED] for row in read(bench.folder / out)[2] if "train/loss" in row} == set(
        range(15)
    )


def test_a_dead_logger_stops_nothing(bench: Bench, whole: str, figures: list) -> None:
    status, errors = bench.run(
        "dead", "logger=wandb", "+callbacks.dead={_target_:moments.KillLogger,step:4}"
    )
    assert (status, errors) == (0, "")
    log = (bench.folder / "dead" / "train.log").read_text()
    lost = int(bench.apart("dead", whole) > 0)
    figures.append(("W&B's service killed at step 4", 1, lost, "trained to the end, said once"))
    assert not lost and log.count("WandbLogger has failed") == 1
    assert (
        torch.load(bench.folder / "dead" / "checkpoints" / "last.ckpt", weights_only=True)[
            "global_step"
        ]
        == 15
    )
