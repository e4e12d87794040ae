"""One style over everything, then a pass per further segment, then smoothing (seed 002, attempt 1)."""

import torch
from torch import Tensor

from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion, Weights
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.loop import Objective, adam
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages


def segmented_passes(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    steps: int,
    smooth_steps: int,
    smooth_rate: float,
) -> Stages:
    """Passes as in ``painted_segments``, then ``smooth_steps`` of Adam on the total variation of the whole picture alone.

    A step of Adam moves a pixel by ``smooth_rate`` whatever the weight of its only term; more of them "create a haze effect".
    """
    pasted = yield from painted_segments(scene, criterion, content_weight, style_weight, steps)
    return (
        yield Stage(
            "smooth",
            lambda picture: {"tv": total_variation(picture)},
            pasted,
            smooth_steps,
            adam(smooth_rate),
        )
    )


def painted_segments(
    scene: Scene, criterion: Criterion, content_weight: float, style_weight: float, steps: int
) -> Stages:
    """The whole picture in the first segment's style, the background's; from there every other style, by its style loss alone, pasted.

    A region that is kept is left to the end of the run. Raises UserError where there are no regions or one is empty.
    """
    segments = scene.segments("segmented_passes")
    (first, (_, background)), *others = segments.items()
    objective = gatys_objective(scene.content, background, criterion, content_weight, style_weight)
    pasted = whole = yield Stage(first, objective, scene.start, steps)
    for label, (mask, style) in others:
        weights = criterion.weights_of(mask, scene.content, label)
        painted = yield Stage(
            label, style_only(style, criterion, style_weight, weights), whole, steps
        )
        pasted = torch.lerp(pasted, painted, mask.to(painted))
    return pasted


def style_only(
    style: Tensor, criterion: Criterion, style_weight: float, weights: Weights
) -> Objective:
    """style_weight * L_style against (3, h, w), at the positions that ``weights`` tell, as a function of the picture."""
    target = criterion.style_of(style)
    return lambda picture: {
        "style": style_weight
        * criterion.style_loss(criterion.vgg(picture, criterion.style), target, weights)
    }
