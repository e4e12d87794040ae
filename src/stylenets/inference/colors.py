"""Whose colors a stylized picture has; its lights and darks stay as they were painted.

``photo`` takes the photograph's chrominance; ``match`` gives the painting's chrominance the mean
and the covariance of the photograph's (Gatys et al. 2017, sec. 5, there of all three channels).
"""

import torch
from torch import Tensor

LUMINANCE = (0.299, 0.587, 0.114)  # of R, G and B (ITU-R BT.601)
NOISE = 1e-5  # added to a variance of chrominance: what is as gray as that has no colors to match


def recolor(picture: Tensor, stylized: Tensor, colors: str) -> Tensor:
    """Give a stylized picture the colors asked for.

    Chrominance that a pixel of its luminance cannot have in RGB is reduced, its hue kept.

    Args:
        picture: The photograph, (3, H, W) in [0, 1].
        stylized: The same size.
        colors: "style" leaves it as it is, "photo" and "match" as this file's first lines say.

    Returns:
        (3, H, W) in [0, 1], with the luminance of ``stylized``.

    Example:
        >>> gray = torch.full((3, 8, 8), 0.5)
        >>> photo = torch.rand(3, 8, 8)
        >>> torch.allclose(luminance(recolor(photo, gray, "photo")), luminance(gray), atol=1e-5)
        True
    """
    if colors == "style":
        return stylized
    light = luminance(stylized)
    chrominance = picture - luminance(picture)
    if colors == "match":
        chrominance = match(stylized - light, chrominance)
    return (light + _room(light, chrominance) * chrominance).clamp(0, 1)


def luminance(picture: Tensor) -> Tensor:
    """(3, H, W) RGB -> (1, H, W)."""
    weights = picture.new_tensor(LUMINANCE)
    return (weights[:, None, None] * picture).sum(0, keepdim=True)


def match(chrominance: Tensor, target: Tensor) -> Tensor:
    """Map a chrominance linearly to another's mean and covariance, by the least motion.

    Args:
        chrominance: RGB minus luminance, (3, H, W).
        target: Of the picture whose statistics are wanted, (3, h, w).

    Returns:
        (3, H, W), again without luminance.
    """
    # red and blue determine green, as there is no luminance
    own, own_mean, own_covariance = _statistics(chrominance[[0, 2]])
    _, mean, covariance = _statistics(target[[0, 2]])
    root = _root(own_covariance)
    inverse = torch.linalg.inv(root)
    transport = inverse @ _root(root @ covariance @ root) @ inverse
    red, blue = transport @ (own - own_mean) + mean
    green = -(LUMINANCE[0] * red + LUMINANCE[2] * blue) / LUMINANCE[1]
    matched = torch.stack([red, green, blue])
    return matched.reshape(chrominance.shape).to(chrominance.dtype)


def _statistics(channels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(2, H, W) -> values (2, N), their mean (2, 1) and covariance (2, 2), in float64."""
    values = channels.flatten(1).double()
    mean = values.mean(1, keepdim=True)
    centered = values - mean
    covariance = centered @ centered.T / values.shape[1]
    return values, mean, covariance + NOISE * torch.eye(2, dtype=torch.float64)


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
