"""Style swap by optimization: the picture whose features are the swapped ones.

This is Chen & Schmidt 2016, eq. 2, and the second formula of "Per-Style and Arbitrary-Style Neural
Style Transfer".
"""

import torch
from torch import Tensor

from stylenets import masks
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.loop import Objective
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.optimize.style_picture import StylePicture
from stylenets.patches import style_swap
from stylenets.vgg.network import LossNetwork


def style_swapped(
    scene: Scene,
    criterion: Criterion,
    layer: str,
    tv_weight: float,
    patch: int,
    stride: int,
    steps: int,
) -> Stages:
    """Find the I of least ||Phi(I) - Phi_ss(content, style)||^2 + tv_weight * TV(I).

    Both terms are sums; each is given over the number of swapped features, which moves no minimum.

    Args:
        scene: With one style picture.
        criterion: Only its VGG is used.
        layer: Of VGG, whose features Phi are swapped.
        tv_weight: Of the total variation.
        patch: Features a side of a patch.
        stride: Features from a patch of the style to the next.
        steps: Of the optimizer.

    Raises:
        UserError: For any other number of style pictures, or one with fewer features than a patch.
    """
    (style,) = scene.require_styles("style_swap", 1)
    layer = criterion.resolve_layer(layer)
    objective = swap_objective(criterion.vgg, scene.content, style, layer, tv_weight, patch, stride)
    return (yield Stage("style_swap", objective, scene.start, steps))


def swap_objective(
    vgg: LossNetwork,
    content: Tensor,
    style: StylePicture,
    layer: str,
    tv_weight: float,
    patch: int,
    stride: int,
) -> Objective:
    """The terms "swap" and "tv" as a function of the picture (B, 3, H, W).

    Args:
        vgg: Whose features are swapped.
        content: (B, 3, H, W).
        style: Where the patches are from.
        layer: Of ``vgg``.
        tv_weight: Of the total variation.
        patch: Features a side of a patch.
        stride: Features from a patch of the style to the next.
    """
    with torch.no_grad():
        content_features = vgg(content, [layer])[layer]
        style_features = vgg(style.pixels[None], [layer])[layer]
        area = None if style.area is None else masks.resize(style.area, *style_features.shape[2:])
        target = style_swap(content_features, style_features, patch, stride, area=area)
    tv_share = tv_weight / target[0].numel()

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = vgg(picture, [layer])[layer]
        return {
            "swap": feature_reconstruction(features, target),
            "tv": tv_share * total_variation(picture, summed=True),
        }

    return objective
