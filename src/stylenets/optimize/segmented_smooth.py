"""Attempt 1's passes, blended by the background's style and then smoothed along the borders alone (seed 002, attempt 2)."""

from torch import Tensor

from stylenets import masks
from stylenets.losses import functional
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys_objective
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
    """The passes of ``segmented_passes``; "L = alpha * content + beta * style 1 + gamma * TV" on the whole; TV of border weight * picture.

    ``blend``: content_weight, style_weight, tv_weight and steps of the first smoothing; style 1 is the background's. ``border``:
    tv_weight and steps of the second, and reach, in pixels: the border weight falls from 1 at a border between regions to 0 there.
    """
    pasted = yield from painted_segments(scene, criterion, content_weight, style_weight, steps)
    _, background = next(iter(scene.segments("segmented_smooth").values()))
    weights = (blend["content_weight"], blend["style_weight"], blend["tv_weight"])
    blended = yield Stage("blend", gatys_objective(scene.content, background, criterion, *weights), pasted, blend["steps"])
    near = masks.border_weight({label: mask.cpu() for label, mask in scene.regions.items()}, border["reach"]).to(pasted)

    def along_the_borders(picture: Tensor) -> dict[str, Tensor]:
        return {"tv": border["tv_weight"] * functional.total_variation(near * picture)}

    return (yield Stage("border", along_the_borders, blended, border["steps"]))
