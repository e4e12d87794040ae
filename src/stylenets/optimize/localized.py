"""Each style only in its segment, in one pass ("A closer look at Neural Style", sec. 3.4).

The document calls it localized style, and left it uncomputed.
"""

from torch import Tensor

from stylenets.optimize.criterion import Criterion
from stylenets.optimize.one_image import blending_weights
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages


def localized(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    blend: dict[str, float] | None,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * sum over segments s of w_s * sum over layers l of w_l * E_l,s.

    E_l,s compares the Gram matrix of the segment's features, divided by the segment's size, with
    that of its style picture; eq. 5 is its derivative.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        blend: w_s by label, scaled to sum 1; None for all alike.
        steps: Of the optimizer.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    segments = scene.segments("localized")
    shares = blending_weights(list(segments), blend)
    content = criterion.content_of(scene.content)
    targets = {label: criterion.style_of(style) for label, (_, style) in segments.items()}
    weights = {
        label: criterion.weights_of(mask, scene.content, label)
        for label, (mask, _) in segments.items()
    }

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {"content": content_weight * criterion.content_loss(features, content)}
        for label, target in targets.items():
            loss = criterion.style_loss(features, target, weights[label])
            terms[f"style/{label}"] = style_weight * shares[label] * loss
        return terms

    return (yield Stage("localized", objective, scene.start, steps))
