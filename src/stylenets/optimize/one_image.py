"""All styles over the whole picture in one pass ("A closer look at Neural Style", sec. 3.2).

The document calls it the one-image approach.
"""

import math

from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages


def one_image(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    blend: dict[str, float] | None,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * sum over styles a of w_a * L_style(a) (eq. 2).

    The regions are not used. The document's own finding is that each style appears anywhere.

    Args:
        scene: With any number of style pictures.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        blend: The w_a by name of style, scaled to sum 1; None for all alike.
        steps: Of the optimizer.
    """
    shares = blending_weights(list(scene.styles), blend)
    content = criterion.content_of(scene.content)
    targets = {
        name: criterion.style_of(style) for name, style in scene.styles.items() if shares[name]
    }

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {"content": content_weight * criterion.content_loss(features, content)}
        for name, target in targets.items():
            loss = criterion.style_loss(features, target)
            terms[f"style/{name}"] = style_weight * shares[name] * loss
        return terms

    return (yield Stage("one_image", objective, scene.start, steps))


def blending_weights(names: list[str], blend: dict[str, float] | None) -> dict[str, float]:
    """The weight of every name, of sum 1.

    Args:
        names: All there are.
        blend: Weights of some of them; the others have 0. None for all alike.

    Raises:
        UserError: For a name that is none, and for weights that are negative or all 0.
    """
    if blend is None:
        return dict.fromkeys(names, 1 / len(names))
    unknown = sorted(set(map(str, blend)) - set(names))
    if unknown:
        raise UserError(f"blend names {', '.join(unknown)}; there are {', '.join(names)}")
    weights = {name: float(blend.get(name, 0.0)) for name in names}
    total = sum(weights.values())
    if min(weights.values()) < 0 or not 0 < total < math.inf:
        raise UserError(f"blend={dict(blend)}: needs positive weights")
    return {name: weight / total for name, weight in weights.items()}
