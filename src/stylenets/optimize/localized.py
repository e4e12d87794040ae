"""Each style only in its segment, in one pass (seed 003, sec. 3.4: localized style, which the document left uncomputed)."""

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
    """L = alpha * L_content + beta * sum over segments s of w_s * sum over layers l of w_l * E_{l,s} (eq. 5 is its derivative).

    E_{l,s} compares G^{l,s}, the Gram matrix of the segment's features, with A^{l,s}, that of its style picture; Z is the segment's size.
    ``blend``: w_s by label, scaled to sum 1; None: all the same. Raises UserError where there are no regions or one is empty.
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
            terms[f"style/{label}"] = (
                style_weight
                * shares[label]
                * criterion.style_loss(features, target, weights[label])
            )
        return terms

    return (yield Stage("localized", objective, scene.start, steps))
