"""CINNet as in Dumoulin et al. 2017: what a style costs, and what style weights select."""

import pytest
import torch

from stylenets.nets import CINNet
from stylenets.styles import one_hot

# float32 through 10 normed convolutions of up to 324 products each, and a sigmoid
ROUNDING = {"rtol": 1e-4, "atol": 1e-5}


@pytest.fixture
def net() -> CINNet:
    """Three different styles in a narrow network."""
    torch.manual_seed(0)
    net = CINNet(styles=3, width=4, blocks=2).eval().requires_grad_(False)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return net


def test_a_style_costs_3206_parameters() -> None:
    counts = [sum(p.numel() for p in CINNet(styles).parameters()) for styles in (1, 2, 7)]
    assert counts[1] - counts[0] == 3_206
    assert counts[2] - counts[0] == 6 * 3_206


def test_every_one_of_the_16_convolutions_is_conditioned_and_has_no_bias() -> None:
    net = CINNet(styles=2)
    convolutions = [module for module in net.modules() if isinstance(module, torch.nn.Conv2d)]
    assert len(convolutions) == 16 and all(conv.bias is None for conv in convolutions)
    assert [conv.out_channels for conv in convolutions] == [32, 64] + [128] * 11 + [64, 32, 3]
    assert sum(name.endswith("norm.gamma") for name in net.state_dict()) == 16


def test_initial_weights_are_the_papers() -> None:
    """Table 1: isotropic Gaussian, mean 0 and standard deviation 0.01."""
    torch.manual_seed(0)
    parameters = CINNet(1).named_parameters()
    kernels = [p.flatten() for name, p in parameters if name.endswith("conv2d.weight")]
    weights = torch.cat(kernels)
    # of 1.7 million draws both are known to 1e-5
    assert abs(weights.std() - 0.01) < 1e-4
    assert abs(weights.mean()) < 1e-4


@pytest.mark.parametrize(("height", "width"), [(5, 5), (16, 24), (17, 31), (30, 21)])
def test_output_is_a_picture_of_the_size_of_the_input(net: CINNet, height: int, width: int) -> None:
    out = net(torch.rand(2, 3, height, width), one_hot(torch.tensor([0, 2]), 3))
    assert out.shape == (2, 3, height, width)
    assert out.min() >= 0
    assert out.max() <= 1


def test_each_picture_of_a_batch_gets_its_own_style(net: CINNet) -> None:
    x = torch.rand(3, 3, 16, 16)
    together = net(x, torch.eye(3))
    for k in range(3):
        alone = net(x[k : k + 1], torch.eye(3)[k : k + 1])
        torch.testing.assert_close(together[k : k + 1], alone, **ROUNDING)
    assert (net(x, torch.eye(3)[[0, 0, 0]]) - together)[1:].abs().max() > 0.01


def test_weights_for_the_whole_picture_equal_the_same_weights_at_every_pixel(net: CINNet) -> None:
    x = torch.rand(2, 3, 19, 26)
    weights = torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    everywhere = weights[:, :, None, None].expand(-1, -1, 19, 26)
    torch.testing.assert_close(net(x, everywhere), net(x, weights), **ROUNDING)


def test_regions_of_one_style_are_that_style_and_of_two_are_neither(net: CINNet) -> None:
    x = torch.rand(1, 3, 32, 32)
    regions = torch.zeros(1, 3, 32, 32)
    regions[:, 1, :, :16] = 1
    regions[:, 2, :, 16:] = 1
    one = net(x, one_hot(torch.tensor([1]), 3))
    two = net(x, one_hot(torch.tensor([2]), 3))
    mixed = net(x, regions)
    assert min((mixed - one).abs().max(), (mixed - two).abs().max()) > 0.01
    merged = regions.clone()
    merged[:, 1] += merged[:, 2]
    merged[:, 2] = 0
    torch.testing.assert_close(net(x, merged), one, **ROUNDING)


def test_regions_end_where_the_picture_ends_also_where_it_is_padded(net: CINNet) -> None:
    """A picture whose sides are no multiples of 4 is painted as the one padded by hand."""
    x = torch.rand(1, 3, 18, 21)
    left = (torch.arange(21) < 9).float().expand(1, 1, 18, 21)
    regions = torch.cat([left, 1 - left, 0 * left], 1)
    padded = [torch.nn.functional.pad(one, [0, 3, 0, 2], mode="replicate") for one in (x, regions)]
    torch.testing.assert_close(net(x, regions), net(*padded)[..., :18, :21], **ROUNDING)


def test_more_styles_keep_the_old_ones_bit_identical_and_begin_at_their_mean(net: CINNet) -> None:
    x = torch.rand(1, 3, 17, 22)
    grown = net.with_rows([*range(net.styles), None, None]).eval()
    assert grown.styles == 5
    assert all(len(p) == 5 for name, p in grown.named_parameters() if "norm." in name)
    for k in range(3):  # rows of weight 0 add exact zeros to a row
        before = net(x, one_hot(torch.tensor([k]), 3))
        assert torch.equal(grown(x, one_hot(torch.tensor([k]), 5)), before)
    mean = net(x, torch.full((1, 3), 1 / 3))
    torch.testing.assert_close(grown(x, one_hot(torch.tensor([4]), 5)), mean, **ROUNDING)


def test_a_block_that_adds_nothing_can_be_left_out() -> None:
    net = CINNet(styles=2, width=8, blocks=3).eval()
    with torch.no_grad():
        net.residual[1].conv2.norm.gamma.zero_()
        net.residual[1].conv2.norm.beta.zero_()
    photo, weights = torch.rand(1, 3, 20, 24), torch.tensor([[0.3, 0.7]])
    assert torch.equal(net.with_blocks([0, 2])(photo, weights), net(photo, weights))
    assert not torch.allclose(net.with_blocks([0, 1])(photo, weights), net(photo, weights))
