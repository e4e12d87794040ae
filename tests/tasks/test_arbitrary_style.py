"""An inverse network learns from content, style and every swap (Chen & Schmidt 2016, sec. 4.1)."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from stylenets.checkpoints import Network, load
from stylenets.errors import UserError
from stylenets.losses.inversion import InversionLoss
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet, InverseNet
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.tasks.inverse import ArbitraryStyle
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.per_style import PerStyle
from stylenets.tasks.schedules import constant, inverse_decay
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # float32 sums over some 10,000 features
SETTINGS = {"optimizer": partial(torch.optim.Adam, lr=1e-3), "scheduler": constant}


@pytest.fixture
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> InversionLoss:
    return InversionLoss(random_vgg, tiny_bank, "relu2_1", tv_weight=0.1)


@pytest.fixture
def task(criterion: InversionLoss, tiny_bank: StyleBank) -> ArbitraryStyle:
    return ArbitraryStyle(InverseNet, tiny_bank, criterion, style_batch=3, **SETTINGS)


def test_every_content_is_swapped_with_every_style(
    task: ArbitraryStyle, criterion: InversionLoss
) -> None:
    photos = torch.rand(2, 3, 32, 32)
    terms = task.losses({"image": photos})
    assert {name: len(term) for name, term in terms.items()} == {
        "content": 2,
        "style": 3,
        "swap": 6,
        "tv": 11,
    }
    content = criterion.encode(photos)
    style = criterion.encode(task.draw_crops(32, 0))
    for k, (j, i) in enumerate((j, i) for j in range(3) for i in range(2)):
        target = style_swap(content[i : i + 1], style[j])
        error = (criterion.encode(task.net(target)) - target).square().sum() / target.square().sum()
        torch.testing.assert_close(terms["swap"][k], error, **ROUNDING)


def test_without_their_weights_it_is_a_decoder_of_photographs(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = InversionLoss(random_vgg, tiny_bank, "relu2_1", style_weight=0.0, swap_weight=0.0)
    task = ArbitraryStyle(InverseNet, tiny_bank, criterion, **SETTINGS)
    assert {
        name: len(term) for name, term in task.losses({"image": torch.rand(2, 3, 32, 32)}).items()
    } == {"content": 2}


def test_crops_are_a_function_of_seed_and_step(
    task: ArbitraryStyle, criterion: InversionLoss, tiny_bank: StyleBank
) -> None:
    first = task.draw_crops(20, 7)
    torch.rand(5)
    assert first.shape == (3, 3, 20, 20) and torch.equal(task.draw_crops(20, 7), first)
    assert not torch.equal(task.draw_crops(20, 8), first)
    other = ArbitraryStyle(InverseNet, tiny_bank, criterion, style_batch=3, seed=1, **SETTINGS)
    assert not torch.equal(other.draw_crops(20, 7), first)
    windows = torch.cat(
        [
            picture.unfold(1, 20, 1).unfold(2, 20, 1).flatten(1, 2).transpose(0, 1)
            for picture in tiny_bank.pictures
        ]
    )
    for crop in first:
        assert (windows == crop).all((1, 2, 3)).any(), (
            "a crop is cut from a style picture, not resized"
        )
    assert task.draw_crops(64, 0).shape == (3, 3, 64, 64)  # the pictures have 48 pixels


def test_it_learns_and_its_file_says_how_to_use_it(
    task: ArbitraryStyle, tiny_bank: StyleBank, trainer: Callable, tmp_path: Path
) -> None:
    photos = torch.rand(2, 3, 8, 8).repeat_interleave(4, 2).repeat_interleave(4, 3)
    batch = {"image": photos}
    run = trainer(max_steps=25)
    before = task.validation_losses(batch)
    run.fit(task, DataLoader([{"image": photo} for photo in photos], batch_size=2))
    after = task.validation_losses(batch)
    for name in ("content", "style", "swap"):
        assert after[name].mean() < 0.8 * before[name].mean(), name
    run.save_checkpoint(tmp_path / "a.ckpt")
    assert (
        tmp_path / "a.ckpt"
    ).stat().st_size < 6_000_000  # three times 260,000 parameters: no VGG in it
    network = load(tmp_path / "a.ckpt")
    assert (network.name, network.net_args) == ("inverse", {"level": 2, "depth": 16, "norm": 0})
    assert (
        network.styles == []
        and network.vgg == "random_vgg16.pth"
        and task.style_names == tiny_bank.names
    )
    with torch.no_grad():
        shown = [task.stylize(photos[..., :31, :], style) for style in range(3)]
    assert shown[0].shape == (2, 3, 31, 32)
    assert shown[0].min() >= 0 and shown[0].max() <= 1
    assert not torch.equal(shown[0], shown[1])


def test_it_goes_on_from_a_network_of_its_kind(
    task: ArbitraryStyle, criterion: InversionLoss, tiny_bank: StyleBank
) -> None:
    more = ArbitraryStyle(InverseNet, tiny_bank, criterion, task.network, **SETTINGS)
    assert more.net is task.net and more.network.net_args == task.network.net_args
    for init in (
        Network(
            CINNet(1, 4, 1),
            "cin",
            {"styles": 1, "width": 4, "blocks": 1},
            ["a"],
            criterion.vgg.source,
        ),
        Network(InverseNet(3), "inverse", {"level": 3}, [], criterion.vgg.source),
        Network(InverseNet(2), "inverse", {"level": 2}, [], "vgg16-hed"),
    ):
        with pytest.raises(
            UserError, match=r"init= is no inverse network for relu2_1 of random_vgg16\.pth"
        ):
            ArbitraryStyle(InverseNet, tiny_bank, criterion, init, **SETTINGS)


def test_mistakes_are_named(
    random_vgg: LossNetwork, criterion: InversionLoss, tiny_bank: StyleBank
) -> None:
    with pytest.raises(UserError, match=r"loss\.layer=relu1_1: one of relu2_1, relu3_1, relu4_1"):
        ArbitraryStyle(
            InverseNet, tiny_bank, InversionLoss(random_vgg, tiny_bank, "relu1_1"), **SETTINGS
        )
    with pytest.raises(UserError, match=r"model\.style_batch=0: at least 1"):
        ArbitraryStyle(InverseNet, tiny_bank, criterion, style_batch=0, **SETTINGS)
    perceptual = PerceptualLoss(random_vgg, tiny_bank, {"relu2_2": 1.0}, {"relu1_2": 1.0})
    with pytest.raises(
        UserError, match="model=style_swap is trained with an InversionLoss, not a PerceptualLoss"
    ):
        ArbitraryStyle(InverseNet, tiny_bank, perceptual, **SETTINGS)
    one = StyleBank(["tiles"], tiny_bank.pictures[:1], [1.0])
    with pytest.raises(
        UserError, match="model=cin is trained with a PerceptualLoss, not an InversionLoss"
    ):
        MultiStyle(partial(CINNet, width=4, blocks=1), tiny_bank, criterion, **SETTINGS)
    with pytest.raises(
        UserError, match="model=johnson is trained with a PerceptualLoss, not an InversionLoss"
    ):
        PerStyle(None, one, criterion, **SETTINGS)


def test_a_rate_that_decays_as_in_torch7() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    schedule = inverse_decay(optimizer, 20_000, 1e-4)
    for _ in range(10_000):
        optimizer.step()
        schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5e-3)
