"""The inverse network mirrors VGG: in its convolutions, its sizes, and the scale of features."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from stylenets.errors import UserError
from stylenets.nets import InverseNet
from stylenets.nets.inverse import LEVELS
from stylenets.vgg.network import LossNetwork

# Features are of size 1, the first pictures within 0.1 of gray. Instance norm adds 1e-5 to a
# variance, and its square root may be 0.03.
ROUNDING = {"rtol": 1e-3, "atol": 1e-5}


@pytest.fixture(scope="module")
def vggs(random_vgg: LossNetwork, random_vgg19_file: str) -> dict[int, LossNetwork]:
    return {16: random_vgg, 19: LossNetwork(19, str(random_vgg19_file))}


@pytest.mark.parametrize("depth", [16, 19])
@pytest.mark.parametrize("layer", LEVELS)
def test_its_convolutions_are_vggs_backwards(
    vggs: dict[int, LossNetwork], layer: str, depth: int
) -> None:
    """VGG's channels up to the layer, reversed; the size doubles where VGG halves it."""
    vgg, net = vggs[depth], InverseNet(LEVELS[layer], depth)
    names = vgg.layers[: vgg.layers.index(layer)]
    kernels = [getattr(vgg, f"kernel{name[4:]}") for name in names if name.startswith("conv")]
    convolutions = [module for module in net.modules() if isinstance(module, nn.Conv2d)]
    assert [conv.weight.shape for conv in convolutions] == [
        kernel.transpose(0, 1).shape for kernel in reversed(kernels)
    ]
    features = vgg(torch.rand(2, 3, 32, 48), [layer])[layer]
    assert net(features).shape == (2, 3, 32, 48)
    assert net.layer == layer and features.shape[-1] == 48 // net.factor
    sizes = [features.shape[-1]]
    for conv in net.convs:
        conv.register_forward_hook(lambda module, x, y: sizes.append(y.shape[-1]))
    net(features)
    pools_after = [name.startswith("pool") for name in reversed(names[1:])]
    doublings = [after // before for before, after in pairwise(sizes)]
    assert doublings.count(2) == sum(pools_after) and doublings[-1] == 1


def test_a_fresh_network_paints_gray_whatever_the_scale_of_the_features() -> None:
    net = InverseNet(2)
    features = torch.rand(1, 128, 8, 8)
    before = net(features)
    assert (before - 0.5).abs().max() < 0.2
    net.scale.fill_(300.0)
    torch.testing.assert_close(net(300.0 * features), before, **ROUNDING)


def test_instance_norm_forgets_the_scale_of_the_features_and_none_keeps_it() -> None:
    features = torch.rand(1, 128, 8, 8)
    torch.manual_seed(1)
    plain, normed = InverseNet(2, norm=0), InverseNet(2, norm=1)
    twice = 2 * (plain(features) - 0.5)  # biases begin at 0
    torch.testing.assert_close(plain(2 * features) - 0.5, twice, **ROUNDING)
    torch.testing.assert_close(normed(2 * features), normed(features), **ROUNDING)
    norms = [module for module in normed.modules() if isinstance(module, nn.InstanceNorm2d)]
    assert len(norms) == len(normed.convs) - 1


def test_layers_it_cannot_invert_are_named() -> None:
    for level, depth in ((5, 16), (3, 17)):
        known = "the levels are 2, 3 and 4, the depths 16 and 19"
        with pytest.raises(UserError, match=f"level {level} and depth {depth}: {known}"):
            InverseNet(level, depth)
