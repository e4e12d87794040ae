"""A run says when it copies the photograph and when the style counts, in the log and in the bar."""

import logging
from collections.abc import Callable
from functools import partial

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from stylenets.callbacks.phases import Phases, PhaseTeller, phases_of
from stylenets.callbacks.throughput import ProgressBar
from stylenets.losses.objective import Objective
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import JohnsonNet
from stylenets.styles import StyleBank
from stylenets.tasks.per_style import PerStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

MOMENTS = {  # conf/loss/moments.yaml
    "reconstruction": [[0.03, 1.0], [0.06, 0.0]],
    "content": [[0.03, 0.0], [0.04, 1.0]],
    "style": [[0.03, 0.0], [0.08, 1.0]],
}
WEIGHTS = {"content": 1.0, "style": 3.0, "reconstruction": 1.0}


@pytest.mark.parametrize("steps", [30, 100, 300, 1000, 6000])
def test_the_style_begins_and_is_full_where_the_schedule_has_it(steps: int) -> None:
    criterion = Objective(WEIGHTS, MOMENTS)
    found = phases_of(criterion, steps)
    assert found is not None and found.copies and found.steps == steps
    style = [criterion.factors(step / steps)["style"] for step in range(steps)]
    assert style[: found.begin] == [0] * found.begin
    assert style[found.begin] > 0
    assert style[found.full - 1] < 3.0
    assert style[found.full :] == [3.0] * (steps - found.full)


def test_what_is_told_of_a_run() -> None:
    criterion = Objective(WEIGHTS, MOMENTS)
    long = phases_of(criterion, 1000)
    told = "1000 steps: copying the photograph until step 31, full style from step 80"
    assert str(long) == told
    short = str(phases_of(criterion, 30))
    assert short.startswith("30 steps: copying the photograph until step 1, full style from step 3")
    assert "so short a run leaves pictures that look like the photograph" in short
    assert "trainer.max_steps=" in short


def test_what_is_being_learned_has_a_name() -> None:
    phases = Phases(steps=300, begin=10, full=24, copies=True)
    assert phases.name(9) == "copying the photograph until step 10"
    assert phases.name(10) == "more and more style until step 24"
    assert phases.name(24) == phases.name(300) == "full style"
    assert Phases(300, 10, 24, copies=False).name(0) == "no style yet until step 10"


@pytest.mark.parametrize(
    ("weights", "schedule"),
    [
        (WEIGHTS, None),
        (WEIGHTS, {"reconstruction": [[0.1, 1.0], [0.2, 0.0]]}),
        (WEIGHTS, {"style": [[0.0, 0.5]]}),
        (WEIGHTS | {"style": 0.0}, MOMENTS),
        ({"content": 1.0}, None),
    ],
)
def test_a_run_whose_style_never_changes_has_no_phases(weights: dict, schedule: dict) -> None:
    assert phases_of(Objective(weights, schedule), 100) is None


def test_a_style_that_only_rises_begins_at_once() -> None:
    found = phases_of(Objective(WEIGHTS, {"style": [[0.0, 0.2], [0.5, 1.0]]}), 1000)
    assert str(found) == "1000 steps: full style from step 500"
    assert found is not None and found.name(0) == "more and more style until step 500"


class Shown(ProgressBar):
    """A bar that keeps what it shows at each step, and shows nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.phases: list[object] = []

    def on_train_batch_end(self, trainer: pl.Trainer, task: PerStyle, *_: object) -> None:
        self.phases.append(self.get_metrics(trainer, task).get("phase"))


def test_a_run_tells_each_phase_as_it_begins(
    random_vgg: LossNetwork,
    tiny_bank: StyleBank,
    trainer: Callable,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = StyleBank(tiny_bank.names[:1], tiny_bank.pictures[:1], [1.0])
    layer = {"relu1_1": 1.0}
    schedule = {"reconstruction": [[0.2, 1.0], [0.4, 0.0]], "style": [[0.2, 0.0], [0.6, 1.0]]}
    criterion = PerceptualLoss(
        random_vgg, one, layer, layer, reconstruction_weight=1.0, schedule=schedule
    )
    settings = {"optimizer": partial(torch.optim.Adam, lr=1e-3), "scheduler": constant}
    task = PerStyle(partial(JohnsonNet, width=4, blocks=1), one, criterion, **settings)
    photos = DataLoader([{"image": picture} for picture in torch.rand(5, 3, 32, 32)])
    bar = Shown()
    with caplog.at_level(logging.INFO, logger="stylenets"):
        trainer(max_steps=5, callbacks=[PhaseTeller(), bar], enable_progress_bar=True).fit(
            task, photos
        )
    told = [record.getMessage() for record in caplog.records if "phases" in record.name]
    begin = "5 steps: copying the photograph until step 2, full style from step 3"
    assert told[0].startswith(begin)
    assert told[1:] == [
        "step 2 of 5: more and more style until step 3",
        "step 3 of 5: full style",
    ]
    assert bar.phases == [
        "copying the photograph until step 2",
        "more and more style until step 3",
        *["full style"] * 3,
    ]
