"""The graph that the page runs: a multi-style network whose rows and shares are inputs.

It is written node by node, since it takes what a traced network cannot: the share of each row may
be one number for the whole picture or a map. So one file paints one style as fast as it can, and
regions too.
"""

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


def paint_graph(net: CINNet) -> Any:
    """An ONNX model of a network without its rows.

    Its inputs are ``picture`` (1, 3, H, W), RGB in [0, 1], with sides that 4 divides; ``rows``
    (N, R, 1, 1), of as many rows as the picture needs, each as ``rows_of`` gives it; and ``full``,
    ``half`` and ``quarter``, the share of each row: (1, R, 1, 1), or a map of the picture's size,
    and the same map at half and at a quarter of that size. Its output is ``painted`` (1, 3, H, W).
    """
    trunk = _Trunk(net)
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
        from onnx import helper

        self.helper = helper
        self.nodes: list[Any] = []
        self.kept: list[Any] = []
        self.weights = {name: value.numpy() for name, value in net.state_dict().items()}
        sizes = [table.shape[1] for table in _tables(net)]
        self.numbers = sum(sizes)
        names = [f"row_{number}" for number in range(len(sizes))]
        inputs = ["rows", self.keep(np.array(sizes))]
        self.nodes.append(helper.make_node("Split", inputs, names, axis=0))
        self.rows = iter(names)

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
        weight = self.add("Cast", small, to=self.helper.TensorProto.FLOAT)
        y = self.norm(self.add("Conv", padded, weight, strides=[stride, stride]), len(kernel))
        gamma = self.add("Conv", share, next(self.rows))
        beta = self.add("Conv", share, next(self.rows))
        y = self.add("Add", self.add("Mul", y, gamma), beta)
        return self.add("Relu", y) if relu else y

    def norm(self, y: str, channels: int) -> str:
        """(y - mean) / std of every channel."""
        ones = self.keep(np.ones(channels, np.float32))
        zeros = self.keep(np.zeros(channels, np.float32))
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
        inputs = [self._value("picture", [1, 3, "height", "width"])]
        inputs.append(self._value("rows", [self.numbers, "looks", 1, 1]))
        for scale in SCALES:
            inputs.append(self._value(scale, [1, "looks", f"{scale}_height", f"{scale}_width"]))
        outputs = [self._value("painted", [1, 3, "height", "width"])]
        graph = self.helper.make_graph(self.nodes, "painter", inputs, outputs, self.kept)
        opset = self.helper.make_opsetid("", OPSET)
        model = self.helper.make_model(graph, opset_imports=[opset], ir_version=10)
        checker.check_model(model)
        return model

    def _value(self, name: str, shape: list[Any]) -> Any:
        return self.helper.make_tensor_value_info(name, self.helper.TensorProto.FLOAT, shape)
