"""ST-LPIPS: how unlike two pictures look to people, by what people said (Ghildyal & Liu 2022).

AlexNet (Krizhevsky et al. 2012) whose strides are blurred (Zhang 2019), so that a shift by a pixel
changes nearly nothing; the squared differences of its features are weighed as fits best to people's
answers (Zhang et al. 2018). The weights (BSD-2) come out of the authors' wheel, pinned by their
digest; the network is written out here, since their package imports far more than it needs.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, normalize, pad, relu

from stylenets import wheels

WHEEL = "stlpips-pytorch==0.0.2"
MEMBER = "stlpips_pytorch/weights/vST0.0/alex_shift_tolerant.pth"
SHA256 = "b356b382f96010f77d085ee8343ecd9fd322d0a56e8de2b2d0549fafcad8b9ee"
# the authors' names of the five convolutions, and by how much each pads
CONVOLUTIONS = (
    ("slice1.0", 2),
    ("slice2.5", 2),
    ("slice3.9", 1),
    ("slice4.11", 1),
    ("slice5.13", 1),
)
LAYERS = range(len(CONVOLUTIONS))
BLUR = (0.25, 0.5, 0.25)


class STLPIPS(nn.Module):
    """The metric with the weights of a state dict that has the authors' keys."""

    shift: Tensor
    scale: Tensor
    blur: Tensor

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.register_buffer("shift", state["scaling_layer.shift"])
        self.register_buffer("scale", state["scaling_layer.scale"])
        blur = torch.tensor(BLUR)
        self.register_buffer("blur", blur[:, None] * blur)
        for layer, (name, _) in enumerate(CONVOLUTIONS):
            self.register_buffer(f"kernel{layer}", state[f"net.{name}.weight"])
            self.register_buffer(f"bias{layer}", state[f"net.{name}.bias"])
            self.register_buffer(f"importance{layer}", state[f"lin{layer}.model.1.weight"])

    def features(self, picture: Tensor) -> list[Tensor]:
        """(B, 3, H, W) RGB in [0, 1], at least 24 a side -> five of (B, C, h, w) of unit length."""
        y = ((2 * picture - 1) - self.shift) / self.scale
        y = relu(self._blurred(self._convolved(y, 0)))
        found = [y]
        for layer in LAYERS[1:]:
            if layer <= 2:
                y = self._blurred(max_pool2d(y, kernel_size=3, stride=1))
            y = relu(self._convolved(y, layer))
            found.append(y)
        return [normalize(features, dim=1, eps=1e-10) for features in found]

    def forward(self, found: list[Tensor], expected: list[Tensor]) -> Tensor:
        """Distance (B,) of the ``features`` of two pictures: 0 for the same, about 1 for others."""
        distances = []
        for layer in LAYERS:
            difference = (found[layer] - expected[layer]).square()
            weighed = conv2d(difference, self._buffer(f"importance{layer}"))
            distances.append(weighed.mean((1, 2, 3)))
        return torch.stack(distances).sum(0)

    def _convolved(self, y: Tensor, layer: int) -> Tensor:
        kernel = self._buffer(f"kernel{layer}")
        bias = self._buffer(f"bias{layer}")
        return conv2d(y, kernel, bias, padding=CONVOLUTIONS[layer][1])

    def _blurred(self, y: Tensor) -> Tensor:
        """Every second pixel of the blurred maps, padded by two instead of one, as published."""
        channels = y.shape[1]
        kernel = self.blur.expand(channels, 1, 3, 3)
        padded = pad(y, (2, 2, 2, 2), mode="reflect")
        return conv2d(padded, kernel, stride=2, groups=channels)

    def _buffer(self, name: str) -> Tensor:
        tensor: Tensor = getattr(self, name)
        return tensor


def load_st_lpips() -> STLPIPS:
    """The metric with the published weights.

    Raises:
        UserError: If the wheel cannot be had.
    """
    path = wheels.fetch(WHEEL, MEMBER, sha256=SHA256)
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return STLPIPS(state).requires_grad_(False).eval()
