"""JohnsonNet is the published fast_neural_style network: in size, and in what it computes."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.nets import JohnsonNet


def fast_neural_style(x: Tensor, state: dict[str, Tensor]) -> Tensor:
    """The transformer network of pytorch/examples, written out.

    (B, 3, H, W) in 0-255, sides divisible by 4 -> the same.
    """

    def conv(x: Tensor, name: str, stride: int = 1, upsample: int = 1) -> Tensor:
        weight, bias = state[f"{name}.conv2d.weight"], state[f"{name}.conv2d.bias"]
        if upsample > 1:
            x = x.repeat_interleave(upsample, 2).repeat_interleave(upsample, 3)
        pad = weight.shape[-1] // 2
        return F.conv2d(F.pad(x, (pad, pad, pad, pad), mode="reflect"), weight, bias, stride=stride)

    def norm(x: Tensor, name: str) -> Tensor:
        mean, var = x.mean((2, 3), keepdim=True), x.var((2, 3), keepdim=True, correction=0)
        gamma, beta = state[f"{name}.weight"], state[f"{name}.bias"]
        return (x - mean) / (var + 1e-5).sqrt() * gamma[:, None, None] + beta[:, None, None]

    y = norm(conv(x, "conv1"), "in1").relu()
    y = norm(conv(y, "conv2", stride=2), "in2").relu()
    y = norm(conv(y, "conv3", stride=2), "in3").relu()
    for k in range(1, 6):
        z = norm(conv(y, f"res{k}.conv1"), f"res{k}.in1").relu()
        y = norm(conv(z, f"res{k}.conv2"), f"res{k}.in2") + y
    y = norm(conv(y, "deconv1", upsample=2), "in4").relu()
    y = norm(conv(y, "deconv2", upsample=2), "in5").relu()
    return conv(y, "deconv3")


def test_parameter_count_is_the_published_one() -> None:
    assert sum(p.numel() for p in JohnsonNet().parameters()) == 1_679_235


def test_equals_the_published_network() -> None:
    torch.manual_seed(0)
    net = JohnsonNet().eval()
    for name, parameter in net.named_parameters():
        if ".in" in name or name.startswith("in"):
            torch.nn.init.normal_(parameter, mean=float(name.endswith("weight")), std=0.3)
    x = torch.rand(2, 3, 24, 32)
    with torch.no_grad():
        found = net(x) * 255
        expected = fast_neural_style(x * 255, net.state_dict())
    # float32 through 16 convolutions, some of them by Winograd's filtering
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


@pytest.mark.parametrize(("height", "width"), [(5, 5), (16, 16), (17, 31), (30, 21), (5, 40)])
def test_output_has_the_size_of_the_input(height: int, width: int) -> None:
    net = JohnsonNet(width=4, blocks=1).eval()
    out = net(torch.rand(1, 3, height, width))
    assert out.shape == (1, 3, height, width)
    assert out.isfinite().all()


def test_an_odd_size_is_padded_by_repeating_the_border_and_cropped() -> None:
    torch.manual_seed(0)
    net = JohnsonNet(width=4, blocks=1).eval()
    x = torch.rand(1, 3, 18, 23)
    padded = torch.cat([x, x[..., -1:]], dim=3)
    padded = torch.cat([padded, padded[..., -1:, :], padded[..., -1:, :]], dim=2)
    # the same numbers through the same layers; only what computes them may see another memory
    torch.testing.assert_close(net(x), net(padded)[..., :18, :23], rtol=1e-4, atol=1e-5)
