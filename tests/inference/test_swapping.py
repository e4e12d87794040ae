"""Style swap at inference: the right size, the right mix of features, the right encoder."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer, load_encoder
from stylenets.nets import CINNet, InverseNet
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

CIN = Network(CINNet(1, 4, 1), "cin", {"styles": 1, "width": 4, "blocks": 1}, ["ink"])
ROUNDING = {"rtol": 1e-4, "atol": 1e-5}  # of pictures in [0, 1], by seven float32 convolutions


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    net = InverseNet(2)
    torch.nn.init.normal_(net.convs[-1].conv2d.weight, std=0.01)
    net_args = {"level": 2, "depth": 16, "norm": 0}
    return Network(net.eval(), "inverse", net_args, [], "random_vgg16.pth")


@pytest.fixture
def photo() -> Tensor:
    return torch.rand(3, 33, 42)


def encoded(vgg: LossNetwork, *pictures: Tensor) -> list[Tensor]:
    return [vgg(picture[None], ["relu2_1"])["relu2_1"] for picture in pictures]


def test_a_picture_is_the_inverse_of_the_weighted_features(
    network: Network, random_vgg: LossNetwork, tiny_bank: StyleBank, photo: Tensor
) -> None:
    """For strength s and shares w: (1 - s) content + s sum of w times the swap with each style."""
    photo = photo[:, :32]
    content, *styles = encoded(random_vgg, photo, *tiny_bank.pictures)
    swapped = 0.25 * style_swap(content, styles[0]) + 0.75 * style_swap(content, styles[2])
    features = 0.4 * content + 0.6 * swapped
    with torch.no_grad():
        expected = network.net(features)[0].clamp(0, 1)
    stylizer = SwapStylizer(network, random_vgg, tiny_bank)
    picture = stylizer.stylize(photo, stylizer.weights({"blocks": 3, "sand": 1}), 0.6)
    torch.testing.assert_close(picture, expected, **ROUNDING)


@pytest.mark.parametrize("box", [(0, 6, 0, 4), (10, 30, 24, 42), (14, 15, 20, 21)])
def test_a_region_is_swapped_as_it_would_be_in_the_whole(
    network: Network, random_vgg: LossNetwork, tiny_bank: StyleBank, box: tuple[int, ...]
) -> None:
    """Only what a style has a share in is swapped, and the patches that reach into it."""
    photo = torch.rand(3, 32, 42)
    weights = torch.zeros(3, 32, 42)
    top, bottom, left, right = box
    weights[1, top:bottom, left:right] = 1
    weights[0] = 1 - weights[1]
    content, *styles = encoded(random_vgg, photo, *tiny_bank.pictures)
    shares = torch.nn.functional.interpolate(weights[None], content.shape[-2:], mode="area")[0]
    swapped = [style_swap(content, style) for style in styles[:2]]
    with torch.no_grad():
        expected = network.net(shares[0] * swapped[0] + shares[1] * swapped[1])[0].clamp(0, 1)
    found = SwapStylizer(network, random_vgg, tiny_bank).stylize(photo, weights)
    torch.testing.assert_close(found, expected, **ROUNDING)


def test_any_size_comes_back_as_it_went_in(
    network: Network, random_vgg: LossNetwork, tiny_bank: StyleBank, photo: Tensor
) -> None:
    stylizer = SwapStylizer(network, random_vgg, tiny_bank)
    picture = stylizer.stylize(photo, stylizer.weights({"tiles": 1}))
    assert picture.shape == photo.shape
    assert picture.dtype == torch.float32
    assert not picture.requires_grad
    with pytest.raises(UserError, match="shortest side must be 16"):
        stylizer.stylize(photo[:, :15], stylizer.weights({"tiles": 1}))


def test_a_style_smaller_than_a_patch_is_told(random_vgg: LossNetwork, photo: Tensor) -> None:
    bank = StyleBank(["dot"], [torch.rand(3, 16, 16)], [1.0])
    stylizer = SwapStylizer(Network(InverseNet(4), "inverse", {"level": 4}, []), random_vgg, bank)
    message = "the style has 2 x 2 features, less than a patch of 3: give a larger picture"
    with pytest.raises(UserError, match=message):
        stylizer.stylize(photo, torch.ones(1))


def test_the_encoder_is_the_one_it_was_trained_against(
    network: Network, random_vgg_file: Path, random_vgg19_file: Path
) -> None:
    assert load_encoder(network, random_vgg_file).source == "random_vgg16.pth"
    message = r"VGG weights of a file, random_vgg16\.pth: give vgg\.weights=FILE"
    with pytest.raises(UserError, match=message):
        load_encoder(network)
    with pytest.raises(UserError, match=r"the network was trained against random_vgg16\.pth"):
        load_encoder(network, random_vgg19_file)
    message = "style= needs an inverse network, and ckpt= holds a cin network"
    with pytest.raises(UserError, match=message):
        load_encoder(CIN)


def test_networks_of_the_wrong_kind_are_told(
    network: Network, random_vgg: LossNetwork, random_vgg19_file: Path, tiny_bank: StyleBank
) -> None:
    with pytest.raises(UserError, match="holds a cin network: choose among its styles="):
        SwapStylizer(CIN, random_vgg, tiny_bank)
    with pytest.raises(UserError, match="inverts VGG-16, not VGG-19"):
        SwapStylizer(network, LossNetwork(19, str(random_vgg19_file)), tiny_bank)
    with pytest.raises(UserError, match=r"has no styles of its own: give style=painting\.jpg"):
        RowStylizer(network)
