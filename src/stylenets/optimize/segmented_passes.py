"""One style over everything, then a pass per further segment, then smoothing.

This is attempt 1 of "A Smoother Segmentation-Based Style Transfer".
"""

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion, Weights
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.loop import Objective, adam
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.optimize.style_picture import StylePicture

PASSES = ("region", "whole")


def segmented_passes(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    steps: int,
    passes: str,
    smooth_steps: int,
    smooth_rate: float,
) -> Stages:
    """Passes as in ``paint_segments``, then Adam on the total variation of the whole picture alone.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the first pass.
        style_weight: Of every pass.
        steps: Of every pass.
        passes: As of ``paint_segments``.
        smooth_steps: Of the smoothing; more of them "create a haze effect".
        smooth_rate: By which a step of the smoothing moves a pixel, whatever the weight of its only
            term.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    weights = (content_weight, style_weight)
    pasted = yield from paint_segments(scene, criterion, *weights, steps, passes)

    def roughness(picture: Tensor) -> dict[str, Tensor]:
        return {"tv": total_variation(picture)}

    return (yield Stage("smooth", roughness, pasted, smooth_steps, adam(smooth_rate)))


def paint_segments(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    steps: int,
    passes: str,
) -> Stages:
    """The whole picture in the background's style; from there every other style, pasted.

    The other styles are painted by their style loss alone. A region that is kept is left to the end
    of the run.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the first pass.
        style_weight: Of every pass.
        steps: Of every pass.
        passes: Where the further styles are measured: "region", or "whole", the whole picture, of
            which only the region is kept, as in the published code.

    Raises:
        UserError: There are no regions, one is empty, or there are no such ``passes``.
    """
    if passes not in PASSES:
        raise UserError(f"method.passes={passes}: one of {', '.join(PASSES)}")
    segments = scene.segments("segmented_passes")
    (first, (_, background)), *others = segments.items()
    objective = gatys_objective(scene.content, background, criterion, content_weight, style_weight)
    whole = yield Stage(first, objective, scene.start, steps)
    pasted = whole
    for label, (mask, style) in others:
        by_region = passes == "region"
        weights = criterion.weights_of(mask, scene.content, label) if by_region else None
        objective = style_objective(style, criterion, style_weight, weights)
        painted = yield Stage(label, objective, whole, steps)
        pasted = torch.lerp(pasted, painted, mask.to(painted))
    return pasted


def style_objective(
    style: StylePicture, criterion: Criterion, style_weight: float, weights: Weights | None
) -> Objective:
    """The style loss alone as a function of the picture (1, 3, H, W).

    Args:
        style: The style.
        criterion: What the loss is measured with.
        style_weight: Of the loss.
        weights: Of the positions that it is measured at, as of ``Criterion.weights_of``;
            None for all alike.
    """
    target = criterion.style_of(style)

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.vgg(picture, criterion.style)
        return {"style": style_weight * criterion.style_loss(features, target, weights)}

    return objective
