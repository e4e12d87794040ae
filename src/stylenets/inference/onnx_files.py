"""ONNX files of networks: written, shrunk, and compared with the networks they are of."""

import json
import logging
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.inference.exporting import trace
from stylenets.inference.graph import Graph
from stylenets.inference.rearranged import rearranged

STORED = ("float32", "float16", "int8")
LARGE = 1024  # numbers: smaller tensors stay float32


def to_onnx(graph: Graph, metadata: dict[str, Any], opset: int, stored: str) -> Any:
    """An ONNX model of a graph, with metadata inside.

    Args:
        graph: What to export.
        metadata: Plain values.
        opset: The version of ONNX's operations.
        stored: How large weights are kept: "float32", "float16" or "int8". It computes in float32.

    Raises:
        UserError: If what is needed is not installed.
    """
    try:
        import onnxscript  # noqa: F401  # torch needs it, and says so in many lines
    except ImportError as error:
        raise UserError("format=onnx needs an extra: pip install 'stylenets[export]'") from error
    for chatty in ("onnx_ir", "onnxscript"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of axes that share a length, as they should
        program = torch.onnx.export(
            trace(replace(graph, module=rearranged(graph.module))),
            input_names=list(graph.inputs),
            output_names=[graph.output],
            opset_version=opset,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    if stored != "float32":
        _shrink(model, stored)
    entry = model.metadata_props.add()
    entry.key = "stylenets"
    entry.value = json.dumps(metadata)
    return model


def _shrink(model: Any, stored: str) -> None:
    """Keep large weights in fewer bytes, and widen them where they are used."""
    from onnx import helper, numpy_helper

    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < LARGE:
            continue
        kept = f"{tensor.name}_{stored}"
        if stored == "float16":
            small = [numpy_helper.from_array(values.astype(np.float16), kept)]
            node = helper.make_node("Cast", [kept], [tensor.name], to=tensor.data_type)
        else:
            scale = np.abs(values).reshape(len(values), -1).max(1) / 127 + 1e-12
            shape = (-1, *[1] * (values.ndim - 1))
            whole = np.round(values / scale.reshape(shape)).astype(np.int8)
            factors = numpy_helper.from_array(scale.astype(np.float32), f"{kept}_scale")
            small = [numpy_helper.from_array(whole, kept), factors]
            inputs = [kept, factors.name]
            node = helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=0)
        model.graph.initializer.remove(tensor)
        model.graph.initializer.extend(small)
        model.graph.node.insert(0, node)


class OnnxRunner:
    """A model in ONNX Runtime, on the CPU.

    Raises UserError if that is not installed.
    """

    def __init__(self, model: bytes) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise UserError(
                "format=onnx needs an extra: pip install 'stylenets[export]'"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(model, options, providers=providers)

    def __call__(self, inputs: list[Tensor]) -> Tensor:
        """The model's only output of these inputs."""
        names = [given.name for given in self.session.get_inputs()]
        values = [tensor.contiguous().numpy() for tensor in inputs]
        found = self.session.run(None, dict(zip(names, values, strict=True)))[0]
        return torch.from_numpy(found)
