"""Learning rate and gradient are there from the first step on, and are what they should be."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from torch.utils.data import DataLoader

from stylenets.callbacks.vitals import Vitals


class Slope(pl.LightningModule):
    """Its loss is 3 a + 4 b: the gradient is 5 long."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = torch.nn.Parameter(torch.zeros(2))

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        return (self.weights * torch.tensor([3.0, 4.0])).sum()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.25)


def test_they_are_logged_at_the_first_step_and_before_clipping(
    tmp_path: Path, trainer: Callable
) -> None:
    fit = trainer(
        max_steps=5,
        callbacks=[Vitals(every=4)],
        logger=CSVLogger(tmp_path, "", ""),
        gradient_clip_val=1.0,
    )
    fit.fit(Slope(), DataLoader(torch.zeros(8, 1)))
    rows = list(csv.DictReader((tmp_path / "metrics.csv").open()))
    norms = {int(row["step"]): float(row["train/gradient_norm"]) for row in rows}
    assert norms == {1: pytest.approx(5), 4: pytest.approx(5)}
    assert {float(row["train/learning_rate"]) for row in rows} == {0.25}
