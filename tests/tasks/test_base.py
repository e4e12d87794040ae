"""What every task does: sums and logs its terms, averages, and saves only what it trained."""

import csv
import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader

from stylenets.checkpoints import load
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.losses.temporal import draw_shake, second_frame, temporal_difference
from stylenets.nets import CINNet
from stylenets.styles import StyleBank, one_hot
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.schedules import constant, warmup_cosine
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # losses are float32 sums over some 100,000 features


@pytest.fixture
def photos() -> DataLoader:
    return DataLoader([{"image": picture} for picture in torch.rand(8, 3, 32, 32)], batch_size=4)


@pytest.fixture
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerceptualLoss:
    return PerceptualLoss(random_vgg, tiny_bank, {"relu2_2": 1.0}, {"relu1_2": 1.0}, tv_weight=1.0)


def build(criterion: PerceptualLoss, bank: StyleBank, **settings: object) -> MultiStyle:
    settings = {"optimizer": partial(torch.optim.Adam, lr=1e-2), "scheduler": constant} | settings
    return MultiStyle(partial(CINNet, width=4, blocks=1), bank, criterion, **settings)


def test_the_loss_is_the_sum_of_the_terms_over_the_batch(
    criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    task = build(criterion, tiny_bank)
    x = torch.rand(5, 3, 32, 32)
    loss = task.training_step({"image": x}, 0)
    terms = task.losses({"image": x})
    chosen = [name.removeprefix("style/") for name in terms if name.startswith("style/")]
    assert 1 < len(chosen) < 4 and sum(len(terms[f"style/{name}"]) for name in chosen) == 5
    weights = one_hot(task.draw_styles(5), 3)
    expected = sum(
        criterion(task.net(x, weights), x, weights).values()
    )  # (5,): one total a picture
    torch.testing.assert_close(loss, expected.mean(), **ROUNDING)


def test_the_temporal_loss_is_of_a_second_frame_and_repeats(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = PerceptualLoss(
        random_vgg, tiny_bank, {}, {}, content_weight=0, style_weight=0, temporal_weight=2.0
    )
    task = build(criterion, tiny_bank)
    x = torch.rand(3, 3, 32, 32)
    found = task.losses({"image": x})["temporal"]
    assert found.shape == (3,) and found.min() > 0
    assert torch.equal(task.losses({"image": x})["temporal"], found)
    found.sum().backward()
    assert all(parameter.grad is not None for parameter in task.net.parameters())
    weights = one_hot(task.draw_styles(3), 3)
    shake = draw_shake(x, task.global_step, task.global_rank)
    painted = [task.net(one, weights) for one in (x, second_frame(x, shake))]
    expected = 2 * temporal_difference(*painted, shake)
    torch.testing.assert_close(found, expected, **ROUNDING)


def test_terms_are_logged_by_name(
    criterion: PerceptualLoss,
    tiny_bank: StyleBank,
    photos: DataLoader,
    tmp_path: Path,
    trainer: Callable,
) -> None:
    logger = pl.loggers.CSVLogger(tmp_path, name="", version="")
    trainer(max_steps=6, logger=logger).fit(build(criterion, tiny_bank), photos, photos)
    with open(tmp_path / "metrics.csv") as file:
        rows = list(csv.DictReader(file))
    terms = ("content", "style", "tv")
    expected = {"train/loss", "train/content", "train/tv"} | {
        f"train/style/{name}" for name in tiny_bank.names
    }
    expected |= {f"val/{term}" for term in ("loss", *terms)} | {
        f"val/{term}/{name}" for term in terms for name in tiny_bank.names
    }
    assert set(rows[0]) == expected | {"epoch", "step"}
    for name in expected:
        values = [float(row[name]) for row in rows if row[name]]
        assert values and all(map(math.isfinite, values)), name
    for row in rows:
        if row["val/style"]:
            mean = sum(float(row[f"val/style/{name}"]) for name in tiny_bank.names) / 3
            assert float(row["val/style"]) == pytest.approx(mean, rel=1e-4)
            total = sum(float(row[f"val/{term}"]) for term in terms)
            assert float(row["val/loss"]) == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize("ema_decay", [None, 0.9])
def test_a_checkpoint_holds_trained_weights_and_plain_values_only(
    criterion: PerceptualLoss,
    tiny_bank: StyleBank,
    photos: DataLoader,
    tmp_path: Path,
    trainer: Callable,
    ema_decay: float | None,
) -> None:
    task = build(criterion, tiny_bank, ema_decay=ema_decay)
    run = trainer(max_steps=2)
    run.fit(task, photos)
    run.save_checkpoint(tmp_path / "a.ckpt")
    checkpoint = torch.load(tmp_path / "a.ckpt", weights_only=True)
    prefixes = ["net"] if ema_decay is None else ["net", "ema"]
    assert set(checkpoint["state_dict"]) == {
        f"{prefix}.{name}" for prefix in prefixes for name in task.net.state_dict()
    }
    assert (
        tmp_path / "a.ckpt"
    ).stat().st_size < 500_000  # no VGG in it, which alone would take 59 MB
    network = load(tmp_path / "a.ckpt")
    assert network.styles == tiny_bank.names and network.vgg == "random_vgg16.pth"
    x = torch.rand(1, 3, 16, 16)
    weights = torch.eye(3)[1:2]
    assert torch.equal(network.net(x, weights), task.best_net(x, weights))


def test_the_average_follows_the_weights(
    criterion: PerceptualLoss, tiny_bank: StyleBank, photos: DataLoader, trainer: Callable
) -> None:
    """At step n = 1, 2, …: ema <- d ema + (1 - d) weights, d = min(decay, (1 + n) / (10 + n))."""

    class Record(pl.Callback):
        def __init__(self) -> None:
            self.weights: list[nn.Module] = []

        def on_train_batch_end(self, trainer: pl.Trainer, task: MultiStyle, *_: object) -> None:
            self.weights.append(
                nn.utils.parameters_to_vector(task.net.parameters()).detach().clone()
            )

    task = build(criterion, tiny_bank, ema_decay=0.25)
    record = Record()
    average = nn.utils.parameters_to_vector(task.net.parameters()).detach().clone()
    trainer(max_steps=5, callbacks=[record]).fit(task, photos)
    assert len(record.weights) == 5 and (record.weights[0] - record.weights[4]).abs().max() > 1e-3
    for n, weights in enumerate(record.weights, start=1):
        decay = min(0.25, (1 + n) / (10 + n))
        average = decay * average + (1 - decay) * weights
    found = nn.utils.parameters_to_vector(task.ema.parameters())
    torch.testing.assert_close(found, average, rtol=0, atol=1e-6)  # weights below 1, averaged
    assert task.best_net is task.ema


@pytest.mark.parametrize("decay", [0.0, 1.0, 1.5])
def test_an_average_that_cannot_be_is_named(
    criterion: PerceptualLoss, tiny_bank: StyleBank, decay: float
) -> None:
    if decay == 0:
        assert build(criterion, tiny_bank, ema_decay=None).ema is None
    with pytest.raises(UserError, match=rf"model\.ema_decay={decay}: between 0 and 1"):
        build(criterion, tiny_bank, ema_decay=decay)


def test_warmup_then_cosine() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = warmup_cosine(optimizer, total_steps=110, warmup=10, final=0.02)
    rates = []
    for _ in range(130):
        rates.append(optimizer.param_groups[0]["lr"] / 0.5)
        optimizer.step()
        schedule.step()
    assert rates[:11] == pytest.approx([*(k / 10 for k in range(1, 11)), 1.0])
    assert rates[10 + 50] == pytest.approx(0.02 + 0.98 / 2)
    assert rates[10 + 25] == pytest.approx(0.02 + 0.98 * (1 + math.sqrt(0.5)) / 2)
    assert rates[110:] == pytest.approx([0.02] * 20)
    assert all(later < earlier for earlier, later in pairwise(rates[10:111]))


def test_constant_rate() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    schedule = constant(optimizer, 10)
    for _ in range(20):
        optimizer.step()
        schedule.step()
    assert optimizer.param_groups[0]["lr"] == 0.5
