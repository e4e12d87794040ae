"""One network learns one style: more are refused, and its losses fall."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch.utils.data import DataLoader

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import CINNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.tasks.per_style import PerStyle
from stylenets.tasks.schedules import constant
from stylenets.vgg.network import LossNetwork

NET = partial(JohnsonNet, width=4, blocks=1)
SETTINGS = {"optimizer": partial(torch.optim.Adam, lr=1e-2), "scheduler": constant}
LAYERS = {"content": {"relu2_2": 1.0}, "style": {"relu1_2": 1.0}}


@pytest.fixture
def one(tiny_bank: StyleBank) -> StyleBank:
    return StyleBank(["tiles"], tiny_bank.pictures[1:2], [1.0])


def test_two_styles_are_refused(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    criterion = PerceptualLoss(random_vgg, tiny_bank, **LAYERS)
    told = r"learns one style and 3 are given: choose one with styles\.names=\[sand\].*model=cin"
    with pytest.raises(UserError, match=told):
        PerStyle(NET, tiny_bank, criterion, **SETTINGS)


def test_a_network_of_another_kind_is_no_start(random_vgg: LossNetwork, one: StyleBank) -> None:
    cin = Network(CINNet(1, 4, 1), "cin", {"styles": 1, "width": 4, "blocks": 1}, ["sand"])
    with pytest.raises(UserError, match=r"johnson network, or from a cin network that knows tiles"):
        PerStyle(NET, one, PerceptualLoss(random_vgg, one, **LAYERS), cin, **SETTINGS)


def test_it_learns_and_names_its_style(
    random_vgg: LossNetwork, one: StyleBank, trainer: Callable
) -> None:
    task = PerStyle(NET, one, PerceptualLoss(random_vgg, one, **LAYERS), **SETTINGS)
    batch = {"image": torch.rand(4, 3, 32, 32)}
    before = task.validation_losses(batch)
    assert set(before) == {"content", "style", "style/tiles"} and before["style/tiles"].shape == (
        4,
    )
    trainer(max_steps=30).fit(
        task, DataLoader([{"image": picture} for picture in batch["image"]], batch_size=4)
    )
    after = task.validation_losses(batch)
    assert sum(term.sum() for term in after.values()) < 0.8 * sum(
        term.sum() for term in before.values()
    )
    assert task.network.metadata()["net_args"] == {"width": 4, "blocks": 1}


def test_a_start_from_a_trained_network_keeps_its_weights(
    random_vgg: LossNetwork, one: StyleBank
) -> None:
    init = Network(JohnsonNet(6, 2), "johnson", {"width": 6, "blocks": 2}, ["candy"])
    task = PerStyle(NET, one, PerceptualLoss(random_vgg, one, **LAYERS), init, **SETTINGS)
    assert task.network.styles == ["tiles"] and task.network.net_args == {"width": 6, "blocks": 2}
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        expected = init.net(x).clamp(0, 1)
    torch.testing.assert_close(
        task.stylize(x, 0), expected, rtol=0, atol=1e-5
    )  # float32, of [0, 1]


def test_it_starts_from_the_row_of_a_multi_style_network(
    random_vgg: LossNetwork, one: StyleBank
) -> None:
    torch.manual_seed(0)
    net = CINNet(2, 4, 1)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, 0.5, 0.3)
    cin = Network(net, "cin", net.arguments(), ["sand", "tiles"])
    task = PerStyle(NET, one, PerceptualLoss(random_vgg, one, **LAYERS), cin, **SETTINGS)
    hidden = {}
    task.net.in5.register_forward_hook(lambda layer, inputs, y: hidden.update(single=y.clone()))
    net.up[1].register_forward_hook(lambda layer, inputs, y: hidden.update(several=y.clone()))
    picture = one.pictures[0][None]
    with torch.no_grad():
        single = task.net(picture)
        several = net(picture, torch.tensor([[0.0, 1.0]]))
    torch.testing.assert_close(hidden["single"], hidden["several"], rtol=1e-2, atol=1e-2)
    logits = several.logit()
    near = logits.abs() < 1.5
    assert near.float().mean() > 0.3
    assert (single - several)[near].abs().max() < 0.04  # a sigmoid and its slope
