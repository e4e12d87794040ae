"""The frozen VGG loss network with named layers (Simonyan & Zisserman 2015; Gatys et al. 2016)."""

from collections.abc import Callable, Collection, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets import images
from stylenets.errors import UserError
from stylenets.layers.vgg import layer_names
from stylenets.photos import bundled_photos
from stylenets.vgg.loading import load_weights
from stylenets.vgg.weights import CONVENTIONS, Convolution, VGGWeights

POOLINGS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "max": F.max_pool2d,
    "average": F.avg_pool2d,
}
DEAD = 1e-3  # a channel below this fraction of its layer's mean activation hardly ever fires
SMALLEST = 16  # pixels a side: below this the fifth block has nothing left to pool


class LossNetwork(nn.Module):
    """VGG-16 or VGG-19 as a fixed function: RGB in [0, 1] -> {layer name: features}.

    Layers are named conv1_1, relu1_1, …, pool5. The weights are buffers that are not saved: a
    checkpoint never carries them.

    Args:
        depth: 16 or 19.
        weights: Where they come from, see ``load_weights``.
        pooling: "max", or "average" as Gatys et al. 2016, sec. 2, prefer.
        convention: The input that the weights of a file expect, see ``load_weights``.
        normalized: Rescale the channels to unit mean activations over the bundled photographs, see
            ``normalize``.

    Raises:
        UserError: There is no such network or pooling, or its weights cannot be had.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        depth: int = 16,
        weights: str = "auto",
        pooling: str = "max",
        convention: str = "imagenet",
        normalized: bool = False,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise UserError(f"vgg.pooling={pooling}: one of {', '.join(POOLINGS)}")
        loaded = load_weights(depth, weights, convention)
        self.source = loaded.source
        self.depth = loaded.depth
        self.pooling = pooling
        self.normalized = normalized
        self.layers = layer_names(loaded.depth)
        self._register(loaded)
        if normalized:
            self.normalize([images.read(path, 224) for path in bundled_photos()])

    def _register(self, loaded: VGGWeights) -> None:
        mean, std = CONVENTIONS[loaded.convention]
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        names = [layer[4:] for layer in self.layers if layer.startswith("conv")]
        for name, (kernel, bias) in zip(names, loaded.convolutions, strict=True):
            self.register_buffer(f"kernel{name}", kernel, persistent=False)
            self.register_buffer(f"bias{name}", bias, persistent=False)

    def forward(self, x: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        """Compute features, no deeper than the deepest layer wanted.

        Args:
            x: (B, 3, H, W) RGB in [0, 1].
            wanted: Names of layers.

        Returns:
            {name: (B, C, h, w)}.

        Raises:
            UserError: VGG has no such layer, or the picture is under 16 pixels a side.
        """
        self._check(x, wanted)
        features: dict[str, Tensor] = {}
        y = (x - self.mean) / self.std
        # convolutions of channels last are faster, on a GPU in bfloat16
        y = y.contiguous(memory_format=torch.channels_last)
        count = max([0, *(1 + self.layers.index(name) for name in wanted)])
        for layer in self.layers[:count]:
            overwrites = layer.startswith("relu") and f"conv{layer[4:]}" not in wanted
            y = F.relu_(y) if overwrites else self.compute(layer, y)
            if layer in wanted:
                features[layer] = y
        return features

    def _check(self, x: Tensor, wanted: Collection[str]) -> None:
        if unknown := set(wanted) - set(self.layers):
            raise UserError(
                f"VGG-{self.depth} has no layer {', '.join(sorted(unknown))}; it has"
                f" {', '.join(self.layers)}"
            )
        if min(x.shape[-2:]) < SMALLEST:
            raise UserError(
                f"a picture of {x.shape[-1]} x {x.shape[-2]} is too small for the loss network:"
                f" at least {SMALLEST} a side"
            )

    def compute(self, layer: str, y: Tensor) -> Tensor:
        """One layer, from the output of the one before it (B, C, H, W); a new tensor."""
        if layer.startswith("conv"):
            kernel, bias = self.convolution(layer)
            return F.conv2d(y, kernel, bias, padding=1)
        if layer.startswith("relu"):
            return F.relu(y)
        return POOLINGS[self.pooling](y, 2)

    def convolution(self, layer: str) -> Convolution:
        """Kernel and bias of a layer, conv1_1 or likewise of the ReLU behind it, relu1_1."""
        return getattr(self, f"kernel{layer[4:]}"), getattr(self, f"bias{layer[4:]}")

    @torch.no_grad()
    def normalize(self, pictures: Sequence[Tensor]) -> None:
        """Rescale the convolutions to a mean activation of 1 in each channel.

        ReLU and pooling commute with positive scaling (Gatys et al. 2016, sec. 2). The network
        computes the same features up to those factors, and loss weights carry over between sources
        of weights. A channel that hardly ever fires is rescaled by its layer's mean activation
        instead: its own would blow rounding errors up.

        Args:
            pictures: What is averaged over, (3, H, W) RGB in [0, 1] each.
        """
        features = [(picture[None] - self.mean) / self.std for picture in pictures]
        scale = torch.ones(3)  # of the layer's input
        for layer in self.layers[:-1]:  # nothing comes after the last pooling
            if layer.startswith("conv"):
                kernel, _ = self.convolution(layer)
                kernel.mul_(scale.view(1, -1, 1, 1))
            features = [self.compute(layer, y) for y in features]
            if layer.startswith("relu"):
                scale = _mean_activations(features)
                kernel, bias = self.convolution(layer)
                kernel.div_(scale.view(-1, 1, 1, 1))
                bias.div_(scale)
                features = [y / scale.view(1, -1, 1, 1) for y in features]


def _mean_activations(features: Sequence[Tensor]) -> Tensor:
    """(1, C, h, w) of each picture -> (C,), the layer's mean for channels that hardly ever fire."""
    means = torch.stack([y.mean((0, 2, 3)) for y in features]).mean(0)
    return torch.where(means > DEAD * means.mean(), means, means.mean())
