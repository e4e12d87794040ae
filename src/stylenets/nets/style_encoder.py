"""A small network that looks at a style picture and says what paints it (Ghiasi et al. 2017).

It sees pixels alone, no loss network: strided convolutions, and of each of them the channels' means
and deviations, which is where a style is (Huang & Belongie 2017).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

CHANNELS = (3, 32, 64, 96, 128, 128)  # of the picture, and after each convolution of stride 2
HIDDEN = 128  # numbers that a style is told by
EPS = 1e-5


class StyleEncoder(nn.Module):
    """Style pictures -> numbers that say which style.

    Args:
        outputs: How many numbers.

    Example:
        >>> StyleEncoder(outputs=10)(torch.rand(2, 3, 64, 96)).shape
        torch.Size([2, 10])
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1, padding_mode="reflect")
            for before, after in pairwise(CHANNELS)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(2 * channels) for channels in CHANNELS[1:])
        self.hidden = nn.Linear(2 * sum(CHANNELS), HIDDEN)
        self.output = nn.Linear(HIDDEN, outputs)
        nn.init.normal_(self.output.weight, std=0.01)  # all styles begin nearly alike

    def forward(self, pictures: Tensor) -> Tensor:
        """(M, 3, H, W) RGB in [0, 1], at least 32 pixels a side -> (M, outputs)."""
        with torch.autocast(pictures.device.type, enabled=False):
            y = 4 * (pictures.float() - 0.5)
            found = [channel_statistics(y)]
            for convolution, norm in zip(self.convolutions, self.norms, strict=True):
                y = relu(convolution(y))
                found.append(norm(channel_statistics(y)))
            hidden = relu(self.hidden(torch.cat(found, dim=1)))
            told: Tensor = self.output(hidden)
            return told


def channel_statistics(y: Tensor) -> Tensor:
    """The channels' means and standard deviations: (M, C, h, w) -> (M, 2 C)."""
    variance, mean = torch.var_mean(y, (2, 3), correction=0)
    return torch.cat([mean, (variance + EPS).sqrt()], dim=1)
