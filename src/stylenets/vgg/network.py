"""The frozen VGG loss network with named layers (Simonyan & Zisserman 2015; Gatys et al. 2016)."""

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets import images
from stylenets.errors import UserError
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.photos import bundled_photos
from stylenets.vgg.weights import CONVENTIONS, VGGWeights, load

POOLINGS = {"max": F.max_pool2d, "average": F.avg_pool2d}
DEAD = 1e-3  # a channel below this fraction of its layer's mean activation hardly ever fires
SMALLEST = 16  # pixels a side: below this the fifth block has nothing left to pool


class LossNetwork(nn.Module):
    """VGG-16 or VGG-19 as a fixed function: RGB in [0, 1] -> {layer name: features}.

    Layers are named conv1_1, relu1_1, …, pool5. The weights are buffers that are not saved: a
    checkpoint never carries them.

    Args:
        depth: 16 or 19.
        weights: Where they come from, see ``weights.load``.
        pooling: max, as VGG was trained, or average (Gatys et al. 2016, sec. 2).
        convention: What a file's weights take as input: imagenet or caffe.
        normalized: Rescale to unit mean activations over the bundled photographs.

    Raises:
        UserError: For another depth or pooling, or where no weights can be had.
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
        loaded = load(depth, weights, convention)
        self.source, self.depth, self.pooling, self.normalized = (
            loaded.source,
            loaded.depth,
            pooling,
            normalized,
        )
        self._register(loaded)
        if normalized:
            self.normalize([images.read(path, 224) for path in bundled_photos()])

    def _register(self, loaded: VGGWeights) -> None:
        mean, std = (
            torch.tensor(values).view(1, 3, 1, 1) for values in CONVENTIONS[loaded.convention]
        )
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("std", std, persistent=False)
        names = [
            f"{b}_{k}"
            for b, count in enumerate(VGG_BLOCKS[loaded.depth], start=1)
            for k in range(1, count + 1)
        ]
        for name, (kernel, bias) in zip(names, loaded.convolutions, strict=True):
            self.register_buffer(f"kernel{name}", kernel, persistent=False)
            self.register_buffer(f"bias{name}", bias, persistent=False)
        self.layers = [
            layer
            for name in names
            for layer in (f"conv{name}", f"relu{name}", *self._pool_after(name, loaded.depth))
        ]

    @staticmethod
    def _pool_after(name: str, depth: int) -> list[str]:
        block, k = map(int, name.split("_"))
        return [f"pool{block}"] if k == VGG_BLOCKS[depth][block - 1] else []

    def forward(self, x: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        """Compute features, only as deep as the deepest layer that is wanted.

        Args:
            x: (B, 3, H, W) RGB in [0, 1].
            wanted: Names of layers.

        Returns:
            {name: (B, C, h, w)}.

        Raises:
            UserError: For a layer that VGG does not have, or a picture under 16 pixels a side.
        """
        if unknown := set(wanted) - set(self.layers):
            raise UserError(
                f"VGG-{self.depth} has no layer {', '.join(sorted(unknown))}; it has {', '.join(self.layers)}"
            )
        if min(x.shape[-2:]) < SMALLEST:
            raise UserError(
                f"a picture of {x.shape[-1]} x {x.shape[-2]} is too small for the loss network: at least {SMALLEST} a side"
            )
        features: dict[str, Tensor] = {}
        y = ((x - self.mean) / self.std).contiguous(
            memory_format=torch.channels_last
        )  # whose convolutions are faster, on a GPU in bfloat16
        for layer in self.layers[: max([0, *(1 + self.layers.index(name) for name in wanted)])]:
            y = (
                F.relu_(y)
                if layer.startswith("relu") and f"conv{layer[4:]}" not in wanted
                else self.compute(layer, y)
            )
            if layer in wanted:
                features[layer] = y
        return features

    def compute(self, layer: str, y: Tensor) -> Tensor:
        """One layer, from the output of the one before it (B, C, H, W); a new tensor."""
        kind, name = layer[:4], layer[4:]
        if kind == "conv":
            return F.conv2d(
                y, getattr(self, f"kernel{name}"), getattr(self, f"bias{name}"), padding=1
            )
        if kind == "relu":
            return F.relu(y)
        return POOLINGS[self.pooling](y, 2)

    @torch.no_grad()
    def normalize(self, pictures: list[Tensor]) -> None:
        """Rescale to a mean activation of 1 in every channel (Gatys et al. 2016, sec. 2).

        ReLU and pooling commute with positive scaling. So the network computes the same features up
        to those factors, and loss weights carry over between sources of weights. A channel that
        hardly ever fires is rescaled by its layer's mean activation instead: its own would blow
        rounding errors up.

        Args:
            pictures: What the mean is taken over, (3, H, W) each.
        """
        features = [(picture[None] - self.mean) / self.std for picture in pictures]
        scale = torch.ones(3)
        for layer in self.layers[:-1]:  # nothing comes after the last pooling
            kernel, bias = (
                getattr(self, f"kernel{layer[4:]}", None),
                getattr(self, f"bias{layer[4:]}", None),
            )
            if layer.startswith("conv"):
                kernel.mul_(scale.view(1, -1, 1, 1))
            features = [self.compute(layer, y) for y in features]
            if layer.startswith("relu"):
                means = torch.stack([y.mean((0, 2, 3)) for y in features]).mean(0)
                scale = torch.where(means > DEAD * means.mean(), means, means.mean())
                kernel.div_(scale.view(-1, 1, 1, 1))
                bias.div_(scale)
                features = [y / scale.view(1, -1, 1, 1) for y in features]
