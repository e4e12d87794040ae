"""Mistakes typed to the command itself, in a process of its own: one line and status 2."""

import subprocess
import sys

import pytest
from bench import ROOT, SETTINGS, Bench

pytestmark = pytest.mark.reliability


@pytest.fixture
def here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.chdir(bench.folder)
    return bench


def test_the_real_command(here: Bench, figures: list) -> None:
    """Eight mistakes, each of another part: one line, exit status 2, no folder of a run."""
    lines = (
        "data.size=abc",
        "data.size",
        "model=none",
        "trainer.precision=7",
        "optimizer.lr=nan",
        "=",
        "vgg.depth=17",
        "seed=[1]",
    )
    base, lost = [*SETTINGS, "vgg=vgg16", f"vgg.weights={here.vgg}"], []
    for line in lines:
        command = [sys.executable, str(ROOT / "train.py"), *base, line, "out=mistaken"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        right = (done.returncode, done.stdout, done.stderr.count("\n")) == (
            2,
            "",
            1,
        ) and done.stderr.startswith("error: ")
        lost += [] if right else [(line, done)]
    figures.append(
        ("mistakes in the real command", len(lines), len(lost), "one line each, status 2")
    )
    assert not lost
