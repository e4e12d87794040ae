"""Any picture as a style, through the one API."""

import copy

import pytest
import torch

from stylenets import Stylizer
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.polishing import polish
from stylenets.inference.predicted import PredictedStylizer, with_rows_of
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets import AnyStyleNet, CINNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

PHOTO = torch.rand(3, 40, 56, generator=torch.Generator().manual_seed(0))
BANK = StyleBank(["a", "b"], [torch.rand(3, 48, 64), torch.rand(3, 64, 40) ** 3], [1.0, 1.0])


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    net = AnyStyleNet(styles=1, width=4, blocks=1)
    torch.nn.init.normal_(net.encoder.output.weight)
    return Network(net.eval(), "any", net.arguments(), ["photo"])


def test_a_style_picture_is_a_style_by_name_or_as_it_is(network: Network) -> None:
    named = Stylizer(PredictedStylizer(network, BANK, device="cpu"))
    assert named.styles == ["a", "b"]
    by_name = named(PHOTO, style="a")
    given = Stylizer.load(network, device="cpu")(PHOTO, style=BANK.pictures[0], style_size=48)
    torch.testing.assert_close(given, by_name)
    assert (by_name - named(PHOTO, style="b")).abs().max() > 1e-3


def test_blends_regions_and_strength_are_those_of_every_network(network: Network) -> None:
    painter = Stylizer(PredictedStylizer(network, BANK, device="cpu"))
    assert torch.equal(painter(PHOTO, style="a", strength=0), PHOTO)
    mask = torch.zeros(40, 56)
    mask[:, :28] = 1
    kept = painter(
        PHOTO, regions={"left": "keep", "background": {"a": 1, "b": 3}}, masks={"left": mask}
    )
    assert torch.equal(kept[:, :, :20], PHOTO[:, :, :20])
    assert not torch.equal(kept[:, :, 36:], PHOTO[:, :, 36:])


def test_what_cannot_be_is_told(network: Network) -> None:
    taken = StyleBank(["photo"], BANK.pictures[:1], [1.0])
    with pytest.raises(UserError, match="cannot be named photo"):
        with_rows_of(network, taken)
    cin = Network(CINNet(2, width=4, blocks=1), "cin", {}, ["x", "y"])
    with pytest.raises(UserError, match="predicts no rows"):
        with_rows_of(cin, BANK)


def test_polishing_moves_these_rows_alone_and_towards_the_style(
    network: Network, random_vgg: LossNetwork
) -> None:
    torch.nn.init.zeros_(network.net.encoder.output.weight)
    grown = with_rows_of(network, BANK)
    before = copy.deepcopy(grown.net.state_dict())
    layers = {"relu2_2": 1.0}, {"relu1_2": 1.0}
    criterion = PerceptualLoss(random_vgg, BANK, *layers, content_weight=0.0, variant="moments")
    losses = list(polish(grown, criterion, [torch.rand(3, 160, 150)], steps=12, rate=0.02))
    assert len(losses) == 12
    assert sum(losses[-4:]) < sum(losses[:4])
    for name, value in grown.net.state_dict().items():
        if name.endswith(("norm.gamma", "norm.beta")):
            assert torch.equal(value[0], before[name][0])  # the photograph's
            assert not torch.equal(value[1:], before[name][1:])
        else:
            assert torch.equal(value, before[name])
