"""A style encoder and the network it feeds learn together (Ghiasi et al. 2017)."""

import copy
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch.utils.data import DataLoader

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.losses.any_style import AnyStyleLoss
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import AnyStyleNet, CINNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.tasks.any_style import AnyStyle
from stylenets.tasks.schedules import constant
from stylenets.tasks.style_crops import style_crops, turn_hues
from stylenets.vgg.network import LossNetwork

SETTINGS = {
    "optimizer": partial(torch.optim.Adam, lr=1e-2),
    "scheduler": constant,
    "style_size": 32,
}
LAYERS = ({"relu2_2": 1.0}, {"relu1_2": 1.0})


@pytest.fixture
def criterion(random_vgg: LossNetwork, tiny_bank: StyleBank) -> AnyStyleLoss:
    return AnyStyleLoss(
        random_vgg, tiny_bank, *LAYERS, palette_weight=1.0, identity_weight=1.0, palette_sides=(2,)
    )


@pytest.fixture
def photos() -> DataLoader:
    return DataLoader([{"image": picture} for picture in torch.rand(12, 3, 32, 32)], batch_size=4)


NET = partial(AnyStyleNet, width=4, blocks=1)


def test_trunk_rows_and_encoder_learn(
    criterion: AnyStyleLoss, tiny_bank: StyleBank, photos: DataLoader, trainer: Callable
) -> None:
    task = AnyStyle(NET, tiny_bank, criterion, identity_share=0.5, **SETTINGS)
    before = copy.deepcopy(task.net.state_dict())
    trainer(max_steps=4).fit(task, photos)
    after = task.net.state_dict()
    for part in ("trunk.down.0.conv", "trunk.output.norm.gamma", "encoder.convolutions.0"):
        names = [name for name in after if name.startswith(part)]
        assert max((after[name] - before[name]).abs().max() for name in names) > 1e-3
    assert task.network.styles == ["photo"]


def test_a_style_that_comes_along_is_measured_as_one_that_was_known_before(
    random_vgg: LossNetwork, tiny_bank: StyleBank, criterion: AnyStyleLoss
) -> None:
    settings = {"palette_weight": 1.0, "palette_sides": (2,)}
    known = PerceptualLoss(random_vgg, tiny_bank, *LAYERS, **settings)
    x, photo = torch.rand(2, 2, 3, 32, 32)
    targets = criterion.style_targets(torch.stack(tiny_bank.pictures))
    weights = torch.eye(len(tiny_bank))[[0, 2]]
    wanted = ("content", "style", "palette")
    theirs = known.terms(wanted, x, photo, weights)
    for name, value in criterion.terms(wanted, x, photo, weights, targets).items():
        factor = known.coefficient(weights) if name != "content" else 1.0
        torch.testing.assert_close(value * factor, theirs[name])


def test_the_same_step_draws_the_same(criterion: AnyStyleLoss, tiny_bank: StyleBank) -> None:
    task = AnyStyle(NET, tiny_bank, criterion, identity_share=0.5, style_batch=3, **SETTINGS)
    drawn = task.draw_styles(400, step=7)
    assert torch.equal(drawn, task.draw_styles(400, step=7))
    assert not torch.equal(drawn, task.draw_styles(400, step=8))
    assert set(drawn.tolist()) == {-1, 0, 1, 2}
    assert 150 < (drawn == -1).sum() < 250  # of 400, half in the mean


def test_the_crops_of_a_pool_are_looked_at_once(
    criterion: AnyStyleLoss, tiny_bank: StyleBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    look = criterion.style_targets

    def counted(pictures: torch.Tensor) -> dict[str, torch.Tensor]:
        looked.append(pictures)
        return look(pictures)

    monkeypatch.setattr(criterion, "style_targets", counted)
    photos = torch.rand(2, 3, 32, 32)
    task = AnyStyle(NET, tiny_bank, criterion, style_batch=2, style_pool=3, **SETTINGS)
    with torch.no_grad():
        found = [task._terms(task.net, photos, step, 1.0) for step in range(20)]
        assert [len(one) for one in looked] == [1, 1, 1]
        again = AnyStyle(NET, tiny_bank, criterion, style_batch=2, style_pool=3, **SETTINGS)
        again.net.load_state_dict(task.net.state_dict())
        late = again._terms(again.net, photos, 19, 1.0)  # as a run that goes on from there
    for name, value in late.items():
        assert torch.equal(value, found[19][name])


def test_it_starts_from_the_trunk_of_a_multi_style_network(
    criterion: AnyStyleLoss, tiny_bank: StyleBank
) -> None:
    trained = CINNet(styles=3, width=4, blocks=1)
    for parameter in trained.parameters():
        torch.nn.init.normal_(parameter)
    init = Network(trained, "cin", trained.arguments(), ["a", "photo", "b"])
    task = AnyStyle(NET, tiny_bank, criterion, init, **SETTINGS)
    own = task.net.trunk.state_dict()
    for name, value in trained.with_rows([1]).state_dict().items():
        assert torch.equal(own[name], value)
    torch.nn.init.zeros_(task.net.encoder.output.weight)
    predicted = task.net.rows(torch.rand(1, 3, 32, 32))
    mean = trained.with_rows([0, 2]).with_rows([None]).state_dict()
    for name, row in predicted.items():
        torch.testing.assert_close(row, mean[name])


def test_a_trunk_of_more_blocks_goes_without_those_before_its_last(
    criterion: AnyStyleLoss, tiny_bank: StyleBank
) -> None:
    init = Network(CINNet(2, width=4, blocks=4), "cin", {}, ["photo", "a"])
    task = AnyStyle(partial(AnyStyleNet, blocks=2), tiny_bank, criterion, init=init, **SETTINGS)
    assert len(task.net.trunk.residual) == 2
    for own, whole in zip(task.net.trunk.residual, (0, 3), strict=True):
        expected = init.net.residual[whole].conv1.conv.conv2d.weight
        assert torch.equal(own.conv1.conv.conv2d.weight, expected)


def test_mistakes_are_named(criterion: AnyStyleLoss, tiny_bank: StyleBank) -> None:
    johnson = Network(JohnsonNet(width=4, blocks=1), "johnson", {}, ["a"])
    with pytest.raises(UserError, match="model=any starts from any or cin"):
        AnyStyle(NET, tiny_bank, criterion, johnson, **SETTINGS)
    with pytest.raises(UserError, match="style_batch=0: at least 1"):
        AnyStyle(NET, tiny_bank, criterion, style_batch=0, **SETTINGS)
    with pytest.raises(UserError, match="style_pool=0: at least 1, or null"):
        AnyStyle(NET, tiny_bank, criterion, style_pool=0, **SETTINGS)


def test_crops_are_square_and_of_the_pictures() -> None:
    red = torch.tensor([1.0, 0.0, 0.0])[:, None, None].expand(-1, 40, 60)
    crops = style_crops([red], 40, 24, 0)
    assert crops.shape == (40, 3, 24, 24)
    untouched = ((crops - red[:, :24, :24]).abs() < 1e-5).flatten(1).all(1).float().mean()
    assert 0.4 < untouched < 0.95  # some have other hues


def test_turned_hues_keep_grays_and_a_third_of_a_turn_permutes_the_colors() -> None:
    picture = torch.rand(3, 8, 8)
    turned = turn_hues(picture, 1 / 3)
    assert any(torch.allclose(turned, picture.roll(shift, 0), atol=1e-6) for shift in (1, 2))
    gray = torch.rand(1, 8, 8).expand(3, -1, -1)
    torch.testing.assert_close(turn_hues(gray, 0.2), gray)
