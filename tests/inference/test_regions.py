"""A look for each region: weights per pixel in one pass, and kept pixels to the bit."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference import regions
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets import CINNet, InverseNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

STYLES = ["ink", "glass", "points"]


@pytest.fixture
def stylizer() -> Stylizer:
    args = {"styles": 3, "width": 8, "blocks": 1}
    net = CINNet(**args)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return Stylizer(Network(net, "cin", args, STYLES))


@pytest.fixture
def swapper(random_vgg: LossNetwork, tiny_bank: StyleBank) -> SwapStylizer:
    net = InverseNet(2)
    torch.nn.init.normal_(net.convs[-1].conv2d.weight, std=0.01)
    return SwapStylizer(
        Network(net, "inverse", {"level": 2, "depth": 16, "norm": 0}, [], "random_vgg16.pth"),
        random_vgg,
        tiny_bank,
    )


@pytest.fixture
def partition() -> dict[str, Tensor]:
    """The left third of 48 x 72 is a person, with 8 pixels of feather."""
    mask = torch.zeros(48, 72)
    mask[:, :24] = 1
    return masks.partition({"person": masks.feather(mask, 8)})


PICTURE = torch.rand(3, 48, 72, generator=torch.Generator().manual_seed(0)).mul(255).round() / 255


def test_kept_pixels_are_the_photographs_to_the_bit(
    stylizer: Stylizer, partition: dict[str, Tensor], tmp_path: Path
) -> None:
    result = regions.stylize(
        stylizer,
        PICTURE,
        partition,
        regions.resolve_looks(stylizer, {"person": "keep", "background": "ink"}),
    )
    inside = partition["person"] == 1
    assert int(inside.sum()) == 20 * 48 and torch.equal(result[:, inside], PICTURE[:, inside])
    images.write(tmp_path / "result.png", result)
    assert torch.equal(images.read(tmp_path / "result.png")[:, inside], PICTURE[:, inside])
    assert (result - PICTURE)[:, partition["person"] == 0].abs().mean() > 0.05


def test_the_feather_goes_from_the_photograph_to_the_style(
    stylizer: Stylizer, partition: dict[str, Tensor]
) -> None:
    """With one style and one kept region the picture is the composite of the photograph and the whole picture in that style."""
    result = regions.stylize(
        stylizer,
        PICTURE,
        partition,
        regions.resolve_looks(stylizer, {"person": "keep", "background": "glass"}),
    )
    whole = stylizer.stylize(PICTURE, stylizer.weights({"glass": 1}))
    keep = partition["person"]
    torch.testing.assert_close(result, keep * PICTURE + (1 - keep) * whole, rtol=0, atol=2e-6)


@pytest.mark.parametrize("kind", ["stylizer", "swapper"])
def test_one_look_everywhere_is_that_style(
    kind: str, partition: dict[str, Tensor], request: pytest.FixtureRequest
) -> None:
    own = request.getfixturevalue(kind)
    first, second = own.styles[:2]
    mix = {first: 0.5, second: 1.5}
    for look, plain in ((first, {first: 1}), (mix, mix)):
        result = regions.stylize(
            own, PICTURE, partition, regions.resolve_looks(own, {"person": look, "background": look})
        )
        torch.testing.assert_close(
            result, own.stylize(PICTURE, own.weights(plain)), rtol=0, atol=1e-4
        )


@pytest.mark.parametrize("kind", ["stylizer", "swapper"])
def test_two_styles_lie_each_in_its_region(
    kind: str, partition: dict[str, Tensor], request: pytest.FixtureRequest
) -> None:
    own = request.getfixturevalue(kind)
    first, second = own.styles[1:]
    result = regions.stylize(
        own, PICTURE, partition, regions.resolve_looks(own, {"person": first, "background": second})
    )
    wholes = [own.stylize(PICTURE, own.weights({name: 1})) for name in (first, second)]
    for whole, other, columns in (
        (wholes[0], wholes[1], slice(0, 6)),
        (wholes[1], wholes[0], slice(54, 72)),
    ):
        near, far = ((result - picture)[..., columns].abs().mean() for picture in (whole, other))
        assert near < 0.8 * far


def test_weights_sum_to_1_and_reach_under_what_is_kept(partition: dict[str, Tensor]) -> None:
    weights = regions.style_weights(
        partition, {"person": None, "background": torch.tensor([0.25, 0.75])}
    )
    torch.testing.assert_close(weights, torch.tensor([0.25, 0.75])[:, None, None].expand(2, 48, 72))
    left = torch.zeros(48, 72)
    left[:, :10] = 1
    three = masks.partition(
        {"dog": left, "person": torch.zeros(48, 72).index_fill(1, torch.arange(10, 60), 1.0)}
    )
    weights = regions.style_weights(
        three,
        {"dog": torch.tensor([1.0, 0.0]), "person": None, "background": torch.tensor([0.0, 1.0])},
    )
    assert (
        weights[0, :, :34].eq(1).all()
        and weights[1, :, 36:].eq(1).all()
        and weights.sum(0).eq(1).all()
    )


def test_everything_kept_is_the_photograph(stylizer: Stylizer) -> None:
    whole = masks.partition({"person": torch.ones(48, 72)})
    assert torch.equal(
        regions.stylize(
            stylizer,
            PICTURE,
            whole,
            regions.resolve_looks(stylizer, {"person": "keep", "background": "ink"}),
        ),
        PICTURE,
    )


def test_a_network_of_one_style_knows_it_and_keep() -> None:
    one = Stylizer(
        Network(JohnsonNet(width=8, blocks=1), "johnson", {"width": 8, "blocks": 1}, ["candy"])
    )
    half = masks.partition({"person": torch.zeros(48, 72).index_fill(1, torch.arange(30), 1.0)})
    result = regions.stylize(
        one, PICTURE, half, regions.resolve_looks(one, {"person": "keep", "background": "candy"})
    )
    assert torch.equal(result[..., :30], PICTURE[..., :30])
    assert torch.equal(result[..., 30:], one.stylize(PICTURE, torch.ones(1))[..., 30:])


def test_a_look_that_is_no_style_is_told(stylizer: Stylizer) -> None:
    with pytest.raises(UserError, match="unknown style 'glas'; did you mean glass"):
        regions.resolve_looks(stylizer, {"person": "glas", "background": "keep"})
