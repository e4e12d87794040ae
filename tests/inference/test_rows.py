"""A stylized picture has its content's size and a style's weights decide its look."""

import pytest
import torch

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.inputs import mixing_weights
from stylenets.inference.rows import RowStylizer
from stylenets.nets import CINNet, JohnsonNet

STYLES = ["ink", "glass", "points"]
ROUNDING = {"rtol": 0, "atol": 1e-4}  # of pictures in [0, 1], through ten float32 convolutions


@pytest.fixture
def stylizer() -> RowStylizer:
    torch.manual_seed(0)
    net = CINNet(3, width=8, blocks=1)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return RowStylizer(Network(net, "cin", {"styles": 3, "width": 8, "blocks": 1}, STYLES))


def test_a_mix_of_one_style_is_that_style(stylizer: RowStylizer) -> None:
    picture = torch.rand(3, 33, 46)
    alone = stylizer.stylize(picture, torch.tensor([0.0, 1.0, 0.0]))
    # shares are divided by their sum: exactly 0 and 1, so that the same is computed
    assert torch.equal(stylizer.stylize(picture, stylizer.weights({"glass": 0.3})), alone)
    assert torch.equal(stylizer.stylize(picture, stylizer.weights({"glass": 2, "ink": 0})), alone)
    assert not torch.allclose(
        stylizer.stylize(picture, stylizer.weights({"ink": 1})), alone, atol=0.05
    )
    assert alone.shape == (3, 33, 46)
    assert alone.dtype == torch.float32
    assert not alone.requires_grad


def test_a_blend_has_the_blended_norms(stylizer: RowStylizer) -> None:
    """Dumoulin et al. 2017, sec. 3.4: gamma and beta are convex combinations of the styles' own."""
    weights = stylizer.weights({"points": 3, "ink": 1})
    assert weights.tolist() == [0.25, 0.0, 0.75]
    picture = torch.rand(3, 20, 20)
    single = CINNet(1, width=8, blocks=1)
    state = stylizer.net.state_dict()
    for name, value in state.items():
        if name.endswith(("gamma", "beta")):
            state[name] = weights[None] @ value
    single.load_state_dict(state)
    expected = single(picture[None], torch.ones(1, 1))[0].detach()
    torch.testing.assert_close(stylizer.stylize(picture, weights), expected, **ROUNDING)


def test_equal_maps_of_weights_are_equal_to_weights(stylizer: RowStylizer) -> None:
    picture, weights = torch.rand(3, 24, 20), stylizer.weights({"ink": 1, "glass": 1})
    everywhere = weights[:, None, None].expand(-1, 24, 20)
    expected = stylizer.stylize(picture, weights)
    torch.testing.assert_close(stylizer.stylize(picture, everywhere), expected, **ROUNDING)


def test_a_network_of_one_style_takes_no_weights_and_is_clamped() -> None:
    torch.manual_seed(0)
    net = JohnsonNet(width=8, blocks=1)
    torch.nn.init.constant_(net.deconv3.conv2d.bias, 400.0)
    johnson = RowStylizer(Network(net, "johnson", {"width": 8, "blocks": 1}, ["candy"]))
    picture = torch.rand(3, 17, 30)
    linear = net(picture[None])[0].detach()
    assert linear.max() > 1
    found = johnson.stylize(picture, johnson.weights({"candy": 1}))
    torch.testing.assert_close(found, linear.clamp(0, 1), **ROUNDING)


def test_half_precision_is_near_full(stylizer: RowStylizer) -> None:
    picture, weights = torch.rand(3, 32, 32), stylizer.weights({"ink": 1})
    full = stylizer.stylize(picture, weights)
    network = Network(stylizer.net, "cin", {}, STYLES)
    half = RowStylizer(network, dtype=torch.bfloat16).stylize(picture, weights)
    assert half.dtype == torch.float32
    assert 0 < (half - full).abs().mean() < 0.05  # bfloat16 has 8 bits, and 1 / 256 adds up


def test_an_unknown_style_is_told_with_the_known_ones() -> None:
    meant = r"unknown style 'glas'; did you mean glass.* ink, glass, points"
    with pytest.raises(UserError, match=meant):
        mixing_weights(STYLES, {"glas": 1.0})
    known = "unknown style 'xyz'; this network knows: ink, glass, points"
    with pytest.raises(UserError, match=known):
        mixing_weights(STYLES, {"xyz": 1.0})


@pytest.mark.parametrize(
    "shares",
    [
        {"ink": -1.0, "glass": 2.0},
        {"ink": 0.0},
        {"ink": float("nan")},
        {"ink": 1e308, "glass": 1e308},
        {},
    ],
)
def test_shares_that_cannot_be_normalized(shares: dict[str, float]) -> None:
    with pytest.raises(UserError, match="positive numbers"):
        mixing_weights(STYLES, shares)


def test_sides_no_network_takes(stylizer: RowStylizer) -> None:
    with pytest.raises(UserError, match="is 40 x 15 pixels: its shortest side must be 16 to 32768"):
        stylizer.stylize(torch.rand(3, 15, 40), stylizer.weights({"ink": 1}))
