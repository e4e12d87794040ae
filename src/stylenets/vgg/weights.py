"""The weights of a VGG network, whatever they came from, and the input that they expect."""

from dataclasses import dataclass

from torch import Tensor

Convolution = tuple[Tensor, Tensor]  # (out, in, 3, 3) kernel for RGB input, (out,) bias

# {convention: mean, std}: the network's input is (x - mean) / std for RGB in [0, 1]. "imagenet" is
# torchvision's; "caffe", of the published Caffe models, is 0-255 minus the mean pixel.
CONVENTIONS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "caffe": ((0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255)),
}


@dataclass(frozen=True)
class VGGWeights:
    """The convolutions of one of the two VGG networks.

    Attributes:
        depth: 16 or 19.
        convolutions: In order of depth.
        convention: The input that they expect, a key of ``CONVENTIONS``.
        source: What they are, as a trained network's file names its loss network.
    """

    depth: int
    convolutions: list[Convolution]
    convention: str
    source: str
