"""Checkpoints and states that somebody has edited: 400 of each, refused before any is taken up.

Every edit leaves a file that torch reads: a part is gone, or is of another kind, shape or size.
"""

import copy
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from stylenets.callbacks.checkpoint_io import AtomicCheckpointIO
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet
from stylenets.optimize.loop import adam
from stylenets.optimize.saved_run import SavedRun
from stylenets.optimize.stages import Stage, Stages, run_stages
from stylenets.styles import StyleBank
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.schedules import warmup_cosine
from stylenets.vgg.network import LossNetwork

pytestmark = pytest.mark.reliability
CASES = 400
# what every checkpoint must have; the states of callbacks may come and go with the callbacks
PARTS = ("state_dict", "optimizer_states", "lr_schedulers", "loops", "global_step", "epoch")

OTHER_LOOPS = ("validate_loop", "test_loop", "predict_loop")


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value and collection is."""
    if path:
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items if isinstance(node, dict | list) else ():
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def other_tensor(value: Tensor, chance: random.Random) -> Tensor:
    """One that does not fit in the place of ``value``."""
    return chance.choice(
        [
            torch.zeros(3, 1, 2),
            torch.full_like(value, torch.nan),
            value.long(),
            torch.zeros(1).expand(2, *value.shape),
            value.new_zeros(*value.shape, 1),
            value.to_sparse() if value.ndim else value.reshape(1),
        ]
    )


def edit(content: Any, path: tuple[Any, ...], chance: random.Random) -> None:
    """Take a part out, or put something of another kind in its place."""
    for key in path[:-1]:
        content = content[key]
    value = content[path[-1]]
    if isinstance(content, dict) and chance.random() < 0.3:
        del content[path[-1]]
    elif isinstance(value, Tensor) and chance.random() < 0.7:
        content[path[-1]] = other_tensor(value, chance)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        content[path[-1]] = chance.choice(["text", [value], {}, None, -(10**20), float("nan")])
    else:
        content[path[-1]] = 7 if isinstance(value, str) else "text"


@pytest.fixture
def resume(random_vgg: LossNetwork, tiny_bank: StyleBank, tmp_path: Path) -> Callable[..., Any]:
    photos = [{"image": picture} for picture in torch.rand(4, 3, 32, 32)]

    def fit(checkpoint: Path | None, steps: int) -> pl.Trainer:
        task = MultiStyle(
            partial(CINNet, width=4, blocks=1),
            tiny_bank,
            PerceptualLoss(random_vgg, tiny_bank, {"relu1_2": 1.0}, {"relu1_2": 1.0}),
            optimizer=partial(torch.optim.Adam, lr=1e-3, fused=True),
            scheduler=partial(warmup_cosine, warmup=1),
        )
        trainer = pl.Trainer(
            accelerator="cpu",
            max_steps=steps,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            plugins=[AtomicCheckpointIO()],
            default_root_dir=tmp_path,
        )
        trainer.fit(task, DataLoader(photos, batch_size=4), ckpt_path=checkpoint)
        return trainer

    return fit


def test_edited_checkpoints(resume: Callable[..., Any], tmp_path: Path, figures: list) -> None:
    whole = tmp_path / "whole.ckpt"
    edited = tmp_path / "edited.ckpt"
    resume(None, 2).save_checkpoint(whole)
    content = torch.load(whole, weights_only=True)
    found = [
        path
        for path in places(content)
        # the loops of other commands are not taken up
        if path[0] in PARTS and path[:2] not in [("loops", other) for other in OTHER_LOOPS]
    ]
    chance = random.Random(0)
    lost = []
    for _ in range(CASES):
        changed = copy.deepcopy(content)
        path = chance.choice(found)
        edit(changed, path, chance)
        torch.save(changed, edited)
        try:
            resume(edited, 3)
        except UserError as error:
            lost += [f"{path}: several lines"] if "\n" in str(error) else []
        except Exception as error:  # what must not be: it is counted
            lost.append(f"{path}: {type(error).__name__}: {error}")
        else:
            lost.append(f"{path}: taken up")
    figures.append(("edited checkpoints, train", CASES, len(lost), "refused in one line"))
    assert not lost, lost[:5]


def gray(start: Tensor) -> Stages:
    def lightness(picture: Tensor) -> dict[str, Tensor]:
        return {"gray": (picture - 0.5).square().mean((1, 2, 3))}

    first = yield Stage("first", lightness, start, 4)
    return (yield Stage("second", lightness, first, 4))


def test_edited_states(tmp_path: Path, figures: list) -> None:
    file = tmp_path / "state.pt"
    start = torch.rand(1, 3, 8, 8)
    run_stages(gray(start), adam(0.02), SavedRun(file, 6, "same"))
    content = torch.load(file, weights_only=True)
    found = list(places(content))
    chance = random.Random(0)
    lost = []
    for _ in range(CASES):
        changed = copy.deepcopy(content)
        path = chance.choice(found)
        edit(changed, path, chance)
        torch.save(changed, file)
        saved = SavedRun(file, 0, "same")
        try:
            saved.load()
            run_stages(gray(start), adam(0.02), saved)
        except UserError as error:
            lost += [f"{path}: several lines"] if "\n" in str(error) else []
        except Exception as error:  # what must not be: it is counted
            lost.append(f"{path}: {type(error).__name__}: {error}")
        else:
            lost.append(f"{path}: taken up")
    figures.append(("edited states, optimize", CASES, len(lost), "refused in one line"))
    assert not lost, lost[:5]


def test_flipped_bytes_of_a_state(tmp_path: Path, figures: list) -> None:
    """A byte of a tensor or of the pickle is seen; the zip's own padding means nothing."""
    file = tmp_path / "state.pt"
    start = torch.rand(1, 3, 8, 8)
    run_stages(gray(start), adam(0.02), SavedRun(file, 6, "same"))
    whole = file.read_bytes()
    expected, _ = run_stages(gray(start), adam(0.02))
    chance = random.Random(0)
    lost = []
    refused = 0
    for _ in range(CASES):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(bytes(data))
        saved = SavedRun(file, 0, "same")
        try:
            saved.load()
            picture, _ = run_stages(gray(start), adam(0.02), saved)
        except UserError:
            refused += 1
        except Exception as error:  # what must not be: it is counted
            lost.append(f"{type(error).__name__}: {error}")
        else:
            lost += [] if picture.equal(expected) else ["another picture"]
    figures.append(("flipped bits of a state", CASES, len(lost), f"{refused} refused, rest right"))
    assert not lost, lost[:5]
