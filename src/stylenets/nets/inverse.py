"""The inverse network: features of VGG back to a picture (Chen & Schmidt 2016, sec. 4.1 and table 1)."""

from itertools import pairwise
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.layers.conv import ConvLayer, UpsampleConvLayer
from stylenets.layers.norm import InstanceNorm

LEVELS = {"relu2_1": 2, "relu3_1": 3, "relu4_1": 4}  # the layers that can be inverted
BLOCKS = {
    16: (2, 2, 3),
    19: (2, 2, 4),
}  # convolutions of VGG's first blocks (Simonyan & Zisserman 2015, table 1, columns D and E)


class InverseNet(nn.Module):
    """VGG of ``depth`` up to relu{level}_1 in a mirror: reflection-padded 3 x 3 convolutions, nearest x2 where VGG pools.

    ``norm``: 1 puts affine instance norm before every ReLU, as the paper's published samples have it; 0 keeps the features' own
    brightness and contrast. The output is linear, nominally in [0, 1], and begins around 0.5. ``scale``, a buffer, divides the features:
    their size differs a hundredfold between sources of VGG weights, and whoever trains the network sets it to theirs.
    """

    own_styles: ClassVar[int] = 0  # that are part of the weights: the style comes with the features

    def __init__(self, level: int = 3, depth: int = 16, norm: int = 0) -> None:
        super().__init__()
        if level not in LEVELS.values() or depth not in BLOCKS:
            raise UserError(
                f"an inverse network of level {level} and depth {depth}: the levels are 2, 3 and 4, the depths 16 and 19"
            )
        self.level, self.depth, self.norm = level, depth, norm
        self.register_buffer("scale", torch.ones(()))
        widths, doubled = _mirror(level, depth)
        self.convs = nn.ModuleList(
            (UpsampleConvLayer if k in doubled else ConvLayer)(before, after, 3)
            for k, (before, after) in enumerate(pairwise(widths))
        )
        self.norms = nn.ModuleList(
            InstanceNorm(width) if norm else nn.Identity() for width in widths[1:-1]
        )
        for conv in self.convs:
            nn.init.kaiming_normal_(conv.conv2d.weight, nonlinearity="relu")
            nn.init.zeros_(conv.conv2d.bias)
        nn.init.normal_(
            self.convs[-1].conv2d.weight, std=1e-3
        )  # the first pictures are nearly gray
        nn.init.constant_(self.convs[-1].conv2d.bias, 0.5)

    @property
    def layer(self) -> str:
        """The layer of VGG that it inverts."""
        return f"relu{self.level}_1"

    @property
    def factor(self) -> int:
        """Pixels a side per feature."""
        return 2 ** (self.level - 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) of ``layer``, at least 2 a side -> (B, 3, factor h, factor w) RGB, nominally in [0, 1]."""
        y = features / self.scale.to(features.dtype)
        for conv, norm in zip(self.convs[:-1], self.norms, strict=True):
            y = F.relu_(norm(conv(y)))
        return self.convs[-1](y)


def _mirror(level: int, depth: int) -> tuple[list[int], set[int]]:
    """Channels from the layer down to RGB, one more than there are convolutions; and the convolutions that double the size."""
    widths, doubled = [64 * 2 ** (level - 1)], set()
    for block in range(level - 1, 0, -1):
        widths.append(64 * 2 ** (block - 1))  # the mirror of the next block's first convolution
        doubled.add(len(widths) - 1)
        widths += [64 * 2 ** (block - 1)] * (BLOCKS[depth][block - 1] - 1)
    return [*widths, 3], doubled
