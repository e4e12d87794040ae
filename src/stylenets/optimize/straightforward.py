"""A pass per segment, put together (seed 003, "A closer look at Neural Style", sec. 3.1: the straightforward approach)."""

from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.scene import KEEP, Scene, composite
from stylenets.optimize.stages import Stage, Stages


def straightforward(scene: Scene, criterion: Criterion, content_weight: float, style_weight: float, steps: int) -> Stages:
    """The whole picture in every segment's style, each by itself, and of each its segment: clear-cut borders, and as many passes as styles.

    Raises UserError where there are no regions or one is empty.
    """
    passes = {}
    for label, (_, style) in scene.segments("straightforward").items():
        objective = gatys_objective(scene.content, style, criterion, content_weight, style_weight)
        passes[label] = yield Stage(label, objective, scene.start, steps)
    passes |= {label: scene.content for label, style in scene.painted_in.items() if style == KEEP}
    return composite(passes, scene.regions)
