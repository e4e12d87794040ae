"""Convolutions in the order of operations in which other runtimes are faster on a CPU.

ONNX Runtime paints by ``six`` in three quarters of the time at 512 x 512 pixels (docs/export.md).
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers.conv import ConvLayer, UpsampleConvLayer
from stylenets.layers.cpu import PHASES

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))  # of the pixels of a block: down, right
FEW = 3  # output channels of a convolution that is done by blocks: those of a picture


def rearranged(module: nn.Module) -> nn.Module:
    """A copy that computes the same up to rounding, of pictures whose sides are even."""
    copied = copy.deepcopy(module)
    for owner in list(copied.modules()):
        for name, layer in list(owner.named_children()):
            if isinstance(layer, UpsampleConvLayer) and layer.conv2d.kernel_size == (3, 3):
                setattr(owner, name, _Phases(layer.conv2d))
            elif type(layer) is ConvLayer and _paints(layer.conv2d):
                setattr(owner, name, _Blocks(layer))
    return copied


def _paints(convolution: nn.Conv2d) -> bool:
    return convolution.out_channels == FEW and convolution.stride == (1, 1)


class _Phases(nn.Module):
    """An UpsampleConvLayer as four 2 x 2 convolutions, one for each pixel of a block."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        weight = convolution.weight.detach()
        self.outputs, inputs = weight.shape[:2]
        phases = torch.tensor(PHASES)
        kernels = torch.einsum("iap,jbq,ocpq->ijocab", phases, phases, weight)
        self.kernels = nn.Buffer(kernels.reshape(4 * self.outputs, inputs, 2, 2).contiguous())
        bias = convolution.bias
        self.biases = None if bias is None else nn.Buffer(bias.detach().repeat(4))

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, 2 H, 2 W)."""
        height, width = x.shape[-2:]
        y = F.conv2d(F.pad(x, [1] * 4, mode="replicate"), self.kernels, self.biases)
        parts = [
            phase[..., down : down + height, right : right + width]
            for phase, (down, right) in zip(y.split(self.outputs, 1), PLACES, strict=True)
        ]
        return F.pixel_shuffle(torch.stack(parts, 2).flatten(1, 2), 2)


class _Blocks(nn.Module):
    """A ConvLayer with few outputs as one of stride 2 with four times as many."""

    def __init__(self, layer: ConvLayer) -> None:
        super().__init__()
        weight = layer.conv2d.weight.detach()
        moved = [F.pad(weight, [right, 1 - right, down, 1 - down]) for down, right in PLACES]
        self.kernels = nn.Buffer(torch.stack(moved, 1).flatten(0, 1))
        bias = layer.conv2d.bias
        self.biases = None if bias is None else nn.Buffer(bias.detach().repeat_interleave(4))
        self.padding = layer.padding

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, H, W)."""
        padded = F.pad(x, self.padding, mode="reflect")
        return F.pixel_shuffle(F.conv2d(padded, self.kernels, self.biases, stride=2), 2)
