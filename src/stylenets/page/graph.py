"""The graphs that the page runs: a multi-style network whose rows and shares are inputs.

They are written node by node, since they take what a traced network cannot: the share of each row
may be one number for the whole picture or a map. One graph paints a picture as a whole. Others,
one for each segment of the network, paint a large one tile by tile.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor

from stylenets.nets.cin import CINNet
from stylenets.page.trunk import SegmentTrunk, Trunk, tables_of

Part = Callable[[Trunk, str], str]


def rows_of(net: CINNet) -> Tensor:
    """The style rows of a network, (S, N): in the order of its norms, gamma before beta."""
    return torch.cat([table.detach() for table in tables_of(net).values()], dim=1)


def paint_graph(net: CINNet) -> Any:
    """An ONNX model of a network without its rows.

    Its inputs are ``picture`` (1, 3, H, W), RGB in [0, 1], with sides that 4 divides; ``rows``
    (N, R, 1, 1), of as many rows as the picture needs, each as ``rows_of`` gives it; and ``full``,
    ``half`` and ``quarter``, the share of each row: (1, R, 1, 1), or a map of the picture's size,
    and the same map at half and at a quarter of that size. Its output is ``painted`` (1, 3, H, W).
    """
    trunk = Trunk(net)
    y = "picture"
    for part in _parts(net):
        y = part(trunk, y)
    return trunk.model(y)


def segment_graphs(net: CINNet) -> Iterator[tuple[Any, list[tuple[int, int]]]]:
    """ONNX models of what the network does one after the other: down, each block, up.

    Their inputs are ``before``, a part of the picture or of what the segment before gave;
    ``rows`` and the shares, as above, the latter of this part; ``statistics`` (1, N, 1, 1), the
    mean and the variance that every norm has, where ``rows`` has its gamma and its beta; and
    ``start`` and ``end`` (2), which rows and columns of the innermost features are kept: the others
    are only seen. Their outputs are ``after``, what is kept; and ``found`` (1, n, 1, 1), the means
    and variances of what the segment's norms see there, one norm after the other.

    Yields:
        A model, and of each of its norms where in ``statistics`` it begins and its channels.
    """
    for part in _parts(net):
        trunk = SegmentTrunk(net)
        model = trunk.model(part(trunk, "before"))
        yield model, trunk.norms


def _parts(net: CINNet) -> list[Part]:
    """Down, each block, up: the node whose output goes in -> the one that comes out."""
    return [_down, *[partial(_block, number=number) for number in range(len(net.residual))], _up]


def _down(trunk: Trunk, y: str) -> str:
    y = trunk.layer(y, "down.0", "full", relu=True)
    y = trunk.layer(y, "down.1", "half", stride=2, relu=True)
    return trunk.kept(trunk.layer(y, "down.2", "quarter", stride=2, relu=True), "quarter")


def _block(trunk: Trunk, y: str, number: int) -> str:
    inner = trunk.layer(y, f"residual.{number}.conv1", "quarter", relu=True)
    inner = trunk.layer(inner, f"residual.{number}.conv2", "quarter")
    return trunk.kept(trunk.add("Add", y, inner), "quarter")


def _up(trunk: Trunk, y: str) -> str:
    y = trunk.layer(trunk.enlarged(y), "up.0", "half", relu=True)
    y = trunk.layer(trunk.enlarged(y), "up.1", "full", relu=True)
    return trunk.kept(trunk.add("Sigmoid", trunk.layer(y, "output", "full")), "full")
