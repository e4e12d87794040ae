"""Reflection-padded convolutions of the transformer networks (fast_neural_style's layout; Dumoulin et al. 2017, table 1)."""

import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers import cpu


class ConvLayer(nn.Module):
    """Reflection padding of half the kernel, then a convolution: (B, in, H, W) -> (B, out, ceil(H/stride), ceil(W/stride))."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.padding = [kernel // 2] * 4
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel, stride, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, self.padding, mode="reflect")
        if cpu.runs(x):
            return cpu.convolution(x, self.conv2d.weight, self.conv2d.bias, self.conv2d.stride[0])
        return self.conv2d(x)


class UpsampleConvLayer(ConvLayer):
    """Nearest-neighbour x2, then a stride-1 ConvLayer: no checkerboard (Odena et al. 2016): (B, in, H, W) -> (B, out, 2H, 2W)."""

    def forward(self, x: Tensor) -> Tensor:
        if cpu.runs(x) and self.conv2d.kernel_size == (3, 3):
            return cpu.upsampled_convolution(x, self.conv2d.weight, self.conv2d.bias)
        return super().forward(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Repeat the last row and column until height and width divide by ``multiple``: any picture size fits a strided network."""
    height, width = x.shape[-2:]
    return F.pad(x, [0, -width % multiple, 0, -height % multiple], mode="replicate")
