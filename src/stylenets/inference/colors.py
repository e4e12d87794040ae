"""Whose colors a stylized picture has; its lights and darks stay as they were painted.

``photo`` takes the photograph's chrominance; ``match`` gives the painting's chrominance the mean
and the covariance of the photograph's (Gatys et al. 2017, sec. 5, there of all three channels).
"""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from stylenets.inference.photo import Photo

LUMINANCE = (0.299, 0.587, 0.114)  # of R, G and B (ITU-R BT.601)
NOISE = 1e-5  # added to a variance of chrominance: what is as gray as that has no colors to match


def recolored(photo: Photo, stylized: Iterator[Tensor], colors: str) -> Iterator[Tensor]:
    """Give a stylized picture the colors asked for.

    Chrominance that a pixel of its luminance cannot have in RGB is reduced, its hue kept.

    Args:
        photo: The photograph.
        stylized: Bands (3, n, W) of a picture of the same size. For "match", all are kept.
        colors: "style" leaves it as it is, "photo" and "match" as this file's first lines say.

    Yields:
        The bands, with the luminance of ``stylized``.

    Example:
        >>> photo = Photo(torch.rand(3, 8, 8))
        >>> gray = torch.full((3, 8, 8), 0.5)
        >>> (found,) = recolored(photo, iter([gray]), "photo")
        >>> torch.allclose(luminance(found), luminance(gray), atol=1e-5)
        True
    """
    if colors == "style":
        yield from stylized
        return
    matching = None
    if colors == "match":
        bands = list(stylized)
        matching = Matching(_chrominances(bands), _chrominances(photo.bands()))
        stylized = iter(bands)
    for own, band in photo.beside(stylized):
        light = luminance(band)
        chrominance = matching(band - light) if matching else own - luminance(own)
        yield (light + _room(light, chrominance) * chrominance).clamp(0, 1)


def _chrominances(bands: Iterable[Tensor]) -> Iterator[Tensor]:
    return (band - luminance(band) for band in bands)


def luminance(picture: Tensor) -> Tensor:
    """(3, H, W) RGB -> (1, H, W)."""
    weights = picture.new_tensor(LUMINANCE)
    return (weights[:, None, None] * picture).sum(0, keepdim=True)


class Matching:
    """Maps a chrominance linearly to another's mean and covariance, by the least motion.

    Args:
        given: Bands (3, n, W) of RGB minus luminance.
        target: Of the picture whose statistics are wanted.
    """

    def __init__(self, given: Iterable[Tensor], target: Iterable[Tensor]) -> None:
        self.own_mean, own_covariance = _statistics(given)
        self.mean, covariance = _statistics(target)
        root = _root(own_covariance)
        inverse = torch.linalg.inv(root)
        self.transport = inverse @ _root(root @ covariance @ root) @ inverse

    def __call__(self, chrominance: Tensor) -> Tensor:
        """(3, n, W) -> the same, again without luminance."""
        values = _two(chrominance)
        red, blue = self.transport @ (values - self.own_mean) + self.mean
        green = -(LUMINANCE[0] * red + LUMINANCE[2] * blue) / LUMINANCE[1]
        matched = torch.stack([red, green, blue])
        return matched.reshape(chrominance.shape).to(chrominance.dtype)


def _two(chrominance: Tensor) -> Tensor:
    """Red and blue, which determine green, as there is no luminance: -> (2, N) float64."""
    return chrominance[[0, 2]].flatten(1).double()


def _statistics(bands: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean (2, 1) and covariance (2, 2) of chrominances, in float64."""
    count = 0
    total = torch.zeros(2, 1, dtype=torch.float64)
    products = torch.zeros(2, 2, dtype=torch.float64)
    for band in bands:
        values = _two(band)
        count += values.shape[1]
        total += values.sum(1, keepdim=True)
        products += values @ values.T
    mean = total / count
    covariance = products / count - mean @ mean.T
    return mean, covariance + NOISE * torch.eye(2, dtype=torch.float64)


def _root(matrix: Tensor) -> Tensor:
    """The square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root


def _room(light: Tensor, chrominance: Tensor) -> Tensor:
    """The largest factor (1, H, W) up to 1 on a chrominance that stays within [0, 1]."""
    upward = (1 - light) / chrominance.clamp(min=1e-6)
    downward = light / (-chrominance).clamp(min=1e-6)
    return torch.where(chrominance > 0, upward, downward).amin(0, keepdim=True).clamp(0, 1)
