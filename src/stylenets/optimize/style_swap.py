"""Style swap by optimization: the picture whose features are the swapped ones (Chen & Schmidt 2016, eq. 2; seed 001's second formula)."""

from collections.abc import Callable

import torch
from torch import Tensor

from stylenets.losses.content import feature_reconstruction
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.loop import Objective, Result, adam, optimize
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.patches import style_swap
from stylenets.vgg.network import LossNetwork


def swap_by_optimization(
    vgg: LossNetwork,
    content: Tensor,
    style: Tensor,
    layer: str = "relu3_1",
    steps: int = 100,
    tv_weight: float = 1e-7,
    learning_rate: float = 0.05,
    patch: int = 3,
    stride: int = 1,
    on_step: Callable[[], None] = lambda: None,
) -> Result:
    """argmin over I of ||Phi(I) - Phi_ss(content, style)||^2 + tv_weight * TV(I), by Adam from the content; both terms are sums.

    content (B, 3, H, W) and style (3, h, w), RGB in [0, 1], on the device of ``vgg``. The defaults are the paper's. The result's curves
    are "swap" and "tv", and each term is over the number of swapped features, which moves no minimum.
    Raises UserError for a picture with fewer features than a patch.
    """
    return optimize(
        swap_objective(vgg, content, style, layer, tv_weight, patch, stride),
        content,
        steps,
        adam(learning_rate),
        on_step=on_step,
    )


def style_swapped(
    scene: Scene,
    criterion: Criterion,
    layer: str,
    tv_weight: float,
    patch: int,
    stride: int,
    steps: int,
) -> Stages:
    """The same for one style picture as a method beside the others, with the run's optimizer and start; of ``criterion`` only its VGG."""
    (style,) = scene.only_styles("style_swap", 1)
    objective = swap_objective(
        criterion.vgg, scene.content, style, criterion.there(layer), tv_weight, patch, stride
    )
    return (yield Stage("style_swap", objective, scene.start, steps))


def swap_objective(
    vgg: LossNetwork,
    content: Tensor,
    style: Tensor,
    layer: str,
    tv_weight: float,
    patch: int,
    stride: int,
) -> Objective:
    """The terms "swap" and "tv" as a function of the picture (B, 3, H, W)."""
    with torch.no_grad():
        target = style_swap(
            vgg(content, [layer])[layer], vgg(style[None], [layer])[layer], patch, stride
        )

    def objective(picture: Tensor) -> dict[str, Tensor]:
        return {
            "swap": feature_reconstruction(vgg(picture, [layer])[layer], target),
            "tv": tv_weight / target[0].numel() * total_variation(picture, summed=True),
        }

    return objective
