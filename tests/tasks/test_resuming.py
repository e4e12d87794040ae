"""A checkpoint's states are compared with those of the run before any of them is taken up."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.callbacks.health import SkipNonFinite
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.styles import StyleBank
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.schedules import warmup_cosine
from stylenets.vgg.network import LossNetwork

Checkpoint = dict[str, Any]


def moments(checkpoint: Checkpoint) -> dict[str, Any]:
    return checkpoint["optimizer_states"][0]["state"][3]


def group(checkpoint: Checkpoint) -> dict[str, Any]:
    return checkpoint["optimizer_states"][0]["param_groups"][0]


def progress(checkpoint: Checkpoint) -> dict[str, Any]:
    return checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]


def with_moment(change: Callable[[torch.Tensor], Any]) -> Callable[[Checkpoint], None]:
    def edit(checkpoint: Checkpoint) -> None:
        moments(checkpoint)["exp_avg"] = change(moments(checkpoint)["exp_avg"])

    return edit


EDITS: dict[str, Callable[[Checkpoint], Any]] = {
    "short moment": with_moment(lambda one: torch.zeros(3)),
    "expanded moment": with_moment(lambda one: torch.zeros(1).expand_as(one)),
    "sparse moment": with_moment(lambda one: one.to_sparse()),
    "whole-number moment": with_moment(lambda one: one.long()),
    "moment not finite": with_moment(lambda one: one * torch.nan),
    "no tensor": with_moment(lambda one: [1.0]),
    "shared memory": lambda c: moments(c).update(exp_avg=moments(c)["exp_avg_sq"]),
    "long step": lambda c: moments(c).update(step=torch.ones(9)),
    "double step": lambda c: moments(c).update(step=torch.ones((), dtype=torch.float64)),
    "negative step": lambda c: moments(c).update(step=torch.tensor(-1.0)),
    "no moment": lambda c: moments(c).pop("exp_avg"),
    "no state": lambda c: c["optimizer_states"][0].update(state={}),
    "a state less": lambda c: c["optimizer_states"][0]["state"].pop(3),
    "no optimizers": lambda c: c.update(optimizer_states=[]),
    "two optimizers": lambda c: c["optimizer_states"].append(c["optimizer_states"][0]),
    "rate of text": lambda c: group(c).update(lr="fast"),
    "rate not finite": lambda c: group(c).update(lr=float("inf")),
    "a parameter less": lambda c: group(c)["params"].pop(),
    "no schedules": lambda c: c.update(lr_schedulers=[]),
    "schedule of text": lambda c: c["lr_schedulers"][0].update(last_epoch="3"),
    "no loops": lambda c: c.update(loops={}),
    "negative batches": lambda c: progress(c)["total"].update(processed=-4),
    "batches of text": lambda c: progress(c)["total"].update(processed="4"),
    "a count less": lambda c: progress(c)["current"].pop("ready"),
    "callbacks of text": lambda c: c.update(callbacks="none"),
    "callback of another form": lambda c: c["callbacks"].update(SkipNonFinite={"skipped": "1"}),
    "weights not finite": lambda c: c["state_dict"].update(
        {"net.output.norm.beta": c["state_dict"]["net.output.norm.beta"] * torch.inf}
    ),
    "weights of text": lambda c: c["state_dict"].update({"net.output.norm.beta": "0"}),
    "weights in a list": lambda c: c.update(state_dict=[]),
    "network of text": lambda c: c.update(stylenets="cin"),
    "step of text": lambda c: c.update(global_step="4"),
    "older Lightning": lambda c: c.update({"pytorch-lightning_version": "0.7.1"}),
    "version of nothing": lambda c: c.update({"pytorch-lightning_version": "newest"}),
}


@pytest.fixture
def run(random_vgg: LossNetwork, tiny_bank: StyleBank, tmp_path: Path) -> Callable[..., pl.Trainer]:
    """Trains to a number of steps, from a checkpoint if one is given."""
    photos = [{"image": picture} for picture in torch.rand(8, 3, 32, 32)]

    def fit(steps: int, resume: Path | None = None) -> pl.Trainer:
        task = MultiStyle(
            partial(CINNet, width=4, blocks=1),
            tiny_bank,
            PerceptualLoss(random_vgg, tiny_bank, {"relu1_2": 1.0}, {"relu1_2": 1.0}),
            optimizer=partial(torch.optim.Adam, lr=1e-3, fused=True),
            scheduler=partial(warmup_cosine, warmup=1),
            ema_decay=0.9,
        )
        trainer = pl.Trainer(
            accelerator="cpu",
            max_steps=steps,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=[SkipNonFinite(), pl.callbacks.Timer()],
            plugins=[AtomicCheckpointIO()],
            default_root_dir=tmp_path,
        )
        trainer.fit(task, DataLoader(photos, batch_size=4), ckpt_path=resume)
        return trainer

    return fit


def test_every_state_that_does_not_fit_is_refused_before_anything_is_restored(
    run: Callable[..., pl.Trainer], tmp_path: Path
) -> None:
    whole = tmp_path / "whole.ckpt"
    run(4).save_checkpoint(whole)
    assert run(5, whole).global_step == 5
    for name, edit in EDITS.items():
        checkpoint = torch.load(whole, weights_only=True)
        edit(checkpoint)
        torch.save(checkpoint, tmp_path / "edited.ckpt")
        with pytest.raises(UserError, match=r"ckpt=|edited\.ckpt") as caught:
            run(5, tmp_path / "edited.ckpt")
            pytest.fail(f"taken up: {name}")
        assert "\n" not in str(caught.value)


def test_a_flipped_byte_is_seen_wherever_it_is(
    run: Callable[..., pl.Trainer], tmp_path: Path
) -> None:
    """Torch does not compare the checksums in its files."""
    whole = tmp_path / "whole.ckpt"
    run(1).save_checkpoint(whole)
    data = whole.read_bytes()
    weights = torch.load(whole, weights_only=True)["state_dict"]
    place = data.index(weights["net.down.0.conv.conv2d.weight"].numpy().tobytes()[:64])
    (tmp_path / "flipped.ckpt").write_bytes(data[:place] + b"\x01" + data[place + 1 :])
    with pytest.raises(UserError, match=r"flipped\.ckpt: it is damaged"):
        AtomicCheckpointIO().load_checkpoint(tmp_path / "flipped.ckpt")


def test_the_checkpoint_before_is_of_an_earlier_step(tmp_path: Path) -> None:
    """A step is saved twice, before and after its validation."""
    io = AtomicCheckpointIO()
    for step in (2, 4, 4):
        io.save_checkpoint({"global_step": step}, tmp_path / "last.ckpt")
    assert torch.load(tmp_path / "last.ckpt")["global_step"] == 4
    assert torch.load(tmp_path / "previous.ckpt")["global_step"] == 2
