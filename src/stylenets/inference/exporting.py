"""Networks as graphs for other runtimes, with the style weights as an input.

One file then paints every style, every mixture and every map of regions.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram
from torch.func import functional_call

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.exporting_swap import swap_graphs
from stylenets.inference.graph import Graph
from stylenets.layers.conv import pad_to_multiple
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import CINNet
from stylenets.nets.inverse import InverseNet
from stylenets.nets.johnson import JohnsonNet

STRIDE = 4  # pixels a side for one of the deepest features
SMALLEST = 32  # pixels a side
LARGEST = 16384
FEWEST = 4  # features a side: more than a patch
MOST = 64  # pictures at once
TRACED = (64, 96)  # pixels; any other size will do as well


class _Mapped(nn.Module):
    """A CINNet by maps of style weights as large as the picture, of any size."""

    def __init__(self, net: CINNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor, weights: Tensor) -> Tensor:
        """(B, 3, H, W) and (B, S, H, W) -> (B, 3, H, W)."""
        height, width = picture.shape[-2:]
        padded = pad_to_multiple(picture, STRIDE)
        painted: Tensor = self.net(padded, pad_to_multiple(weights, STRIDE))
        return painted[..., :height, :width]


class _Painting(nn.Module):
    """The trunk of a network for any style, by rows that its encoder gave."""

    def __init__(self, net: AnyStyleNet) -> None:
        super().__init__()
        self.trunk = net.trunk
        self.sizes = net.sizes

    def forward(self, picture: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
        """(B, 3, H, W), rows (S, N) and weights (B, S) -> (B, 3, H, W)."""
        parts = rows.split(list(self.sizes.values()), dim=1)
        tables = dict(zip(self.sizes, parts, strict=True))
        painted: Tensor = functional_call(self.trunk, tables, (picture, weights))
        return painted


def graphs(network: Network, mapped: bool = False) -> list[Graph]:
    """What a network is exported as.

    A network for any style is two graphs: a style picture's row, and what paints by rows. An
    inverse network is three: encoder, swap and decoder.

    Args:
        network: Of any family.
        mapped: Take a map of style weights, another mixture at every pixel.

    Raises:
        UserError: It cannot be exported so.
    """
    net = network.net.eval()
    picture = torch.rand(2, 3, *TRACED)
    of_picture = {0: "batch", 2: "height", 3: "width"}
    if mapped and not isinstance(net, CINNet):
        raise UserError("weights=map: only a multi-style network takes a map of style weights")
    if isinstance(net, JohnsonNet):
        axes = {"picture": of_picture}
        return [Graph("", net, {"picture": picture}, "painted", axes)]
    if isinstance(net, CINNet):
        weights = torch.rand(2, net.styles)
        if not mapped:
            axes = {"picture": of_picture, "weights": {0: "batch"}}
            inputs = {"picture": picture, "weights": weights}
            return [Graph("", net, inputs, "painted", axes)]
        axes = {"picture": of_picture, "weights": of_picture}
        inputs = {"picture": picture, "weights": weights[..., None, None].expand(-1, -1, *TRACED)}
        return [Graph("", _Mapped(net), inputs, "painted", axes)]
    if isinstance(net, AnyStyleNet):
        return _of_any_style(net, picture, of_picture)
    if isinstance(net, InverseNet):
        return swap_graphs(network)
    raise UserError(f"a {network.name} network cannot be exported")


def _of_any_style(net: AnyStyleNet, picture: Tensor, of_picture: dict[int, str]) -> list[Graph]:
    rows = torch.stack([net.encoder.output.bias.detach()] * 3)
    inputs = {"picture": picture, "rows": rows, "weights": torch.rand(2, 3)}
    axes = {"picture": of_picture, "rows": {0: "styles"}, "weights": {0: "batch", 1: "styles"}}
    style = {"style": torch.rand(2, 3, *TRACED)}
    return [
        Graph("_encoder", net.encoder, style, "rows", {"style": of_picture}),
        Graph("", _Painting(net), inputs, "painted", axes),
    ]


def trace(graph: Graph, any_size: bool = True) -> ExportedProgram:
    """The graph as torch exports it.

    Args:
        graph: What to trace.
        any_size: Sides of any length, else those that ``STRIDE`` divides. Of others torch cannot
            prove that cropping undoes padding, and its own programs then refuse to run.
    """
    lengths = {
        "batch": Dim("batch", min=1, max=MOST),
        "styles": Dim("styles", min=1, max=4096),
        "height": Dim("height", min=SMALLEST, max=LARGEST),
        "width": Dim("width", min=SMALLEST, max=LARGEST),
    }
    for side in ("rows", "columns", "style_rows", "style_columns"):
        lengths[side] = Dim(side, min=FEWEST, max=LARGEST)
    if not any_size:
        few = {"min": SMALLEST // STRIDE, "max": LARGEST // STRIDE}
        lengths |= {side: STRIDE * Dim(f"{side}s", **few) for side in ("height", "width")}
    free = tuple(
        {axis: lengths[what] for axis, what in axes.items()} for axes in graph.axes.values()
    )
    with torch.no_grad():
        return torch.export.export(
            graph.module,
            tuple(graph.inputs.values()),
            dynamic_shapes=free,
            prefer_deferred_runtime_asserts_over_guards=any_size,
        )


def example(graph: Graph, batch: int, height: int, width: int) -> list[Tensor]:
    """Other inputs for a graph: pictures of this size, and style weights that sum to 1."""
    sizes = {"batch": batch, "height": height, "width": width, "styles": 3}
    sizes |= {"rows": height // STRIDE, "columns": width // STRIDE}
    sizes |= {"style_rows": 9 + height // 8, "style_columns": 9 + width // 16}  # of another shape
    made = []
    for name, given in graph.inputs.items():
        free = graph.axes[name]
        shape = [sizes[free[axis]] if axis in free else n for axis, n in enumerate(given.shape)]
        if name == "rows":
            made.append(given[:1] + 0.05 * torch.randn(shape))
            continue
        drawn = torch.rand(shape)
        made.append(drawn / drawn.sum(1, keepdim=True) if name == "weights" else drawn)
    return made


def eager(graph: Graph, inputs: Sequence[Tensor]) -> Tensor:
    """What the network itself makes of these inputs."""
    with torch.inference_mode():
        result: Tensor = graph.module(*inputs)
    return result
