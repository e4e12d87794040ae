"""The graph that the page runs: a multi-style network whose rows and shares are inputs.

It is written node by node, since it takes what a traced network cannot: the share of each row may
be one number for the whole picture or a map. So one file paints one style as fast as it can, and
regions too. Another paints a large picture's tiles by statistics of the whole.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stylenets.layers.norm import EPS
from stylenets.nets.cin import ROWS, CINNet

OPSET = 20
SCALES = ("full", "half", "quarter")  # the sizes at which the network has norms


def rows_of(net: CINNet) -> Tensor:
    """The style rows of a network, (S, N): in the order of its norms, gamma before beta."""
    return torch.cat([table.detach() for table in _tables(net)], dim=1)


def channels(net: CINNet) -> list[int]:
    """What every norm has a gamma of, in the order of ``rows_of``."""
    return [table.shape[1] for table in _tables(net)][::2]


def reach(net: CINNet) -> int:
    """Pixels that a painted pixel sees to each side, rounded up to a multiple of 4.

    4 in the first convolution and in the last, 3 going down, 12 or less coming up, and 4 for every
    convolution of the residual blocks.
    """
    return 4 * (2 * len(net.residual) + 8)


def paint_graph(net: CINNet) -> Any:
    """An ONNX model of a network without its rows.

    Its inputs are ``picture`` (1, 3, H, W), RGB in [0, 1], with sides that 4 divides; ``rows``
    (N, R, 1, 1), of as many rows as the picture needs, each as ``rows_of`` gives it; and ``full``,
    ``half`` and ``quarter``, the share of each row: (1, R, 1, 1), or a map of the picture's size,
    and the same map at half and at a quarter of that size. Its output is ``painted`` (1, 3, H, W).
    """
    return _written(_Trunk(net), net)


def tile_graph(net: CINNet) -> Any:
    """The same for tiles of a large picture, normed by given statistics.

    It takes two more inputs: ``statistics`` (1, N, 1, 1), the mean and the variance of what every
    norm sees, where ``rows`` has its gamma and its beta; and ``own``, true for the tile's own
    instead. A second output, ``found`` (1, N, 1, 1), are the tile's own.
    """
    return _written(_TileTrunk(net), net)


def _written(trunk: "_Trunk", net: CINNet) -> Any:
    y = trunk.layer("picture", "down.0", "full", relu=True)
    y = trunk.layer(y, "down.1", "half", stride=2, relu=True)
    y = trunk.layer(y, "down.2", "quarter", stride=2, relu=True)
    for number in range(len(net.residual)):
        inner = trunk.layer(y, f"residual.{number}.conv1", "quarter", relu=True)
        y = trunk.add("Add", y, trunk.layer(inner, f"residual.{number}.conv2", "quarter"))
    y = trunk.layer(trunk.enlarged(y), "up.0", "half", relu=True)
    y = trunk.layer(trunk.enlarged(y), "up.1", "full", relu=True)
    y = trunk.layer(y, "output", "full")
    return trunk.model(trunk.add("Sigmoid", y))


def _tables(net: CINNet) -> list[Tensor]:
    return [table for name, table in net.named_parameters() if name.endswith(ROWS)]


class _Trunk:
    """Nodes and weights of a graph, added layer by layer."""

    def __init__(self, net: CINNet) -> None:
        from onnx import TensorProto, helper

        self.helper = helper
        self.types: Any = TensorProto
        self.nodes: list[Any] = []
        self.kept: list[Any] = []
        self.weights = {name: value.numpy() for name, value in net.state_dict().items()}
        sizes = [table.shape[1] for table in _tables(net)]
        self.numbers = sum(sizes)
        self.sizes = self.keep(np.array(sizes))
        self.rows = self.split("rows", len(sizes), axis=0)

    def split(self, name: str, count: int, axis: int) -> Iterator[str]:
        """The parts of an input for gammas and betas, by norm."""
        names = [f"{name}_{number}" for number in range(count)]
        self.nodes.append(self.helper.make_node("Split", [name, self.sizes], names, axis=axis))
        return iter(names)

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """A node; the name of its only output."""
        name = f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(self.helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def keep(self, values: NDArray[Any]) -> str:
        """The name of a constant."""
        from onnx import numpy_helper

        name = f"constant_{len(self.kept)}"
        self.kept.append(numpy_helper.from_array(values, name))
        return name

    def layer(self, x: str, name: str, share: str, stride: int = 1, relu: bool = False) -> str:
        """Reflection padding, a convolution, its norm, and perhaps what of that is above 0."""
        kernel = self.weights[f"{name}.conv.conv2d.weight"]
        side = kernel.shape[-1] // 2
        padded = self.add("Pad", x, self.keep(np.array([0, 0, side, side] * 2)), mode="reflect")
        # networks are stored in half as many bytes, too
        small = self.keep(kernel.astype(np.float16))
        weight = self.add("Cast", small, to=self.types.FLOAT)
        y = self.norm(self.add("Conv", padded, weight, strides=[stride, stride]), len(kernel))
        gamma = self.add("Conv", share, next(self.rows))
        beta = self.add("Conv", share, next(self.rows))
        y = self.add("Add", self.add("Mul", y, gamma), beta)
        return self.add("Relu", y) if relu else y

    def norm(self, y: str, count: int) -> str:
        """(y - mean) / std of all ``count`` channels."""
        ones = self.keep(np.ones(count, np.float32))
        zeros = self.keep(np.zeros(count, np.float32))
        return self.add("InstanceNormalization", y, ones, zeros, epsilon=EPS)

    def enlarged(self, y: str) -> str:
        """Twice as large, by the nearest neighbor."""
        factors = self.keep(np.array([1, 1, 2, 2], np.float32))
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.add("Resize", y, "", factors, mode="nearest", **how)

    def model(self, painted: str) -> Any:
        """The whole, checked by ONNX's own rules."""
        from onnx import checker

        self.nodes.append(self.helper.make_node("Identity", [painted], ["painted"]))
        values = [self.value(*one) for one in self.inputs()]
        results = [self.value(*one) for one in self.outputs()]
        graph = self.helper.make_graph(self.nodes, "painter", values, results, self.kept)
        opset = self.helper.make_opsetid("", OPSET)
        model = self.helper.make_model(graph, opset_imports=[opset], ir_version=10)
        checker.check_model(model)
        return model

    def inputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes."""
        maps = [(scale, [1, "looks", f"{scale}_height", f"{scale}_width"]) for scale in SCALES]
        rows = ("rows", [self.numbers, "looks", 1, 1])
        return [("picture", [1, 3, "height", "width"]), rows, *maps]

    def outputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes."""
        return [("painted", [1, 3, "height", "width"])]

    def value(self, name: str, shape: list[Any], kind: str = "FLOAT") -> Any:
        """An input or an output of ONNX's kind of number."""
        return self.helper.make_tensor_value_info(name, self.types.DataType.Value(kind), shape)


class _TileTrunk(_Trunk):
    """The same, normed by given statistics."""

    def __init__(self, net: CINNet) -> None:
        super().__init__(net)
        self.given = self.split("statistics", len(_tables(net)), axis=1)
        self.found: list[str] = []

    def norm(self, y: str, count: int) -> str:
        """As above, of the whole picture or of what is here."""
        axes = self.keep(np.array([2, 3]))
        here = self.add("ReduceMean", y, axes, keepdims=1)
        off = self.add("Sub", y, here)
        spread = self.add("ReduceMean", self.add("Mul", off, off), axes, keepdims=1)
        self.found += [here, spread]
        mean = self.add("Where", "own", here, next(self.given))
        variance = self.add("Where", "own", spread, next(self.given))
        eps = self.keep(np.array(EPS, np.float32))
        deviation = self.add("Sqrt", self.add("Add", variance, eps))
        return self.add("Div", self.add("Sub", y, mean), deviation)

    def model(self, painted: str) -> Any:
        """The whole, with the statistics as a result, too."""
        self.nodes.append(self.helper.make_node("Concat", self.found, ["found"], axis=1))
        return super().model(painted)

    def inputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes; of ``own`` the type, too."""
        more: list[Any] = [("statistics", [1, self.numbers, 1, 1]), ("own", [], "BOOL")]
        return [*super().inputs(), *more]

    def outputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes."""
        return [*super().outputs(), ("found", [1, self.numbers, 1, 1])]
