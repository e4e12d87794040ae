"""A training that diverges ends by itself, says why, and leaves a checkpoint to go on from."""

import csv

import pytest
import torch
from bench import Bench

pytestmark = pytest.mark.reliability
EVERY = "callbacks.checkpoint.every=2"


def test_a_learning_rate_that_explodes(bench: Bench, figures: list) -> None:
    """At step 7; the losses of steps 8 to 10 are no numbers.

    A checkpoint and a validation would be due within them.
    """
    exploding = (
        "~scheduler",
        "+scheduler={_target_:moments.exploding,_partial_:true}",
        "callbacks.health.stop_after=3",
        "loss.schedule=null",  # it goes by shares of the run, and the sound run is shorter
    )
    status, errors = bench.run("diverging", EVERY, *exploding)
    assert status == 2, errors
    assert (
        errors.startswith("error: 3 steps in a row had a loss or gradient that is not finite")
        and errors.count("\n") == 1
    )
    log = (bench.folder / "diverging" / "train.log").read_text()
    assert [
        line.split(" - ")[1].split(" is left out")[0]
        for line in log.splitlines()
        if "left out" in line
    ] == [
        "step 8",
        "step 9",
        "step 10",
    ]
    assert bench.run("sound", EVERY, *exploding, "trainer.max_steps=6")[0] == 0
    last = torch.load(bench.folder / "diverging" / "checkpoints" / "last.ckpt", weights_only=True)
    lost = int(bench.apart("diverging", "sound") > 0)
    figures.append(
        (
            "learning rate x 1e25 at step 7",
            1,
            lost,
            f"stopped after 3 steps left out, checkpoint of step {last['global_step']} kept",
        )
    )
    assert not lost and last["global_step"] == 6


def test_a_network_that_paints_one_color(bench: Bench, figures: list) -> None:
    status, errors = bench.run(
        "blank", "+callbacks.blank={_target_:moments.Blank,step:10}", "trainer.max_epochs=2"
    )
    assert status == 0, errors
    lines = csv.DictReader(
        (bench.folder / "blank" / "csv" / "version_0" / "metrics.csv").read_text().splitlines()
    )
    counted = [float(line["val/flat_outputs"]) for line in lines if line["val/flat_outputs"]]
    assert (
        "step 10: the network paints one color in ink, glass, points"
        in (bench.folder / "blank" / "train.log").read_text()
    )
    figures.append(
        (
            "network that paints one color",
            3,
            3 - int(counted[1]),
            "named at its first validation, none before",
        )
    )
    assert counted[:2] == [0, 3]
