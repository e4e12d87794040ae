"""A multi-style network, or a segment of it, written as an ONNX graph layer by layer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from stylenets.layers.norm import EPS
from stylenets.nets.cin import ROWS, CINNet

OPSET = 20
SCALES = {"full": 4, "half": 2, "quarter": 1}  # features a side for one of the innermost
GAMMA, BETA = ROWS


def tables_of(net: CINNet) -> dict[str, Tensor]:
    """The tables (S, C) of a network's gammas and betas, by their names."""
    return {name: table for name, table in net.named_parameters() if name.endswith(ROWS)}


class Trunk:
    """Nodes and weights of a graph, added layer by layer."""

    def __init__(self, net: CINNet) -> None:
        from onnx import TensorProto, helper

        self.helper = helper
        self.types: Any = TensorProto
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.weights = {name: value.numpy() for name, value in net.state_dict().items()}
        self.sizes = {name: table.shape[1] for name, table in tables_of(net).items()}
        self.numbers = sum(self.sizes.values())
        self.rows = self.split("rows", axis=0)

    def split(self, given: str, axis: int) -> dict[str, str]:
        """The parts of an input for the tables of the norms, by the tables' names.

        A slice each: one node for all would write more buffers than WebGPU lets a shader have.
        """
        ends = np.cumsum(list(self.sizes.values()))
        along = self.keep(np.array([axis]))
        parts = {}
        for (name, size), end in zip(self.sizes.items(), ends, strict=True):
            start, stop = self.keep(np.array([end - size])), self.keep(np.array([end]))
            parts[name] = self.add("Slice", given, start, stop, along)
        return parts

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """A node; the name of its only output."""
        name = f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(self.helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def keep(self, values: NDArray[Any]) -> str:
        """The name of a constant."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def layer(self, x: str, name: str, scale: str, stride: int = 1, relu: bool = False) -> str:
        """Reflection padding, a convolution, its norm, and perhaps what of that is above 0."""
        kernel = self.weights[f"{name}.conv.conv2d.weight"]
        side = kernel.shape[-1] // 2
        padded = self.add("Pad", x, self.keep(np.array([0, 0, side, side] * 2)), mode="reflect")
        # networks are stored in half as many bytes, too
        small = self.keep(kernel.astype(np.float16))
        weight = self.add("Cast", small, to=self.types.FLOAT)
        y = self.norm(self.add("Conv", padded, weight, strides=[stride, stride]), name, scale)
        gamma = self.add("Conv", scale, self.rows[f"{name}.{GAMMA}"])
        beta = self.add("Conv", scale, self.rows[f"{name}.{BETA}"])
        y = self.add("Add", self.add("Mul", y, gamma), beta)
        return self.add("Relu", y) if relu else y

    def norm(self, y: str, name: str, scale: str) -> str:
        """(y - mean) / std of a layer's channels."""
        count = self.sizes[f"{name}.{GAMMA}"]
        ones = self.keep(np.ones(count, np.float32))
        zeros = self.keep(np.zeros(count, np.float32))
        return self.add("InstanceNormalization", y, ones, zeros, epsilon=EPS)

    def kept(self, y: str, scale: str) -> str:
        """What of a segment's output is kept: all."""
        return y

    def enlarged(self, y: str) -> str:
        """Twice as large, by the nearest neighbor."""
        factors = self.keep(np.array([1, 1, 2, 2], np.float32))
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.add("Resize", y, "", factors, mode="nearest", **how)

    def model(self, result: str) -> Any:
        """The whole, checked by ONNX's own rules."""
        from onnx import checker

        outputs = self.outputs()
        self.nodes.append(self.helper.make_node("Identity", [result], [outputs[0][0]]))
        values = [self.value(*one) for one in self.inputs()]
        results = [self.value(*one) for one in outputs]
        graph = self.helper.make_graph(self.nodes, "painter", values, results, self.constants)
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


class SegmentTrunk(Trunk):
    """A segment, with norms by given statistics."""

    def __init__(self, net: CINNet) -> None:
        super().__init__(net)
        self.statistics = self.split("statistics", axis=1)
        self.found: list[str] = []
        self.norms: list[tuple[int, int]] = []

    def norm(self, y: str, name: str, scale: str) -> str:
        """As above, by statistics that are given; and those of what is here are found."""
        axes = self.keep(np.array([2, 3]))
        here = self.kept(y, scale)
        mean = self.add("ReduceMean", here, axes, keepdims=1)
        off = self.add("Sub", here, mean)
        self.found += [mean, self.add("ReduceMean", self.add("Mul", off, off), axes, keepdims=1)]
        names = list(self.sizes)
        before = names.index(f"{name}.{GAMMA}")
        first = sum(self.sizes[one] for one in names[:before])
        self.norms.append((first, self.sizes[names[before]]))
        eps = self.keep(np.array(EPS, np.float32))
        variance = self.add("Add", self.statistics[f"{name}.{BETA}"], eps)
        centered = self.add("Sub", y, self.statistics[f"{name}.{GAMMA}"])
        return self.add("Div", centered, self.add("Sqrt", variance))

    def kept(self, y: str, scale: str) -> str:
        """What lies between start and end."""
        factor = self.keep(np.array(SCALES[scale]))
        corners = [self.add("Mul", corner, factor) for corner in ("start", "end")]
        return self.add("Slice", y, *corners, self.keep(np.array([2, 3])))

    def model(self, result: str) -> Any:
        """The whole, with the statistics as a result, too."""
        self.nodes.append(self.helper.make_node("Concat", self.found, ["found"], axis=1))
        return super().model(result)

    def inputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes; of whole numbers the type, too."""
        _, *shared = super().inputs()
        before: Any = ("before", [1, "channels", "height", "width"])
        corners: list[Any] = [(corner, [2], "INT64") for corner in ("start", "end")]
        return [before, *shared, ("statistics", [1, self.numbers, 1, 1]), *corners]

    def outputs(self) -> list[tuple[str, list[Any]]]:
        """Names and shapes."""
        found = 2 * sum(channels for _, channels in self.norms)
        return [
            ("after", [1, "channels_after", "height_after", "width_after"]),
            ("found", [1, found, 1, 1]),
        ]
