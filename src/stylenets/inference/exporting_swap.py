"""An inverse network as three graphs: encoder, swap and decoder, dynamic in both pictures' sizes.

The swap is the project's own, exact one without its portions: all correlations are in memory at
once, 4 bytes for each pair of a content and a style feature.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.checkpoints import Network
from stylenets.inference.graph import Graph
from stylenets.inference.swapping import PATCH, load_encoder
from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.inverse import InverseNet
from stylenets.patches import EPSILON
from stylenets.patches.matched import between_statistics
from stylenets.vgg.network import LossNetwork

PIXELS = (64, 96)  # of the picture that is traced; any other size will do as well
CONTENT = (16, 24)  # features that are traced
STYLE = (20, 18)


class _Encoder(nn.Module):
    """VGG up to the layer that the network inverts."""

    def __init__(self, vgg: LossNetwork, net: InverseNet) -> None:
        super().__init__()
        self.vgg = vgg
        self.layer = net.layer
        self.factor = net.factor

    def forward(self, picture: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, C, ceil(H / factor), ceil(W / factor))."""
        features: Tensor = self.vgg(pad_to_multiple(picture, self.factor), [self.layer])[self.layer]
        return features


class _Swap(nn.Module):
    """The swap that the network was trained with, of one picture's features with one style's."""

    def __init__(self, net: InverseNet) -> None:
        super().__init__()
        self.match = bool(net.match)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """(1, C, H, W) and (1, C, h, w) -> (1, C, H, W)."""
        swap: Callable[[Tensor], Tensor] = lambda seen: swap_at_once(seen, style)  # noqa: E731
        return between_statistics(content, style.flatten(2), swap) if self.match else swap(content)


def swap_at_once(content: Tensor, style: Tensor) -> Tensor:
    """``patches.style_swap`` as one graph for any sizes (Chen & Schmidt 2016, sec. 3.1).

    Args:
        content: (1, C, H, W) features.
        style: (1, C, h, w) features.

    Returns:
        (1, C, H, W).
    """
    channels, height, width = content.shape[1:]
    style_height, style_width = style.shape[2:]
    rows, columns = height - PATCH + 1, width - PATCH + 1
    style_rows, style_columns = style_height - PATCH + 1, style_width - PATCH + 1
    offsets = [(down, right) for down in range(PATCH) for right in range(PATCH)]
    flat = style[0].flatten(1)
    products = (content[0].flatten(1).t() @ flat).view(height, width, style_height, style_width)
    energy = style[0].square().sum(0)
    scores = torch.zeros(())
    squares = torch.zeros(())
    for y, x in offsets:
        theirs = energy[y : y + style_rows, x : x + style_columns]
        ours = products[y : y + rows, x : x + columns]
        scores = scores + ours[..., y : y + style_rows, x : x + style_columns]
        squares = squares + theirs
    scores = scores / squares.sqrt().clamp_min(EPSILON)
    best = scores.flatten(2).argmax(2).flatten()
    places = torch.arange(style_rows)[:, None] * style_width + torch.arange(style_columns)
    corners = places.flatten().index_select(0, best)  # a remainder could not be exported
    total = torch.zeros(())
    count = torch.zeros(())
    for y, x in offsets:
        around = [x, PATCH - 1 - x, y, PATCH - 1 - y]
        values = flat.index_select(1, corners + (y * style_width + x))
        total = total + F.pad(values.view(channels, rows, columns), around)
        count = count + F.pad(torch.ones(1, rows, columns), around)
    return (total / count)[None]


def swap_graphs(network: Network) -> list[Graph]:
    """The encoder, the swap, and the decoder, whose file has the network's own name.

    Raises:
        UserError: The VGG that it was trained against cannot be had.
    """
    net = network.net.eval()
    assert isinstance(net, InverseNet)
    encoder = _Encoder(load_encoder(network), net).eval()
    picture = {"picture": torch.rand(2, 3, *PIXELS)}
    channels = encoder(picture["picture"][:1]).shape[1]
    content, style = torch.rand(1, channels, *CONTENT), torch.rand(1, channels, *STYLE)
    both = {
        "content": {2: "rows", 3: "columns"},
        "style": {2: "style_rows", 3: "style_columns"},
    }
    features = {"features": torch.rand(2, channels, *CONTENT)}
    of_picture = {0: "batch", 2: "height", 3: "width"}
    of_features = {0: "batch", 2: "rows", 3: "columns"}
    return [
        Graph("_encoder", encoder, picture, "features", {"picture": of_picture}),
        Graph("_swap", _Swap(net), {"content": content, "style": style}, "swapped", both),
        Graph("", net, features, "painted", {"features": of_features}),
    ]
