"""How well an inverse network inverts features (Chen & Schmidt 2016, sec. 5.2).

The features of its pictures are compared with those that the pictures were made from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, pstdev
from typing import Any

import torch
from torch import Tensor

from stylenets.losses.content import feature_reconstruction
from stylenets.nets.inverse import InverseNet
from stylenets.report.tables import Sheet
from stylenets.vgg.network import LossNetwork

CONTENT = "photographs"
STYLE = "style pictures"
SWAP = "photographs swapped with each style"


@dataclass
class InversionErrors:
    """What was measured, by what was inverted.

    Args:
        errors: Squared error of the features over their energy.
        psnr: In dB, to the picture that the features are of.
    """

    errors: dict[str, list[float]] = field(default_factory=dict)
    psnr: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, error: float, psnr: float | None) -> None:
        """Note one inversion; features that are of no picture have no PSNR."""
        self.errors.setdefault(kind, []).append(error)
        if psnr is not None:
            self.psnr.setdefault(kind, []).append(psnr)

    def table(self) -> Sheet:
        """Means and standard deviations, a row for each kind of features."""
        rows = [
            [kind, str(len(errors)), _spread(errors, 3), _spread(self.psnr.get(kind, []), 1)]
            for kind, errors in self.errors.items()
        ]
        columns = ["inverted", "pictures", "feature error", "PSNR in dB"]
        return Sheet("Features of the network's pictures", columns, rows)

    def figures(self) -> dict[str, Any]:
        """Everything measured, as plain values for JSON."""
        return {"feature_error": self.errors, "psnr": self.psnr}


@torch.inference_mode()
def measure_inversion(
    net: InverseNet,
    vgg: LossNetwork,
    photos: Mapping[str, Tensor],
    styles: Sequence[Tensor],
    advance: Callable[[], None] = lambda: None,
) -> InversionErrors:
    """Invert the features of photographs and style pictures, and of all their swaps.

    A photograph swapped with itself is itself: its PSNR is that of a stylization in its own style.

    Args:
        net: The network, on the same device as ``vgg``.
        vgg: The loss network whose features it inverts.
        photos: (3, m, m) by name; m is a multiple of the network's factor.
        styles: (3, m, m), likewise.
        advance: Called after each inversion.
    """
    measured = InversionErrors()
    device = next(net.parameters()).device
    latents = []
    for style in styles:
        picture = style[None].to(device)
        latents.append(_encode(net, vgg, picture))
        measured.add(STYLE, *_invert(net, vgg, latents[-1], picture))
        advance()
    for photo in photos.values():
        picture = photo[None].to(device)
        content = _encode(net, vgg, picture)
        measured.add(CONTENT, *_invert(net, vgg, content, picture))
        advance()
        for latent in latents:
            measured.add(SWAP, *_invert(net, vgg, net.swap(content, latent), None))
            advance()
    return measured


def _encode(net: InverseNet, vgg: LossNetwork, picture: Tensor) -> Tensor:
    features: Tensor = vgg(picture, [net.layer])[net.layer]
    return features


def _invert(
    net: InverseNet, vgg: LossNetwork, features: Tensor, original: Tensor | None
) -> tuple[float, float | None]:
    """The error of the features of the network's picture, and its PSNR to the original."""
    picture = net(features).clamp(0, 1)
    error = feature_reconstruction(_encode(net, vgg, picture), features, "relative")
    if original is None:
        return float(error), None
    return float(error), float(-10 * (picture - original).square().mean().log10())


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{mean(values):.{digits}f} ± {pstdev(values):.{digits}f}" if values else ""
