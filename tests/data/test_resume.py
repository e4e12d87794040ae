"""Interrupted and uninterrupted training see the same samples in the same order.

They end with the same weights.
"""

from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor

from stylenets import images
from stylenets.data.folder import FolderData
from stylenets.data.order import EpochBatches

EPOCHS, BATCHES = 3, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for i in range(8):
        noise = torch.rand(3, 12 + i, 15, generator=torch.Generator().manual_seed(i))
        images.write(tmp_path / "pictures" / f"{i}.png", noise)
    return tmp_path / "pictures"


class Linear(pl.LightningModule):
    """One linear layer; records which samples it saw and a fingerprint of their pixels."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(7)
        self.layer = torch.nn.Linear(3 * 8 * 8, 1)
        self.seen: list[tuple[list[int], float]] = []

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        self.seen.append((batch["index"].tolist(), batch["image"].sum().item()))
        return self.layer(batch["image"].flatten(1)).square().mean()

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        torch.rand(1)  # validation disturbs the global random state

    def configure_optimizers(self) -> torch.optim.Optimizer:
        assert (
            self.trainer.estimated_stepping_batches == EPOCHS * BATCHES
        )  # builds the loader before loops are restored
        return torch.optim.Adam(self.parameters(), lr=0.01)


class SaveAt(pl.Callback):
    """Saves at every moment where a checkpoint callback may.

    That is after each batch, validation and epoch, and on an exception.
    """

    def __init__(self, out: Path, interrupt_at: int | None = None) -> None:
        self.out = out
        self.interrupt_at = interrupt_at

    def _save(self, trainer: pl.Trainer, moment: str) -> None:
        trainer.save_checkpoint(self.out / f"{moment}-{trainer.global_step}.ckpt")

    def on_train_batch_start(
        self, trainer: pl.Trainer, module: pl.LightningModule, batch: object, batch_idx: int
    ) -> None:
        if trainer.global_step == self.interrupt_at:
            raise KeyboardInterrupt

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, *_: object
    ) -> None:
        self._save(trainer, "batch")

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self._save(trainer, "validation")

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        self._save(trainer, "epoch")

    def on_exception(
        self, trainer: pl.Trainer, module: pl.LightningModule, exception: BaseException
    ) -> None:
        self._save(trainer, "exception")


def fit(
    folder: Path,
    length: dict[str, int],
    callback: SaveAt | None = None,
    ckpt: Path | None = None,
    workers: int = 0,
) -> Linear:
    module = Linear()
    data = FolderData(folder, size=8, batch_size=2, val_count=2, workers=workers)
    trainer = pl.Trainer(
        **length,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        callbacks=[callback] if callback else [],
    )
    trainer.fit(module, data, ckpt_path=ckpt, weights_only=True if ckpt else None)
    return module


def assert_continues(whole: Linear, resumed: Linear, step: int) -> None:
    assert resumed.seen == whole.seen[step:]
    assert torch.equal(resumed.layer.weight, whole.layer.weight)


@pytest.mark.parametrize(
    "length",
    [{"max_epochs": EPOCHS}, {"max_steps": EPOCHS * BATCHES, "max_epochs": -1}],
    ids=["epochs", "steps"],
)
def test_resuming_at_any_moment_changes_nothing(
    folder: Path, tmp_path: Path, length: dict[str, int]
) -> None:
    whole = fit(folder, length, SaveAt(tmp_path / "whole"))
    assert len(whole.seen) == EPOCHS * BATCHES
    checkpoints = sorted((tmp_path / "whole").glob("*.ckpt"))
    assert len(checkpoints) >= EPOCHS * BATCHES + 2 * (EPOCHS - 1)
    for ckpt in checkpoints:
        step = int(ckpt.stem.split("-")[1])
        if step < EPOCHS * BATCHES:
            assert_continues(whole, fit(folder, length, ckpt=ckpt), step)


@pytest.mark.parametrize(("first", "second"), [(2, 4), (2, 6), (3, 4), (3, 6), (3, 8)])
def test_resuming_a_resumed_run_changes_nothing(
    folder: Path, tmp_path: Path, first: int, second: int
) -> None:
    length = {"max_steps": EPOCHS * BATCHES, "max_epochs": -1}
    whole = fit(folder, length, SaveAt(tmp_path / "whole"))
    fit(folder, length, SaveAt(tmp_path / "resumed"), tmp_path / "whole" / f"batch-{first}.ckpt")
    assert_continues(
        whole, fit(folder, length, ckpt=tmp_path / "resumed" / f"batch-{second}.ckpt"), second
    )


def test_the_order_goes_on_where_lightning_loses_count_of_its_epochs(
    folder: Path, tmp_path: Path
) -> None:
    whole = fit(folder, {"max_epochs": EPOCHS}, SaveAt(tmp_path / "whole"))
    fit(
        folder,
        {"max_epochs": EPOCHS},
        SaveAt(tmp_path / "resumed"),
        tmp_path / "whole" / f"batch-{BATCHES}.ckpt",
    )
    twice = fit(
        folder, {"max_epochs": EPOCHS}, ckpt=tmp_path / "resumed" / f"batch-{2 * BATCHES}.ckpt"
    )
    # resumed twice from the last batch of an epoch, Lightning 2.6 trains one epoch more than
    # max_epochs
    assert twice.seen[:BATCHES] == whole.seen[2 * BATCHES :]


def test_ctrl_c_in_the_middle_of_a_batch_loses_no_sample(folder: Path, tmp_path: Path) -> None:
    whole = fit(folder, {"max_epochs": EPOCHS})
    with pytest.raises((SystemExit, KeyboardInterrupt)):
        fit(folder, {"max_epochs": EPOCHS}, SaveAt(tmp_path, interrupt_at=4))
    assert_continues(
        whole, fit(folder, {"max_epochs": EPOCHS}, ckpt=tmp_path / "exception-4.ckpt"), 4
    )


def test_worker_processes_change_nothing(folder: Path, tmp_path: Path) -> None:
    whole = fit(folder, {"max_epochs": EPOCHS}, SaveAt(tmp_path))
    assert_continues(
        whole, fit(folder, {"max_epochs": EPOCHS}, ckpt=tmp_path / "batch-4.ckpt", workers=2), 4
    )


def test_every_epoch_visits_each_picture_once_in_another_order() -> None:
    first = [index for batch in EpochBatches(12, 4, 0, lambda: (0, 0)) for _, index in batch]
    second = [index for batch in EpochBatches(12, 4, 0, lambda: (1, 0)) for _, index in batch]
    assert sorted(first) == sorted(second) == list(range(12))
    assert first != second


def test_two_processes_see_the_batches_of_one() -> None:
    one = list(EpochBatches(13, 4, 0, lambda: (1, 4)))
    halves = [list(EpochBatches(13, 4, 0, lambda: (1, 4), rank, 2)) for rank in (0, 1)]
    assert [sorted(a + b) for a, b in zip(*halves, strict=True)] == [sorted(batch) for batch in one]
    assert {len(batch) for half in halves for batch in half} == {2}
