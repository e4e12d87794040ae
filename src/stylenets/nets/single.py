"""A style of a multi-style network as a network of its own, to be trained on."""

import torch
from torch import Tensor

from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.cin import CINNet
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
    blocks = {f"res{k}": block for k, block in enumerate(net.residual, start=1)}
    layers = {f"conv{k}": (layer, f"in{k}") for k, layer in enumerate(net.down, start=1)}
    layers |= {f"deconv{k}": (layer, f"in{k + 3}") for k, layer in enumerate(net.up, start=1)}
    for name, block in blocks.items():
        layers[f"{name}.conv1"] = (block.conv1, f"{name}.in1")
        layers[f"{name}.conv2"] = (block.conv2, f"{name}.in2")
    state = single.state_dict()
    for conv, (layer, norm) in layers.items():
        state[f"{conv}.conv2d.weight"] = layer.conv.conv2d.weight
        state[f"{conv}.conv2d.bias"] = torch.zeros_like(state[f"{conv}.conv2d.bias"])
        state[f"{norm}.weight"] = layer.norm.gamma[row]
        state[f"{norm}.bias"] = layer.norm.beta[row]
    state["conv1.conv2d.weight"] = net.down[0].conv.conv2d.weight / WHITE
    kernel, bias = _linear_output(net, row, picture)
    state["deconv3.conv2d.weight"] = kernel
    state["deconv3.conv2d.bias"] = bias
    single.load_state_dict(state)
    return single


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
