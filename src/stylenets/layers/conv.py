"""Reflection-padded convolutions of the transformer networks (Dumoulin et al. 2017, table 1)."""

import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers import cpu


class ConvLayer(nn.Module):
    """Reflection padding of half the kernel, then a convolution.

    Its state-dict keys are those of fast_neural_style.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel: int, stride: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.padding = [kernel // 2] * 4
        self.conv2d = nn.Conv2d(in_channels, out_channels, kernel, stride, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, ceil(H / stride), ceil(W / stride))."""
        x = F.pad(x, self.padding, mode="reflect")
        if cpu.runs(x):
            return cpu.convolution(x, self.conv2d.weight, self.conv2d.bias, self.conv2d.stride[0])
        y: Tensor = self.conv2d(x)
        return y


class UpsampleConvLayer(ConvLayer):
    """Nearest-neighbor x2, then a ConvLayer of stride 1: no checkerboard (Odena et al. 2016)."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, in, H, W) -> (B, out, 2 H, 2 W)."""
        if cpu.runs(x) and self.conv2d.kernel_size == (3, 3):
            return cpu.upsampled_convolution(x, self.conv2d.weight, self.conv2d.bias)
        return super().forward(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Repeat the last row and column until ``multiple`` divides both sides of (B, C, H, W).

    So a picture of any size fits a network with strides.

    Example:
        >>> import torch
        >>> pad_to_multiple(torch.rand(1, 3, 30, 45), 4).shape
        torch.Size([1, 3, 32, 48])
    """
    height, width = x.shape[-2:]
    return F.pad(x, [0, -width % multiple, 0, -height % multiple], mode="replicate")
