"""Give a photograph the low-level statistics of a style before it is painted.

"A closer look at Neural Style", sec. 4, leaves it as future work: "normalization over the low
level features can be appealing because these features will be ultimately replaced by the ones from
the style image". Colors are mapped linearly, by the least motion, to the style's mean and
covariance, as in Pitié & Kokaram 2007; details, octave by octave, to the style's contrast.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from stylenets.errors import UserError

OCTAVES = 5  # of details: those under 2, 4, 8, 16 and 32 pixels
GAINS = (0.5, 2.0)  # on an octave: noise is not blown up to strokes
NOISE = 1e-4  # added to variances of colors: what is as even as that is not stretched


def match_low_level(
    picture: Tensor,
    style: Tensor,
    match: str,
    region: Tensor | None = None,
    area: Tensor | None = None,
) -> Tensor:
    """Map a photograph to the statistics of a style picture.

    Args:
        picture: (3, H, W) in [0, 1].
        style: (3, h, w) in [0, 1].
        match: "colors", or "details": first the contrast of details, then the colors.
        region: (H, W): where in the picture its own statistics are measured; None: everywhere.
        area: (h, w): the same of the style.

    Returns:
        (3, H, W) in [0, 1].

    Raises:
        UserError: There is no such match.
    """
    if match not in ("colors", "details"):
        raise UserError(f"match={match}: colors or details")
    if match == "details":
        picture = _match_details(picture, style, region, area)
    own_mean, own = _statistics(picture, region)
    mean, wanted = _statistics(style, area)
    root = _root(own)
    inverse = torch.linalg.inv(root)
    transport = inverse @ _root(root @ wanted @ root) @ inverse
    moved = transport @ (picture.flatten(1).double() - own_mean) + mean
    matched: Tensor = moved.view(picture.shape).to(picture).clamp(0, 1)
    return matched


def match_shares(picture: Tensor, styles: Sequence[Tensor], weights: Tensor, match: str) -> Tensor:
    """The same for a mixture of styles: what they would each give, in their shares.

    Args:
        picture: (3, H, W) in [0, 1].
        styles: S pictures (3, h, w).
        weights: (S,), or (S, H, W) for every pixel; what sums to less than 1 stays as it is.
        match: As of ``match_low_level``.
    """
    shares = weights.to(picture)
    shares = shares[:, None, None] if shares.ndim == 1 else shares
    mixed = (1 - shares.sum(0)) * picture
    for share, style in zip(shares, styles, strict=True):
        if share.any():
            mixed = mixed + share * match_low_level(picture, style.to(picture), match)
    return mixed.clamp(0, 1)


def _match_details(
    picture: Tensor, style: Tensor, region: Tensor | None, area: Tensor | None
) -> Tensor:
    """Scale each octave of a picture to the deviation that it has in the style."""
    octaves, rest = _octaves(picture)
    wanted, _ = _octaves(style)
    for own, other in zip(octaves, wanted, strict=False):
        deviations = (_deviation(own, region), _deviation(other, area))
        rest = rest + own * (deviations[1] / deviations[0]).clamp(*GAINS)
    return rest


def _octaves(picture: Tensor) -> tuple[list[Tensor], Tensor]:
    """Differences of ever smoother pictures (3, H, W), and the smoothest of them."""
    octaves = []
    size = picture.shape[1:]
    smooth = picture
    for number in range(1, OCTAVES + 1):
        small = [max(1, side // 2**number) for side in size]
        smoother = interpolate(picture[None], small, mode="bilinear", antialias=True)
        smoother = interpolate(smoother, size, mode="bicubic")[0]
        octaves.append(smooth - smoother)
        smooth = smoother
    return octaves, smooth


def _deviation(octave: Tensor, weight: Tensor | None) -> Tensor:
    squares = octave.square().mean(0)
    share = torch.ones_like(squares) if weight is None else weight.to(squares)
    return ((squares * share).sum() / share.sum() + 1e-8).sqrt()


def _statistics(picture: Tensor, weight: Tensor | None) -> tuple[Tensor, Tensor]:
    """Mean (3, 1) and covariance (3, 3) of the colors where the weight (H, W) is, in float64."""
    colors = picture.flatten(1).double()
    share = torch.ones_like(colors[0]) if weight is None else weight.flatten().to(colors)
    share = share / share.sum()
    mean = (colors * share).sum(1, keepdim=True)
    centered = colors - mean
    covariance = (centered * share) @ centered.T
    return mean, covariance + NOISE * torch.eye(3).to(covariance)


def _root(matrix: Tensor) -> Tensor:
    """The square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
