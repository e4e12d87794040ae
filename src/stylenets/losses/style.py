"""Style reconstruction: the distance between the statistics of two pictures' features."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import Tensor

from stylenets.losses.gram import GRAM_SCALES, gram, gram_distance
from stylenets.losses.moments import moments, moments_distance


class StyleVariant(NamedTuple):
    """What is compared, and how.

    Attributes:
        statistics: Features (B, C, H, W) and weights of the positions, or None -> (B, n, C).
        distance: Two of those and the number of positions -> (B,).
    """

    statistics: Callable[[Tensor, Tensor | None], Tensor]
    distance: Callable[[Tensor, Tensor, int], Tensor]


STYLE_VARIANTS: dict[str, StyleVariant] = {
    name: StyleVariant(gram, partial(gram_distance, variant=name)) for name in GRAM_SCALES
}
STYLE_VARIANTS["moments"] = StyleVariant(
    moments, lambda found, target, positions: moments_distance(found, target)
)


def style_reconstruction(features: Tensor, target: Tensor, variant: str) -> Tensor:
    """Style reconstruction loss of a layer.

    Args:
        features: (B, C, H, W) of the stylized picture.
        target: (B, n, C), the style's statistics.
        variant: One of ``STYLE_VARIANTS``.

    Returns:
        (B,).
    """
    statistics, distance = STYLE_VARIANTS[variant]
    positions = features.shape[2] * features.shape[3]
    return distance(statistics(features, None), target, positions)
