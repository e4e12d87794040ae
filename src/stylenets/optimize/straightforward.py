"""A pass per segment, put together ("A closer look at Neural Style", sec. 3.1).

The document calls it the straightforward approach.
"""

from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys_objective
from stylenets.optimize.scene import Scene, composite
from stylenets.optimize.stages import Stage, Stages
from stylenets.regions import KEEP


def straightforward(
    scene: Scene, criterion: Criterion, content_weight: float, style_weight: float, steps: int
) -> Stages:
    """Every segment by itself in its style: clear-cut borders, as many passes as segments.

    The document "passes each pair of a content image segment and a style image through the neural
    style algorithm": so the style of a pass is measured in its segment. Measured over the whole
    picture, a piece of it need not be in the style: dark and bright parts of the photograph would
    share it out between them.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        steps: Of each pass.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    passes = {}
    for label, (mask, style) in scene.segments("straightforward").items():
        weights = criterion.weights_of(mask, scene.content, label)
        objective = gatys_objective(
            scene.content, style, criterion, content_weight, style_weight, weights=weights
        )
        passes[label] = yield Stage(label, objective, scene.start, steps)
    passes |= {label: scene.content for label, style in scene.painted_in.items() if style == KEEP}
    return composite(passes, scene.regions)
