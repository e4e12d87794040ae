"""A look for each region: weights per pixel in one pass, and kept pixels to the bit."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference import regions
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets import CINNet, InverseNet, JohnsonNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

STYLES = ["ink", "glass", "points"]


@pytest.fixture
def stylizer() -> RowStylizer:
    args = {"styles": 3, "width": 8, "blocks": 1}
    net = CINNet(**args)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return RowStylizer(Network(net, "cin", args, STYLES))


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
ROUNDING = {"rtol": 0, "atol": 1e-4}  # of pictures in [0, 1], through ten float32 convolutions


def stylized(
    stylizer: RowStylizer | SwapStylizer,
    partition: dict[str, Tensor],
    **looks: str | dict[str, float],
) -> Tensor:
    return regions.stylize(stylizer, PICTURE, partition, regions.resolve_looks(stylizer, looks))


def test_kept_pixels_are_the_photographs_to_the_bit(
    stylizer: RowStylizer, partition: dict[str, Tensor], tmp_path: Path
) -> None:
    result = stylized(stylizer, partition, person="keep", background="ink")
    inside = partition["person"] == 1
    assert int(inside.sum()) == 20 * 48
    assert torch.equal(result[:, inside], PICTURE[:, inside])
    images.write(tmp_path / "result.png", result)
    assert torch.equal(images.read(tmp_path / "result.png")[:, inside], PICTURE[:, inside])
    assert (result - PICTURE)[:, partition["person"] == 0].abs().mean() > 0.05


def test_the_feather_goes_from_the_photograph_to_the_style(
    stylizer: RowStylizer, partition: dict[str, Tensor]
) -> None:
    """With one style and one kept region: the photograph laid over the picture in that style."""
    result = stylized(stylizer, partition, person="keep", background="glass")
    whole = stylizer.stylize(PICTURE, stylizer.weights({"glass": 1}))
    keep = partition["person"]
    torch.testing.assert_close(result, keep * PICTURE + (1 - keep) * whole, **ROUNDING)


@pytest.mark.parametrize("kind", ["stylizer", "swapper"])
def test_one_look_everywhere_is_that_style(
    kind: str, partition: dict[str, Tensor], request: pytest.FixtureRequest
) -> None:
    own = request.getfixturevalue(kind)
    first, second = own.styles[:2]
    mix = {first: 0.5, second: 1.5}
    for look, plain in ((first, {first: 1}), (mix, mix)):
        result = stylized(own, partition, person=look, background=look)
        expected = own.stylize(PICTURE, own.weights(plain))
        torch.testing.assert_close(result, expected, **ROUNDING)


@pytest.mark.parametrize("kind", ["stylizer", "swapper"])
def test_two_styles_lie_each_in_its_region(
    kind: str, partition: dict[str, Tensor], request: pytest.FixtureRequest
) -> None:
    own = request.getfixturevalue(kind)
    first, second = own.styles[1:]
    result = stylized(own, partition, person=first, background=second)
    in_first = own.stylize(PICTURE, own.weights({first: 1}))
    in_second = own.stylize(PICTURE, own.weights({second: 1}))
    to_first = (result - in_first).abs().mean((0, 1))  # a column
    to_second = (result - in_second).abs().mean((0, 1))
    assert to_first[:6].mean() < 0.8 * to_second[:6].mean()
    assert to_second[54:].mean() < 0.8 * to_first[54:].mean()


def test_weights_sum_to_1_and_reach_under_what_is_kept(partition: dict[str, Tensor]) -> None:
    mix = torch.tensor([0.25, 0.75])
    weights = regions.style_weights(partition, {"person": None, "background": mix})
    torch.testing.assert_close(weights, mix[:, None, None].expand(2, 48, 72), **ROUNDING)
    left = torch.zeros(48, 72)
    left[:, :10] = 1
    middle = torch.zeros(48, 72)
    middle[:, 10:60] = 1
    three = masks.partition({"dog": left, "person": middle})
    first, second = torch.eye(2)
    looks = {"dog": first, "person": None, "background": second}
    weights = regions.style_weights(three, looks)  # of sharp regions: exactly 0 and 1
    assert weights[0, :, :34].eq(1).all()
    assert weights[1, :, 36:].eq(1).all()
    assert weights.sum(0).eq(1).all()


def test_everything_kept_is_the_photograph(stylizer: RowStylizer) -> None:
    whole = masks.partition({"person": torch.ones(48, 72)})
    assert torch.equal(stylized(stylizer, whole, person="keep", background="ink"), PICTURE)


def test_a_network_of_one_style_knows_it_and_keep() -> None:
    net_args = {"width": 8, "blocks": 1}
    one = RowStylizer(Network(JohnsonNet(**net_args), "johnson", net_args, ["candy"]))
    mask = torch.zeros(48, 72)
    mask[:, :30] = 1
    half = masks.partition({"person": mask})
    result = stylized(one, half, person="keep", background="candy")
    whole = one.stylize(PICTURE, torch.ones(1))
    assert torch.equal(result[..., :30], PICTURE[..., :30])
    torch.testing.assert_close(result[..., 30:], whole[..., 30:], **ROUNDING)


def test_a_look_that_is_no_style_is_told(stylizer: RowStylizer) -> None:
    with pytest.raises(UserError, match="unknown style 'glas'; did you mean glass"):
        regions.resolve_looks(stylizer, {"person": "glas", "background": "keep"})
