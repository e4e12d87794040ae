"""A photograph with the low-level statistics of the style pictures that a network paints it in."""

from torch import Tensor

from stylenets.errors import UserError
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.low_level import match_shares


def matched(
    painter: RowStylizer | SwapStylizer, picture: Tensor, weights: Tensor, match: str
) -> Tensor:
    """Match a picture before it is painted.

    Args:
        painter: With style pictures.
        picture: (3, H, W) in [0, 1].
        weights: Of the painter's styles, (S,) or (S, H, W).
        match: "colors" or "details".

    Returns:
        (3, H, W) in [0, 1].

    Raises:
        UserError: The network has no pictures of its styles.
    """
    if not isinstance(painter, SwapStylizer | PredictedStylizer):
        raise UserError("match= needs style pictures, and this network has none of its styles")
    pictures = painter.bank.pictures  # a network's own rows come before theirs
    return match_shares(picture, pictures, weights[len(weights) - len(pictures) :], match)
