"""A W&B run without account or network holds all that a dashboard shows.

A server that does not want us holds nothing up.
"""

import http.server
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import wandb
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from wandb_log import read

from stylenets import images
from stylenets.callbacks.loggers import closing, log_picture
from stylenets.callbacks.wandb_logger import id_of_run, wandb_logger
from stylenets.cli.train import train
from stylenets.styles import SIX

CONF = Path(__file__).parents[2] / "conf"
# Seconds that W&B waits for a server by default. We wait 8, and a busy machine may take some more.
ITS_OWN_PATIENCE = 90


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Someone in an empty working folder with an empty home, whose process has not used W&B yet."""
    for folder in ("home", "work"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_ERROR_REPORTING", "WANDB_SILENT"):
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
        monkeypatch.delenv(name)
    wandb.teardown()
    yield
    wandb.teardown()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A key that no server knows."""
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    return monkeypatch


def test_a_training_run_records_all_and_leaves_nothing_elsewhere(
    tmp_path: Path, random_vgg_file: Path
) -> None:
    generator = torch.Generator().manual_seed(0)
    for k in range(6):
        images.write(tmp_path / "photos" / f"{k}.png", torch.rand(3, 36, 44, generator=generator))
    small = [
        "model=cin",
        "model.net.width=4",
        "model.net.blocks=1",
        "styles=six",
        "styles.size=32",
        "data=folder",
        "data.size=32",
    ]
    small += [
        "trainer=smoke",
        "trainer.max_steps=3",
        "loss.schedule=null",
        "callbacks.progress=null",
        "callbacks.yardstick=null",
        "callbacks.samples.size=32",
        "data.workers=0",
    ]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        named = [
            "out=run",
            "group=trials",
            "tags=[first,small]",
            f"data.root={tmp_path / 'photos'}",
            "vgg=vgg16",
            f"vgg.weights={random_vgg_file}",
        ]
        config = compose("train", [*small, *named])
    Path("run").mkdir()  # Hydra does
    train(config)
    run, logged, history, summary, exits = read(Path("run"))
    assert (run.project, run.run_group, list(run.tags)) == (
        "stylenets",
        "trials",
        ["first", "small"],
    )
    assert {k: v for k, v in logged.items() if not k.startswith("_")} == OmegaConf.to_container(
        config, resolve=True
    )
    losses = {int(row["trainer/global_step"]): row for row in history if "train/loss" in row}
    assert list(losses) == [0, 1, 2]
    assert {"train/content", *(f"train/style/{name}" for name in SIX)} <= set().union(
        *losses.values()
    )  # four styles in each batch
    assert {f"val/style/{name}" for name in SIX} <= summary.keys()
    (sheet,) = Path("run/wandb").glob("offline-run-*/files/media/images/samples_*.png")
    assert torch.equal(images.read(sheet), images.read("run/samples/step_000003.png"))
    assert exits == [0] and wandb.run is None
    assert [path.name for path in Path().iterdir()] == ["run"] and not list(
        (tmp_path / "home").iterdir()
    )


def test_the_next_run_of_a_process_is_another_and_one_that_raises_has_failed() -> None:
    with pytest.raises(ZeroDivisionError), closing(wandb_logger("first", "p")):
        raise ZeroDivisionError
    second = wandb_logger("second", "p")
    with closing(second):
        second.log_metrics({"a": 1.5}, step=7)
    (run, _, history, _, exits), (other, *_, failed) = read(Path("second")), read(Path("first"))
    assert run.run_id != other.run_id and exits == [0] and failed == [1]
    assert [(row["a"], row["trainer/global_step"]) for row in history] == [(1.5, 7)]


def test_a_resumed_run_keeps_its_id() -> None:
    for _ in range(2):
        with closing(wandb_logger("run", "p")):
            time.sleep(1.1)  # its folder is named by the second
    names = [log.name for log in Path("run").glob("wandb/offline-run-*/run-*.wandb")]
    assert len(names) == 2 and len(set(names)) == 1


def test_an_id_that_a_kill_left_empty_is_made_anew() -> None:
    for left in ("", "../evil", "two\nlines"):
        Path("run").mkdir(exist_ok=True)
        Path("run/wandb_id").write_text(left)
        assert re.fullmatch("[0-9a-f]{8}", id_of_run(Path("run")))
        assert Path("run/wandb_id").read_text() == id_of_run(Path("run"))


def test_where_it_cannot_start_the_training_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    Path("file").touch()
    with closing(wandb_logger("file", "p")) as logger:
        logger.log_metrics({"a": 1.0}, 1)
        logger.log_hyperparams({"a": 1})
        log_picture(logger, "samples", torch.rand(3, 8, 9), 3)
        logger.finalize("success")
    assert "W&B cannot start" in caplog.text and "goes on without it" in caplog.text


def test_a_picture_keeps_its_colors() -> None:
    logger, picture = wandb_logger("run", "p"), torch.rand(3, 8, 9)
    with closing(logger):
        log_picture(logger, "samples", picture, 3)
    (file,) = Path("run/wandb").glob("offline-run-*/files/media/images/samples_*.png")
    np.testing.assert_array_equal(images.to_uint8(images.read(file)), images.to_uint8(picture))


def assert_falls_back(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture) -> None:
    """One warning before W&B itself would give up, and an offline run that records."""
    began = time.monotonic()
    with caplog.at_level(logging.INFO, logger="stylenets"):
        logger = wandb_logger("run", "p")
    assert time.monotonic() - began < ITS_OWN_PATIENCE
    with closing(logger):
        logger.log_metrics({"a": 1.0}, step=1)
    (line,) = [record for record in caplog.records if record.name.startswith("stylenets")]
    assert (
        line.levelname == "WARNING"
        and "logging offline to run/wandb" in line.getMessage()
        and "\n" not in line.getMessage()
    )
    assert capsys.readouterr().err == ""
    _, _, history, _, exits = read(Path("run"))
    assert [row["a"] for row in history] == [1.0] and exits == [0]


def test_a_refused_key_falls_back_to_offline(
    account: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
) -> None:
    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuse) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        account.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{server.server_port}")
        assert_falls_back(caplog, capsys)
        server.shutdown()


def test_a_key_that_cannot_be_one_falls_back_to_offline(
    account: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
) -> None:
    account.setenv("WANDB_API_KEY", "short")
    assert_falls_back(caplog, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("listening", [True, False])
def test_no_network_costs_seconds(
    account: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture,
    listening: bool,
) -> None:
    """Where packets vanish (a listener that never answers), and where connections are refused."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        account.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert_falls_back(caplog, capsys)
