"""Schedules in shares of a run have the same phases in runs of any length."""

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import JohnsonNet
from stylenets.styles import StyleBank
from stylenets.tasks.per_style import PerStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

SCHEDULE = {"reconstruction": [[0.25, 1.0], [0.5, 0.0]], "style": [[0.25, 0.0], [0.75, 1.0]]}


@pytest.fixture
def task(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerStyle:
    one = StyleBank(tiny_bank.names[:1], tiny_bank.pictures[:1], [1.0])
    criterion = PerceptualLoss(
        random_vgg,
        one,
        {"relu2_2": 1.0},
        {"relu1_2": 1.0},
        reconstruction_weight=2.0,
        schedule=SCHEDULE,
    )
    still = partial(torch.optim.SGD, lr=0.0)  # so that a loss changes by its weight alone
    return PerStyle(
        partial(JohnsonNet, width=4, blocks=1), one, criterion, optimizer=still, scheduler=constant
    )


@pytest.fixture
def photos() -> DataLoader:
    """The same picture at every step."""
    picture = torch.rand(3, 32, 32)
    return DataLoader([{"image": picture}] * 4, batch_size=1)


def logged(
    task: PerStyle, photos: DataLoader, trainer: Callable, folder: Path, steps: int
) -> dict[str, list[float]]:
    """{loss: its value at each step of a run, 0 where it was not computed}."""
    logger = pl.loggers.CSVLogger(folder, name=str(steps), version="")
    trainer(max_steps=steps, logger=logger).fit(task, photos)
    with (folder / str(steps) / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        name: [float(row.get(f"train/{name}") or 0) for row in rows]
        for name in ("reconstruction", "content", "style/sand")
    }


def test_terms_come_and_go_with_the_run(
    task: PerStyle, photos: DataLoader, trainer: Callable, tmp_path: Path
) -> None:
    found = logged(task, photos, trainer, tmp_path, 8)
    whole = {name: max(values) for name, values in found.items()}
    shares = {name: [value / whole[name] for value in found[name]] for name in found}
    expected = {  # at 0, 1/8, … of the run
        "reconstruction": [1, 1, 1, 0.5, 0, 0, 0, 0],
        "content": [1] * 8,
        "style/sand": [0, 0, 0, 0.25, 0.5, 0.75, 1, 1],
    }
    for name, values in expected.items():
        assert shares[name] == pytest.approx(values, abs=1e-4), name


def test_a_longer_run_has_the_same_phases(
    task: PerStyle, photos: DataLoader, trainer: Callable, tmp_path: Path
) -> None:
    short = logged(task, photos, trainer, tmp_path, 8)
    long = logged(task, photos, trainer, tmp_path, 24)
    for name, values in short.items():
        assert long[name][::3] == pytest.approx(values, rel=1e-4, abs=1e-6), name


def test_a_run_without_an_end_is_told(
    task: PerStyle, photos: DataLoader, trainer: Callable
) -> None:
    told = r"a run needs an end: give trainer\.max_steps= or trainer\.max_epochs="
    with pytest.raises(UserError, match=told):
        trainer(max_steps=-1, max_epochs=-1).fit(task, photos)


def test_validation_is_weighted_as_at_the_end(task: PerStyle) -> None:
    batch = {"image": torch.rand(1, 3, 32, 32)}
    assert task.progress == 0, "no run has begun"
    assert set(task.losses(batch)) == {"reconstruction", "content"}
    assert set(task.validation_losses(batch)) == {"content", "style", "style/sand"}
