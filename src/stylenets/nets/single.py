"""A style of a multi-style network as a network of its own, to be trained on."""

from collections.abc import Iterator

import torch
from torch import Tensor

from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.cin import CINNet, ConditionedConv
from stylenets.nets.johnson import JohnsonNet

WHITE = 255  # a JohnsonNet works on 0-255
SLOPE = 0.2  # about that of a sigmoid over its middle, from -1.5 to 1.5


@torch.no_grad()
def single_style(net: CINNet, row: int, picture: Tensor) -> JohnsonNet:
    """The trunk with one row of gamma and beta, as a JohnsonNet.

    Both have the same convolutions and norms, but for the end: a CINNet norms its output and puts a
    sigmoid over it, a JohnsonNet's is linear. There the sigmoid is replaced by its slope, and the
    norm's statistics by those of one picture. So the first pictures are near the style, and a
    little training does the rest.

    Args:
        net: The multi-style network.
        row: Of which style.
        picture: (3, H, W) RGB in [0, 1], whose statistics the last norm has.

    Example:
        >>> single = single_style(CINNet(styles=2, width=8, blocks=1), 1, torch.rand(3, 32, 32))
        >>> single(torch.rand(1, 3, 30, 45)).shape
        torch.Size([1, 3, 30, 45])
    """
    single = JohnsonNet(net.width, len(net.residual))
    state = single.state_dict()
    for conv, norm, prefix in _same_layers(len(net.residual)):
        layer = net.get_submodule(prefix)
        assert isinstance(layer, ConditionedConv)
        state[f"{conv}.conv2d.weight"] = layer.conv.conv2d.weight
        state[f"{conv}.conv2d.bias"] = torch.zeros_like(state[f"{conv}.conv2d.bias"])
        state[f"{norm}.weight"] = layer.norm.gamma[row]
        state[f"{norm}.bias"] = layer.norm.beta[row]
    state["conv1.conv2d.weight"] = state["conv1.conv2d.weight"] / WHITE
    kernel, bias = _linear_output(net, row, picture)
    state["deconv3.conv2d.weight"] = kernel
    state["deconv3.conv2d.bias"] = bias
    single.load_state_dict(state)
    return single


def _same_layers(blocks: int) -> Iterator[tuple[str, str, str]]:
    """(convolution, norm) of a JohnsonNet and the layer of a CINNet that has both, by name."""
    for k in (1, 2, 3):
        yield f"conv{k}", f"in{k}", f"down.{k - 1}"
    for k in range(1, blocks + 1):
        for part in (1, 2):
            yield f"res{k}.conv{part}", f"res{k}.in{part}", f"residual.{k - 1}.conv{part}"
    for k in (1, 2):
        yield f"deconv{k}", f"in{k + 3}", f"up.{k - 1}"


def _linear_output(net: CINNet, row: int, picture: Tensor) -> tuple[Tensor, Tensor]:
    """Kernel and bias that stand for the last convolution, its norm and the sigmoid."""
    last = net.output
    found: list[Tensor] = []
    hook = last.conv.register_forward_hook(lambda layer, inputs, output: found.append(output))
    weights = torch.zeros(1, net.styles)
    weights[0, row] = 1
    net(pad_to_multiple(picture[None], 4), weights)
    hook.remove()
    deviation, mean = torch.std_mean(found[0], (0, 2, 3))
    factor = last.norm.gamma[row] / deviation
    kernel = WHITE * SLOPE * factor[:, None, None, None] * last.conv.conv2d.weight
    bias = WHITE * (0.5 + SLOPE * (last.norm.beta[row] - factor * mean))
    return kernel, bias
