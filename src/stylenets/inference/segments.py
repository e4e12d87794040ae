"""A network in segments that can be computed one after the other: down, each block, up.

Between two of them the picture is at a fourth of its size.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import relu_

from stylenets.inference.fixed_norms import norm_names
from stylenets.nets.cin import CINNet
from stylenets.nets.johnson import JohnsonNet

Run = Callable[[Tensor, Tensor | None], Tensor]


@dataclass(frozen=True)
class Segment:
    """A part of a network.

    Args:
        run: Computes it, of its input (1, C, h, w) and the style weights.
        norms: The names of its norms, in the order of the computation.
    """

    run: Run
    norms: list[str]


def segments_of(net: nn.Module) -> list[Segment]:
    """Segments whose composition is the network, up to its padding."""
    if isinstance(net, CINNet):
        return _of_multi_style(net)
    assert isinstance(net, JohnsonNet)
    return _of_per_style(net)


def _of_multi_style(net: CINNet) -> list[Segment]:
    def down(x: Tensor, weights: Tensor | None) -> Tensor:
        for layer in net.down:
            x = relu_(layer(x, weights))
        return x

    def up(x: Tensor, weights: Tensor | None) -> Tensor:
        for layer in net.up:
            x = relu_(layer(x, weights))
        return torch.sigmoid(net.output(x, weights))

    names = norm_names(net)
    blocks = [
        Segment(block, [name for name in names if name.startswith(f"residual.{k}.")])
        for k, block in enumerate(net.residual)
    ]
    below = Segment(down, [name for name in names if name.startswith("down.")])
    above = Segment(up, [name for name in names if name.startswith(("up.", "output."))])
    return [below, *blocks, above]


def _of_per_style(net: JohnsonNet) -> list[Segment]:
    def down(x: Tensor, weights: Tensor | None) -> Tensor:
        y = relu_(net.in1(net.conv1(x * 255.0)))
        y = relu_(net.in2(net.conv2(y)))
        return relu_(net.in3(net.conv3(y)))

    def up(x: Tensor, weights: Tensor | None) -> Tensor:
        y = relu_(net.in4(net.deconv1(x)))
        y = relu_(net.in5(net.deconv2(y)))
        output: Tensor = net.deconv3(y)
        return output / 255.0

    def block(name: str) -> Segment:
        module = net.get_submodule(name)
        return Segment(lambda x, weights: module(x), [f"{name}.in1", f"{name}.in2"])

    blocks = [block(f"res{k}") for k in range(1, net.blocks + 1)]
    return [Segment(down, ["in1", "in2", "in3"]), *blocks, Segment(up, ["in4", "in5"])]
