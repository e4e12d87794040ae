"""A network's pass as other runtimes for a CPU optimize it: ONNX Runtime and OpenVINO."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.inference.exporting import graphs
from stylenets.inference.onnx_files import OnnxRunner, to_onnx
from stylenets.nets.cin import CINNet

ONNX_RUNTIME = "ONNX Runtime"
OPENVINO = "OpenVINO"
OPSET = 20


def runtime_passes(net: CINNet, x: Tensor, weights: Tensor) -> dict[str, Callable[[], Tensor]]:
    """What paints pictures (B, 3, H, W) by style weights (B, S), on as many threads as torch.

    Both run the file that ``scripts/export.py`` writes.

    Raises:
        UserError: If one of them is not installed.
    """
    names = [str(number) for number in range(net.styles)]
    with torch.inference_mode(False):
        graph = graphs(Network(net, "cin", net.arguments(), names))[0]
        model = to_onnx(graph, {}, OPSET, "float32").SerializeToString()
    inputs = [x, weights]
    runner = OnnxRunner(model)
    compiled = _compiled(model)
    given = [tensor.numpy() for tensor in inputs]
    return {
        ONNX_RUNTIME: lambda: runner(inputs),
        OPENVINO: lambda: torch.from_numpy(compiled(given)[0].copy()),
    }


def _compiled(model: bytes) -> Any:
    try:
        import openvino
    except ImportError as error:
        raise UserError(
            "suite=infer compares with OpenVINO: pip install 'stylenets[benchmark]'"
        ) from error
    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "INFERENCE_PRECISION_HINT": "f32",  # else it takes bfloat16 where a CPU has that
    }
    return core.compile_model(core.read_model(model), "CPU", settings)
