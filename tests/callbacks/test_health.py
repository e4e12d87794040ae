"""What is not finite stays out of the weights, is counted, and ends a run that does not recover."""

import math
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from stylenets.callbacks.health import SkipNonFinite
from stylenets.errors import UserError

TRAINER = {
    "accelerator": "cpu",
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
}


class Line(pl.LightningModule):
    """A line through the batches' numbers, by Adam, whose moments would remember a bad step."""

    def __init__(self, fused: bool = False) -> None:
        super().__init__()
        self.fused = fused
        self.weight = torch.nn.Parameter(torch.tensor([0.5, -0.5]))

    def training_step(self, batch: Tensor, batch_idx: int) -> Tensor:
        return (self.weight * batch).sum().square()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.1, fused=self.fused)


def fit(numbers: list[float], guard: SkipNonFinite, fused: bool = False) -> Line:
    line = Line(fused)
    pl.Trainer(max_epochs=1, callbacks=[guard], **TRAINER).fit(
        line, DataLoader(torch.tensor(numbers), batch_size=1)
    )
    return line


@pytest.mark.parametrize("fused", [False, True])  # a fused optimizer leaves it out by itself
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_step_that_is_not_finite_is_as_if_it_had_not_been(bad: float, fused: bool) -> None:
    guard = SkipNonFinite()
    assert torch.equal(
        fit([1.0, 2.0, bad, 3.0, bad], guard, fused).weight,
        fit([1.0, 2.0, 3.0], SkipNonFinite(), fused).weight,
    )
    assert guard.skipped == 2


@pytest.mark.parametrize("fused", [False, True])
def test_so_many_in_a_row_end_the_run_with_good_weights(fused: bool) -> None:
    guard, line = SkipNonFinite(stop_after=3), Line(fused)
    numbers = DataLoader(
        torch.tensor([1.0, math.nan, math.nan, 2.0, *[math.nan] * 5]), batch_size=1
    )
    with pytest.raises(UserError, match="3 steps in a row"):
        pl.Trainer(max_epochs=1, callbacks=[guard], **TRAINER).fit(line, numbers)
    assert torch.equal(line.weight, fit([1.0, 2.0], SkipNonFinite(), fused).weight)
    assert guard.skipped == 5


def test_the_count_survives_a_checkpoint(tmp_path: Path) -> None:
    guard, resumed = SkipNonFinite(), SkipNonFinite()
    fit([math.nan, 1.0], guard)
    resumed.load_state_dict(guard.state_dict())
    assert (resumed.skipped, resumed.in_a_row) == (1, 0)
