"""All styles in one pass, each the more the deeper inside its segment.

This is "A closer look at Neural Style", sec. 3.3: the one-image approach with locality loss.
"""

from torch import Tensor

from stylenets import masks
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.one_image import blending_weights
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages


def locality(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    locality_weight: float,
    blend: dict[str, float] | None,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * L_style + gamma * L_loc (eq. 4).

    L_style is that of ``one_image``, over the segments' styles. L_loc (eq. 3) is a sum of distances
    from each pixel of a segment to the nearest one outside. As written it does not depend on the
    picture, so that it moves nothing; what the document wants of it is that "the optimization
    focuses on the area away from the boundaries". So the distances weigh here: L_loc is the style
    loss of every segment with its features weighted by their distance.

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        locality_weight: Of the locality loss: gamma.
        blend: w_a of every region's style, by label, scaled to sum 1; None for all alike.
        steps: Of the optimizer.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    segments = scene.segments("locality")
    shares = blending_weights(list(segments), blend)
    content = criterion.content_of(scene.content)
    targets = {label: criterion.style_of(style) for label, (_, style) in segments.items()}
    depths = {
        label: criterion.weights_of(masks.distance(mask.cpu()), scene.content, label)
        for label, (mask, _) in segments.items()
    }

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {"content": content_weight * criterion.content_loss(features, content)}
        for label, target in targets.items():
            everywhere = criterion.style_loss(features, target)
            inside = criterion.style_loss(features, target, depths[label])
            terms[f"style/{label}"] = style_weight * shares[label] * everywhere
            terms[f"locality/{label}"] = locality_weight * shares[label] * inside
        return terms

    return (yield Stage("locality", objective, scene.start, steps))
