"""Whether each segment of a picture is in its own style: style losses in segments, near their borders, and how sharp the borders are."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from stylenets import masks
from stylenets.losses.gram import gram
from stylenets.losses.regional import at_layers, regional_statistics
from stylenets.vgg.network import LossNetwork

BORDER = 3.0  # pixels to each side in which the gradient counts as a border's
BAND = 16.0  # pixels from a border in which another style would leak: about the receptive field of relu3_1, 24 pixels wide


@torch.no_grad()
def style_in_segments(
    vgg: LossNetwork,
    layers: Collection[str],
    picture: Tensor,
    segments: Mapping[str, Tensor],
    styles: Mapping[str, Tensor],
) -> dict[str, dict[str, float]]:
    """{segment: {style: distance}} of picture (1, 3, H, W): ||G - A||^2 / (||G||^2 + ||A||^2), mean over ``layers``.

    G: the Gram matrix of the segment's features, A that of the style; 0 is the style, 1 a black segment or features that have nothing in
    common. ``segments``: {label: (H, W)}; ``styles``: {name: (3, h, w)}. Raises UserError for an empty segment.
    """
    features = vgg(picture, layers)
    targets = {
        name: {layer: gram(maps) for layer, maps in vgg(one[None], layers).items()}
        for name, one in styles.items()
    }
    losses: dict[str, dict[str, float]] = {}
    for label, mask in segments.items():
        weights = at_layers(mask, features, label)
        grams = {
            layer: regional_statistics(features[layer], weights[layer], "relative")
            for layer in layers
        }
        losses[label] = {name: _mean_distance(grams, target) for name, target in targets.items()}
    return losses


def near_border(regions: Mapping[str, Tensor], reach: float = BAND) -> dict[str, Tensor]:
    """{label: (H, W)} of 1 in the region within ``reach`` pixels of a border, else 0; without regions that have nothing there."""
    near = (masks.border_weight(regions, reach) > 0).float()
    bands = {label: mask * near for label, mask in masks.sharpened(regions).items()}
    return {label: band for label, band in bands.items() if band.any()}


def leaks(
    in_bands: Mapping[str, Mapping[str, float]], painted_in: Mapping[str, str]
) -> dict[str, float]:
    """{segment: share} from losses near the borders, as of ``style_in_segments``: own / (own + nearest other style).

    0 is the own style alone, 1/2 as near to the other, 1 the other alone. Segments without a style of their own are left out.
    """
    shares = {}
    for label, losses in in_bands.items():
        others = [loss for name, loss in losses.items() if name != painted_in[label]]
        if painted_in[label] in losses and others:
            own = losses[painted_in[label]]
            shares[label] = own / max(own + min(others), 1e-12)
    return shares


def border_gradient(
    picture: Tensor, regions: Mapping[str, Tensor], reach: float = BORDER
) -> dict[str, float]:
    """Mean length of the color gradient of (1, 3, H, W), per pixel: within ``reach`` pixels of a border, elsewhere, and their ratio."""
    across = torch.nn.functional.pad(picture.diff(dim=3), (0, 1))
    down = torch.nn.functional.pad(picture.diff(dim=2), (0, 0, 0, 1))
    length = (across.square() + down.square()).sum(1).sqrt()[0].cpu()
    near = masks.border_weight(regions, reach) > 0
    border, elsewhere = (
        float(length[where].mean()) if where.any() else float("nan") for where in (near, ~near)
    )
    return {"border": border, "elsewhere": elsewhere, "ratio": border / max(elsewhere, 1e-12)}


def _mean_distance(grams: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> float:
    """Over the energy of both: over the style's alone, one deep layer that sees a bright neighbor across the border outweighs all others."""
    squared = [
        (
            (grams[layer] - of_style).square().sum(),
            grams[layer].square().sum() + of_style.square().sum(),
        )
        for layer, of_style in target.items()
    ]
    return float(
        torch.stack([distance / energy.clamp_min(1e-12) for distance, energy in squared]).mean()
    )
