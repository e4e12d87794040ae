"""The passes of attempt 1, blended by the background's style and smoothed along the borders alone.

This is attempt 2 of "A Smoother Segmentation-Based Style Transfer".
"""

from typing import TypedDict

from torch import Tensor

from stylenets import masks
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.harmony import harmonize
from stylenets.optimize.loop import adam
from stylenets.optimize.scene import Scene
from stylenets.optimize.segmented_passes import paint_segments
from stylenets.optimize.stages import Stage, Stages


class Blend(TypedDict):
    """The first smoothing: the weights of its objective, and Adam's rate and steps."""

    content_weight: float
    style_weight: float
    tv_weight: float
    rate: float
    steps: int


class Border(TypedDict):
    """The second smoothing: how many pixels it reaches, and Adam's rate and steps."""

    reach: float
    rate: float
    steps: int


def segmented_smooth(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    steps: int,
    passes: str,
    harmony: float,
    blend: Blend,
    border: Border,
) -> Stages:
    """The passes of ``segmented_passes``, then two smoothings.

    The first is "L = alpha * content + beta * style 1 + gamma * TV" on the whole, where style 1 is
    the background's. The second is the total variation along the borders: its weight falls from 1
    at a border between regions to 0 where it reaches no farther.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the first pass.
        style_weight: Of every pass.
        steps: Of every pass.
        passes: As of ``paint_segments``.
        harmony: Pixels from the borders within which the colors are brought together before.
        blend: The first smoothing.
        border: The second smoothing.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    weights = (content_weight, style_weight)
    pasted = yield from paint_segments(scene, criterion, *weights, steps, passes)
    pasted = harmonize(pasted, scene.regions, harmony)
    _, background = next(iter(scene.segments("segmented_smooth").values()))
    blending = (blend["content_weight"], blend["style_weight"], blend["tv_weight"])
    objective = gatys_objective(scene.content, background, criterion, *blending)
    blended = yield Stage("blend", objective, pasted, blend["steps"], adam(blend["rate"]))
    regions = {label: mask.cpu() for label, mask in scene.regions.items()}
    near = masks.border_weight(regions, border["reach"]).to(pasted)

    def seams(picture: Tensor) -> dict[str, Tensor]:
        return {"tv": border_variation(picture, near)}

    shown = {"the border weights": near.expand(3, -1, -1)}
    smoother = adam(border["rate"])
    return (yield Stage("border", seams, blended, border["steps"], smoother, shown))


def border_variation(picture: Tensor, weight: Tensor) -> Tensor:
    """Squared differences of neighboring pixels, weighted, mean over the pairs.

    The document takes the total variation of weight * picture, which is the same where the weight
    is level. On its slope that product is smooth where the picture is black, and the borders turn
    dark.

    Args:
        picture: (1, 3, H, W).
        weight: (H, W); its square counts.

    Returns:
        (1,).
    """
    across = (picture[..., 1:] - picture[..., :-1]).square()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square()
    across = (weight[:, 1:] * weight[:, :-1] * across).mean((1, 2, 3))
    down = (weight[1:] * weight[:-1] * down).mean((1, 2, 3))
    return across + down
