"""The inverse network: features of VGG back to a picture (Chen & Schmidt 2016, table 1)."""

from collections.abc import Callable
from itertools import pairwise
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.layers.conv import ConvLayer, UpsampleConvLayer
from stylenets.layers.norm import InstanceNorm
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.patches import matched_swap, style_swap

LEVELS = {"relu2_1": 2, "relu3_1": 3, "relu4_1": 4}  # the layers that can be inverted


class InverseNet(nn.Module):
    """VGG up to a layer in a mirror (sec. 4.1): 3 x 3 convolutions, nearest x2 where VGG pools.

    The output is linear, nominally in [0, 1], and begins around 0.5. The buffer ``scale`` divides
    the features: their size differs a hundredfold between sources of VGG weights, and whoever
    trains the network sets it to theirs.

    Args:
        level: 2, 3 or 4: the network inverts relu{level}_1.
        depth: Of the VGG, 16 or 19.
        norm: 1 puts affine instance norm before every ReLU, as the paper's published samples have
            it; 0 keeps the features' own brightness and contrast.
        match: 1 makes ``swap`` a ``matched_swap``; 0 the paper's ``style_swap``.

    Raises:
        UserError: For another level or depth.

    Example:
        >>> net = InverseNet(level=3)
        >>> net.layer, net.factor
        ('relu3_1', 4)
        >>> net(torch.rand(1, 256, 10, 12)).shape  # 4 pixels a side for each feature
        torch.Size([1, 3, 40, 48])
    """

    family: ClassVar[str] = "arbitrary-style"
    scale: Tensor
    own_styles: ClassVar[int] = 0  # that are part of the weights: the style comes with the features

    def __init__(self, level: int = 3, depth: int = 16, norm: int = 0, match: int = 0) -> None:
        super().__init__()
        if level not in LEVELS.values() or depth not in VGG_BLOCKS:
            raise UserError(
                f"an inverse network of level {level} and depth {depth}: "
                "the levels are 2, 3 and 4, the depths 16 and 19"
            )
        self.level = level
        self.depth = depth
        self.norm = norm
        self.match = match
        self.register_buffer("scale", torch.ones(()))
        widths, doubled = _mirror(level, depth)
        convs = [
            (UpsampleConvLayer if k in doubled else ConvLayer)(before, after, 3)
            for k, (before, after) in enumerate(pairwise(widths))
        ]
        norms = [InstanceNorm(width) if norm else nn.Identity() for width in widths[1:-1]]
        _initialize(convs)
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(norms)

    @property
    def layer(self) -> str:
        """The layer of VGG that the network inverts."""
        return f"relu{self.level}_1"

    @property
    def factor(self) -> int:
        """Pixels a side per feature."""
        return int(2 ** (self.level - 1))

    @property
    def swap(self) -> Callable[..., Tensor]:
        """How features are swapped before they are inverted."""
        return matched_swap if self.match else style_swap

    def arguments(self) -> dict[str, int]:
        """What to call the class with for a network of this shape."""
        shape = {"level": self.level, "depth": self.depth, "norm": self.norm}
        return shape | ({"match": 1} if self.match else {})

    def forward(self, features: Tensor) -> Tensor:
        """Paint the picture that has these features.

        Args:
            features: (B, C, h, w) of ``layer``, at least 2 a side.

        Returns:
            (B, 3, factor * h, factor * w) RGB, nominally in [0, 1].
        """
        y = features / self.scale.to(features.dtype)
        for conv, norm in zip(self.convs[:-1], self.norms, strict=True):
            y = F.relu_(norm(conv(y)))
        picture: Tensor = self.convs[-1](y)
        return picture


def _initialize(convs: list[ConvLayer]) -> None:
    """As for ReLUs (He et al. 2015), but the last: the first pictures are nearly gray."""
    for conv in convs:
        assert conv.conv2d.bias is not None
        nn.init.kaiming_normal_(conv.conv2d.weight, nonlinearity="relu")
        nn.init.zeros_(conv.conv2d.bias)
    last = convs[-1].conv2d
    assert last.bias is not None
    nn.init.normal_(last.weight, std=1e-3)
    nn.init.constant_(last.bias, 0.5)


def _mirror(level: int, depth: int) -> tuple[list[int], set[int]]:
    """(channels from the layer down to RGB, the convolutions that double the size)."""
    widths = [64 * 2 ** (level - 1)]
    doubled: set[int] = set()
    for block in range(level - 1, 0, -1):
        width = 64 * 2 ** (block - 1)
        widths.append(width)  # the mirror of the next block's first convolution
        doubled.add(len(widths) - 1)
        widths += [width] * (VGG_BLOCKS[depth][block - 1] - 1)
    return [*widths, 3], doubled
