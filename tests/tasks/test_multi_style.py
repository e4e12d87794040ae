"""A style more moves only new rows of gamma and beta (Dumoulin et al. 2017, sec. 4.2)."""

import copy
import dataclasses
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch.utils.data import DataLoader

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet, JohnsonNet
from stylenets.styles import StyleBank, one_hot
from stylenets.tasks.multi_style import MultiStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # losses are float32 sums over some 100,000 features
ARGS = {"styles": 2, "width": 4, "blocks": 1}
SETTINGS = {"optimizer": partial(torch.optim.Adam, lr=1e-2), "scheduler": constant}


@pytest.fixture
def trained() -> Network:
    """Two styles, as if trained."""
    net = CINNet(**ARGS)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return Network(net.eval(), "cin", ARGS, ["starry", "wave"])


@pytest.fixture
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> PerceptualLoss:
    return PerceptualLoss(random_vgg, tiny_bank, {"relu2_2": 1.0}, {"relu1_2": 1.0})


@pytest.fixture
def photos() -> DataLoader:
    return DataLoader([{"image": picture} for picture in torch.rand(12, 3, 32, 32)], batch_size=4)


@torch.no_grad()
def pictures(net: CINNet, x: torch.Tensor, count: int) -> list[torch.Tensor]:
    return [net(x, one_hot(torch.tensor([k]), count)) for k in range(count)]


def test_new_styles_leave_the_old_ones_bit_identical(
    trained: Network,
    criterion: PerceptualLoss,
    tiny_bank: StyleBank,
    photos: DataLoader,
    trainer: Callable,
) -> None:
    x = torch.rand(1, 3, 24, 30)
    old = copy.deepcopy(trained.net)
    task = MultiStyle(
        partial(CINNet, width=4, blocks=1), tiny_bank, criterion, trained, ema_decay=0.5, **SETTINGS
    )
    assert task.network.styles == ["starry", "wave", *tiny_bank.names]
    begin = pictures(task.net, x, 5)
    trainer(max_steps=3).fit(task, photos)
    for net in (task.net, task.ema):
        after = pictures(net, x, 5)
        for k, before in enumerate(pictures(old, x, 2)):
            assert torch.equal(after[k], before)
        assert min((after[k] - begin[k]).abs().max() for k in (2, 3, 4)) > 1e-3
    assert not torch.equal(pictures(task.net, x, 5)[3], pictures(task.ema, x, 5)[3])
    torch.testing.assert_close(task.stylize(x, 1), pictures(old, x, 2)[1], rtol=0, atol=0)
    assert all(
        torch.equal(a, b)
        for a, b in zip(trained.net.state_dict().values(), old.state_dict().values(), strict=True)
    )


def test_all_of_a_trained_network_is_trained_further_from_the_rows_it_has(
    trained: Network, criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    """Its row for each style that it knows, whatever their order; the others begin at the mean."""
    bank = dataclasses.replace(tiny_bank, names=["wave", "tiles", "starry"])
    task = MultiStyle(None, bank, criterion, trained, trains="all", **SETTINGS)
    assert task.network.styles == ["wave", "tiles", "starry"]
    assert task.network.net_args == ARGS | {"styles": 3}
    assert all(parameter.requires_grad for parameter in task.net.parameters())
    before = trained.net.state_dict()
    for name, value in task.net.state_dict().items():
        if not name.endswith(("norm.gamma", "norm.beta")):
            assert torch.equal(value, before[name]), name
            continue
        assert torch.equal(value[0], before[name][1]), name
        assert torch.equal(value[2], before[name][0]), name
        torch.testing.assert_close(value[1], before[name].mean(0))


def test_then_every_row_and_the_trunk_move_and_the_given_network_does_not(
    trained: Network,
    criterion: PerceptualLoss,
    tiny_bank: StyleBank,
    photos: DataLoader,
    trainer: Callable,
) -> None:
    given = copy.deepcopy(trained.net.state_dict())
    task = MultiStyle(None, tiny_bank, criterion, trained, trains="all", **SETTINGS)
    before = copy.deepcopy(task.net.state_dict())
    trainer(max_steps=3).fit(task, photos)
    for name, value in task.net.state_dict().items():
        assert not torch.equal(value, before[name]), name
    for name, value in trained.net.state_dict().items():
        assert torch.equal(value, given[name]), name


def test_from_scratch_everything_is_trained(
    criterion: PerceptualLoss, tiny_bank: StyleBank, photos: DataLoader, trainer: Callable
) -> None:
    task = MultiStyle(partial(CINNet, width=4, blocks=1), tiny_bank, criterion, **SETTINGS)
    before = copy.deepcopy(task.net.state_dict())
    trainer(max_steps=3).fit(task, photos)
    assert all(
        not torch.equal(value, before[name]) for name, value in task.net.state_dict().items()
    )
    assert task.network.net_args == {"styles": 3, "width": 4, "blocks": 1}


def test_rows_learn_at_a_rate_of_their_own(
    criterion: PerceptualLoss, tiny_bank: StyleBank, photos: DataLoader, trainer: Callable
) -> None:
    task = MultiStyle(
        partial(CINNet, width=4, blocks=1), tiny_bank, criterion, rows_rate=5.0, **SETTINGS
    )
    before = copy.deepcopy(task.net.state_dict())
    trainer(max_steps=1).fit(task, photos)
    moved = {
        name: (weight - before[name]).abs().max() for name, weight in task.net.state_dict().items()
    }
    rows = [moved.pop(name) for name in list(moved) if name.endswith(("gamma", "beta"))]
    # Adam's first step is its learning rate in every weight that has a gradient
    assert max(rows) == pytest.approx(5e-2, rel=1e-2)
    assert max(moved.values()) == pytest.approx(1e-2, rel=1e-2)


def test_the_row_of_the_photograph_can_be_drawn_more_often(
    criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    task = MultiStyle(
        partial(CINNet, width=4, blocks=1),
        tiny_bank,
        criterion,
        identity=True,
        identity_share=0.5,
        **SETTINGS,
    )
    drawn = task.draw_styles(900).bincount(minlength=4)
    assert 400 < drawn[task.learned.index("photo")] < 500
    assert drawn[:3].min() > 100


def test_every_picture_is_scored_against_the_style_it_was_drawn(
    trained: Network, criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    """New style k of the bank is style 2 + k of the grown network."""
    task = MultiStyle(None, tiny_bank, criterion, trained, **SETTINGS)
    x = torch.rand(2, 3, 32, 32)
    for k, row in enumerate(torch.rand(3)):
        for name, parameter in task.net.named_parameters():
            if name.endswith("norm.beta"):
                parameter.data[2 + k] += row
    terms = task.validation_losses({"image": x})
    for k, name in enumerate(tiny_bank.names):
        stylized = task.net(x, one_hot(torch.tensor([2 + k, 2 + k]), 5))
        expected = criterion(stylized, x, one_hot(torch.tensor([k, k]), 3))
        torch.testing.assert_close(terms[f"style/{name}"], expected["style"], **ROUNDING)
        torch.testing.assert_close(terms[f"content/{name}"], expected["content"], **ROUNDING)
    mean = torch.stack([terms[f"style/{name}"] for name in tiny_bank.names]).mean()
    torch.testing.assert_close(terms["style"].mean(), mean, **ROUNDING)


def test_mistakes_are_named(
    trained: Network, criterion: PerceptualLoss, tiny_bank: StyleBank
) -> None:
    johnson = Network(JohnsonNet(4, 1), "johnson", {"width": 4, "blocks": 1}, ["candy"])
    with pytest.raises(
        UserError, match="init= holds a johnson network: model=cin starts from a cin network"
    ):
        MultiStyle(None, tiny_bank, criterion, johnson, **SETTINGS)
    with pytest.raises(UserError, match=r"model\.trains=some: one of rows, all"):
        MultiStyle(None, tiny_bank, criterion, trained, trains="some", **SETTINGS)
    known = Network(trained.net, "cin", ARGS, ["tiles", "wave"])
    with pytest.raises(UserError, match="init= already knows the style tiles: rename the picture"):
        MultiStyle(None, tiny_bank, criterion, known, **SETTINGS)
