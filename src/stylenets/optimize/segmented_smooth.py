"""Attempt 1's passes, blended by the background's style and then smoothed along the borders alone (seed 002, attempt 2)."""

import torch
from torch import Tensor

from stylenets import masks
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.loop import adam
from stylenets.optimize.scene import Scene
from stylenets.optimize.segmented_passes import painted_segments
from stylenets.optimize.stages import Stage, Stages


def segmented_smooth(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    steps: int,
    blend: dict[str, float],
    border: dict[str, float],
) -> Stages:
    """The passes of ``segmented_passes``; "L = alpha * content + beta * style 1 + gamma * TV" on the whole; TV along the borders alone.

    ``blend``: content_weight, style_weight, tv_weight of the first smoothing; style 1 is the background's. ``border``: reach of the second
    in pixels: the border weight falls from 1 at a border between regions to 0 there. Both: steps and rate of Adam.
    """
    pasted = yield from painted_segments(scene, criterion, content_weight, style_weight, steps)
    _, background = next(iter(scene.segments("segmented_smooth").values()))
    weights = (blend["content_weight"], blend["style_weight"], blend["tv_weight"])
    objective = gatys_objective(scene.content, background, criterion, *weights)
    blended = yield Stage("blend", objective, pasted, blend["steps"], adam(blend["rate"]))
    near = masks.border_weight(
        {label: mask.cpu() for label, mask in scene.regions.items()}, border["reach"]
    ).to(pasted)
    return (
        yield Stage(
            "border",
            lambda picture: {"tv": border_variation(picture, near)},
            blended,
            border["steps"],
            adam(border["rate"]),
        )
    )


def border_variation(picture: Tensor, weight: Tensor) -> Tensor:
    """Squared differences of neighbors in (1, 3, H, W), each times the square of ``weight`` (H, W) there, mean over pairs -> (1,).

    The document takes the TV of weight * picture, which is the same where the weight is level; on its slope that product is smooth where
    the picture is black, and the borders turn dark.
    """
    across = (
        weight[:, 1:] * weight[:, :-1] * (picture[..., 1:] - picture[..., :-1]).square()
    ).mean((1, 2, 3))
    down = (weight[1:] * weight[:-1] * (picture[..., 1:, :] - picture[..., :-1, :]).square()).mean(
        (1, 2, 3)
    )
    return torch.add(across, down)
