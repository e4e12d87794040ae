"""The per-style transformer network (Johnson et al. 2016), as fast_neural_style has it."""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn.functional import relu_

from stylenets.layers.conv import ConvLayer, UpsampleConvLayer, pad_to_multiple
from stylenets.layers.norm import InstanceNorm


class ResidualBlock(nn.Module):
    """Convolution, norm, ReLU, convolution, norm, added to the input (Gross & Wilber 2016).

    No ReLU follows the sum.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvLayer(channels, channels, 3)
        self.in1 = InstanceNorm(channels)
        self.conv2 = ConvLayer(channels, channels, 3)
        self.in2 = InstanceNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W), shape unchanged."""
        y: Tensor = relu_(self.in1(self.conv1(x)))
        y = self.conv2(y)
        y = self.in2(y)
        return x + y


class JohnsonNet(nn.Module):
    """c9s1-32, d64, d128, R128 x 5, u64, u32, c9s1-3 with affine instance norm.

    1,679,235 parameters at width 32 and 5 blocks, under the state-dict keys of fast_neural_style.
    Inside, the network works on 0-255, as the published weights do. Its output is linear and may
    leave [0, 1].

    Args:
        width: Channels of the first convolution; the residual blocks have four times as many.
        blocks: Residual blocks.

    Example:
        >>> import torch
        >>> net = JohnsonNet()
        >>> sum(parameter.numel() for parameter in net.parameters())
        1679235
        >>> net(torch.rand(1, 3, 30, 45)).shape
        torch.Size([1, 3, 30, 45])
    """

    family: ClassVar[str] = "per-style"
    conditional: ClassVar[bool] = False

    def __init__(self, width: int = 32, blocks: int = 5) -> None:
        super().__init__()
        self.conv1 = ConvLayer(3, width, 9)
        self.in1 = InstanceNorm(width)
        self.conv2 = ConvLayer(width, 2 * width, 3, stride=2)
        self.in2 = InstanceNorm(2 * width)
        self.conv3 = ConvLayer(2 * width, 4 * width, 3, stride=2)
        self.in3 = InstanceNorm(4 * width)
        self.width = width
        self.blocks = blocks
        for k in range(1, blocks + 1):
            self.add_module(f"res{k}", ResidualBlock(4 * width))
        self.deconv1 = UpsampleConvLayer(4 * width, 2 * width, 3)
        self.in4 = InstanceNorm(2 * width)
        self.deconv2 = UpsampleConvLayer(2 * width, width, 3)
        self.in5 = InstanceNorm(width)
        self.deconv3 = ConvLayer(width, 3, 9)

    def forward(self, x: Tensor) -> Tensor:
        """Stylize pictures.

        Args:
            x: (B, 3, H, W) RGB in [0, 1], at least 5 pixels a side.

        Returns:
            (B, 3, H, W) RGB, nominally in [0, 1].
        """
        height, width = x.shape[-2:]
        y = pad_to_multiple(x * 255.0, 4)
        y = relu_(self.in1(self.conv1(y)))
        y = relu_(self.in2(self.conv2(y)))
        y = relu_(self.in3(self.conv3(y)))
        for k in range(1, self.blocks + 1):
            y = self.get_submodule(f"res{k}")(y)
        y = relu_(self.in4(self.deconv1(y)))
        y = relu_(self.in5(self.deconv2(y)))
        output: Tensor = self.deconv3(y)
        return output[..., :height, :width] / 255.0
