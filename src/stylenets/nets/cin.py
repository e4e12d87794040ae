"""Many styles in one network by conditional instance norm (Dumoulin et al. 2017, sec. 2.2)."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import relu_

from stylenets.layers.conv import ConvLayer, UpsampleConvLayer, pad_to_multiple
from stylenets.layers.norm import ConditionalInstanceNorm

ROWS = ("norm.gamma", "norm.beta")  # how the names of the rows' parameters end


class ConditionedConv(nn.Module):
    """A convolution without bias, then conditional instance norm, which makes a bias redundant."""

    def __init__(self, conv: ConvLayer, styles: int) -> None:
        super().__init__()
        self.conv = conv
        self.norm = ConditionalInstanceNorm(styles, conv.conv2d.out_channels)
        nn.init.normal_(conv.conv2d.weight, std=0.01)  # the paper's table 1

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """Convolve (B, in, H, W), then norm with the style weights, (B, S) or (B, S, h, w)."""
        y: Tensor = self.norm(self.conv(x), weights)
        return y


class ConditionedResidual(nn.Module):
    """Two conditioned 3 x 3 convolutions added to the input; no ReLU after the sum."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.conv1 = ConditionedConv(ConvLayer(channels, channels, 3, bias=False), styles)
        self.conv2 = ConditionedConv(ConvLayer(channels, channels, 3, bias=False), styles)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """(B, C, H, W) and style weights, (B, S) or (B, S, h, w); shape unchanged."""
        y: Tensor = relu_(self.conv1(x, weights))
        y = self.conv2(y, weights)
        return x + y


class CINNet(nn.Module):
    """Johnson's trunk with every convolution conditioned and a sigmoid at the end (table 1).

    A style costs 3,206 parameters at width 32. The norm before the sigmoid keeps the output away
    from saturation, the usual cause of black blobs.

    Args:
        styles: Rows of gamma and beta in every norm.
        width: Channels of the first convolution; the residual blocks have four times as many.
        blocks: Residual blocks.

    Example:
        >>> net = CINNet(styles=2, width=8, blocks=1)
        >>> net(torch.rand(1, 3, 30, 45), torch.tensor([[0.3, 0.7]])).shape
        torch.Size([1, 3, 30, 45])
    """

    family: ClassVar[str] = "multi-style"
    conditional: ClassVar[bool] = True

    def __init__(self, styles: int, width: int = 32, blocks: int = 5) -> None:
        super().__init__()
        self.styles = styles
        self.width = width
        self.down = nn.ModuleList(
            [
                ConditionedConv(ConvLayer(3, width, 9, bias=False), styles),
                ConditionedConv(ConvLayer(width, 2 * width, 3, stride=2, bias=False), styles),
                ConditionedConv(ConvLayer(2 * width, 4 * width, 3, stride=2, bias=False), styles),
            ]
        )
        self.residual = nn.ModuleList(ConditionedResidual(4 * width, styles) for _ in range(blocks))
        self.up = nn.ModuleList(
            [
                ConditionedConv(UpsampleConvLayer(4 * width, 2 * width, 3, bias=False), styles),
                ConditionedConv(UpsampleConvLayer(2 * width, width, 3, bias=False), styles),
            ]
        )
        self.output = ConditionedConv(ConvLayer(width, 3, 9, bias=False), styles)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        """Stylize pictures.

        Args:
            x: (B, 3, H, W) RGB in [0, 1], at least 5 pixels a side.
            weights: Style weights, (B, S) for whole pictures or (B, S, h, w) per pixel. Those of
                the picture's own size end where it ends, also where its sides are padded.

        Returns:
            (B, 3, H, W) RGB in [0, 1].
        """
        height, width = x.shape[-2:]
        if weights.ndim == 4 and weights.shape[-2:] == x.shape[-2:]:
            weights = pad_to_multiple(weights, 4)
        y = pad_to_multiple(x, 4)
        for layer in self.down:
            y = relu_(layer(y, weights))
        for block in self.residual:
            y = block(y, weights)
        for layer in self.up:
            y = relu_(layer(y, weights))
        return torch.sigmoid(self.output(y, weights))[..., :height, :width]

    def arguments(self) -> dict[str, int]:
        """What to call the class with for a network of this shape."""
        return {"styles": self.styles, "width": self.width, "blocks": len(self.residual)}

    def with_rows(self, rows: Sequence[int | None]) -> "CINNet":
        """The same network with copies of these of its style rows in every norm.

        Args:
            rows: Numbers of rows; None is a new one that begins as the mean of all.
        """
        chosen = CINNet(**{**self.arguments(), "styles": len(rows)})
        state = self.state_dict()
        for name, value in state.items():
            if name.endswith(ROWS):
                mean = value.mean(0)
                state[name] = torch.stack([mean if row is None else value[row] for row in rows])
        chosen.load_state_dict(state)
        return chosen

    def with_blocks(self, blocks: Sequence[int]) -> "CINNet":
        """The same network with copies of these of its residual blocks alone, by number."""
        chosen = CINNet(**{**self.arguments(), "blocks": len(blocks)})
        residual = nn.ModuleList(self.residual[number] for number in blocks)
        for name, part in self.named_children():
            source = residual if name == "residual" else part
            chosen.get_submodule(name).load_state_dict(source.state_dict())
        return chosen
