"""Whether each segment of a picture is in its own style, and how sharp the borders are."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from torch.nn.functional import pad

from stylenets import masks
from stylenets.losses.gram import gram
from stylenets.losses.regional import at_layers, regional_statistics
from stylenets.optimize.style_picture import StylePicture
from stylenets.vgg.network import LossNetwork

BORDER = 3.0  # pixels to each side in which the gradient counts as a border's
BAND = 16.0  # pixels from a border in which another style would leak: relu3_1 sees 24 pixels
TINY = 1e-12  # of energies and of losses: black has none, and must not be divided by


@torch.no_grad()
def style_in_segments(
    vgg: LossNetwork,
    layers: Collection[str],
    picture: Tensor,
    segments: Mapping[str, Tensor],
    styles: Mapping[str, StylePicture],
) -> dict[str, dict[str, float]]:
    """How far every segment is from every style: ||G - A||^2 / (||G||^2 + ||A||^2).

    G is the Gram matrix of the segment's features, A that of the style.

    Args:
        vgg: The loss network.
        layers: Over which the distance is the mean.
        picture: (1, 3, H, W).
        segments: (H, W) masks by label.
        styles: Pictures by name.

    Returns:
        {segment: {style: distance}}. 0 is the style; 1 is a black segment, or one that has nothing
        in common with it.

    Raises:
        UserError: If a segment is empty.
    """
    features = vgg(picture, layers)
    targets = {name: _style_grams(vgg, layers, style) for name, style in styles.items()}
    distances: dict[str, dict[str, float]] = {}
    for label, mask in segments.items():
        weights = at_layers(mask, features, label)
        grams = _grams(features, weights)
        distances[label] = {name: _mean_distance(grams, target) for name, target in targets.items()}
    return distances


def _style_grams(
    vgg: LossNetwork, layers: Collection[str], style: StylePicture
) -> dict[str, Tensor]:
    features = vgg(style.pixels[None], layers)
    area = None if style.area is None else at_layers(style.area, features, "of a style picture")
    return _grams(features, area)


def _grams(
    features: Mapping[str, Tensor], weights: Mapping[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """{layer: Gram matrix} of whole pictures, or of the places that ``weights`` mark."""
    if weights is None:
        return {layer: gram(maps) for layer, maps in features.items()}
    return {
        layer: regional_statistics(maps, weights[layer], "relative")
        for layer, maps in features.items()
    }


def near_border(regions: Mapping[str, Tensor], reach: float = BAND) -> dict[str, Tensor]:
    """The part of each region near a border; without regions that have none.

    Args:
        regions: A partition {label: (H, W)}.
        reach: Pixels from a border.

    Returns:
        {label: (H, W)} of 1 there, else 0.
    """
    near = (masks.border_weight(regions, reach) > 0).float()
    bands = {label: mask * near for label, mask in masks.sharpened(regions).items()}
    return {label: band for label, band in bands.items() if band.any()}


def leaks(
    in_bands: Mapping[str, Mapping[str, float]], painted_in: Mapping[str, str]
) -> dict[str, float]:
    """How much of the nearest other style there is in each segment: own / (own + other).

    Args:
        in_bands: Distances near the borders, as ``style_in_segments`` gives them.
        painted_in: Each segment's own style; those that have none are left out.

    Returns:
        {segment: share}: 0 is the own style alone, 1/2 as near to the other, 1 the other alone.
    """
    shares = {}
    for label, distances in in_bands.items():
        own_style = painted_in[label]
        others = [distance for name, distance in distances.items() if name != own_style]
        if own_style in distances and others:
            own = distances[own_style]
            shares[label] = own / max(own + min(others), TINY)
    return shares


def border_gradient(
    picture: Tensor, regions: Mapping[str, Tensor], reach: float = BORDER
) -> dict[str, float]:
    """Mean length of the color gradient near the borders and elsewhere.

    Args:
        picture: (1, 3, H, W).
        regions: A partition {label: (H, W)}.
        reach: Pixels from a border.

    Returns:
        "border" and "elsewhere", per pixel, and their "ratio".
    """
    across = pad(picture.diff(dim=3), (0, 1))
    down = pad(picture.diff(dim=2), (0, 0, 0, 1))
    length = (across.square() + down.square()).sum(1).sqrt()[0].cpu()
    near = masks.border_weight(regions, reach) > 0
    border = _mean_where(near, length)
    elsewhere = _mean_where(~near, length)
    return {"border": border, "elsewhere": elsewhere, "ratio": border / max(elsewhere, TINY)}


def _mean_where(where: Tensor, values: Tensor) -> float:
    return float(values[where].mean()) if where.any() else float("nan")


def _mean_distance(grams: Mapping[str, Tensor], target: Mapping[str, Tensor]) -> float:
    """The mean over the layers, each over the energy of both.

    Over the style's energy alone, one deep layer that sees a bright neighbor across the border
    would outweigh all others.
    """
    distances = []
    for layer, of_style in target.items():
        distance = (grams[layer] - of_style).square().sum()
        energy = grams[layer].square().sum() + of_style.square().sum()
        distances.append(distance / energy.clamp_min(TINY))
    return float(torch.stack(distances).mean())
