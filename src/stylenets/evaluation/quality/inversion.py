"""How well an inverse network inverts: its pictures' features against those they were made from (Chen & Schmidt 2016, sec. 5.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, pstdev
from typing import Any

import torch
from torch import Tensor

from stylenets.losses.content import feature_reconstruction
from stylenets.nets.inverse import InverseNet
from stylenets.patches import style_swap
from stylenets.report.tables import Sheet
from stylenets.vgg.network import LossNetwork

CONTENT, STYLE, SWAP = "photographs", "style pictures", "photographs swapped with each style"


@dataclass
class Inversion:
    """By what was inverted: the squared error of the features over their energy, and the PSNR in dB to the picture they are of."""

    errors: dict[str, list[float]] = field(default_factory=dict)
    psnr: dict[str, list[float]] = field(default_factory=dict)

    def sheet(self) -> Sheet:
        """Means and standard deviations, a row for each kind of features."""
        rows = [
            [kind, str(len(errors)), _spread(errors, 3), _spread(self.psnr.get(kind, []), 1)]
            for kind, errors in self.errors.items()
        ]
        return Sheet(
            "Features of the network's pictures",
            ["inverted", "pictures", "feature error", "PSNR in dB"],
            rows,
        )

    def figures(self) -> dict[str, Any]:
        """Everything measured, as plain values for JSON."""
        return {"feature_error": self.errors, "psnr": self.psnr}


@torch.inference_mode()
def measure(
    net: InverseNet,
    vgg: LossNetwork,
    photos: Mapping[str, Tensor],
    styles: Sequence[Tensor],
    advance: Callable[[], None] = lambda: None,
) -> Inversion:
    """Invert the features of ``photos`` and ``styles``, (3, m, m) with m a multiple of the network's factor, and of all their swaps.

    A photograph swapped with itself is itself, so its PSNR is that of a stylization with content = style. Net and VGG on one device.
    """
    measured = Inversion()
    device = next(net.parameters()).device

    def encode(picture: Tensor) -> Tensor:
        return vgg(picture, [net.layer])[net.layer]

    def invert(kind: str, features: Tensor, original: Tensor | None = None) -> None:
        picture = net(features).clamp(0, 1)
        measured.errors.setdefault(kind, []).append(
            float(feature_reconstruction(encode(picture), features, "relative"))
        )
        if original is not None:
            measured.psnr.setdefault(kind, []).append(
                float(-10 * (picture - original).square().mean().log10())
            )
        advance()

    latents = [encode(style[None].to(device)) for style in styles]
    for style, latent in zip(styles, latents, strict=True):
        invert(STYLE, latent, style[None].to(device))
    for photo in photos.values():
        content = encode(photo[None].to(device))
        invert(CONTENT, content, photo[None].to(device))
        for latent in latents:
            invert(SWAP, style_swap(content, latent))
    return measured


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{mean(values):.{digits}f} ± {pstdev(values):.{digits}f}" if values else ""
