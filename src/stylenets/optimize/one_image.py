"""All styles over the whole picture in one pass, with blending weights (seed 003, sec. 3.2: the one-image approach)."""

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
    """L = alpha * L_content + beta * sum over styles a of w_a * L_style(a) (eq. 2); the regions are not used.

    ``blend``: the w_a by style name, scaled to sum 1; None: all the same. The document's own finding: each style appears anywhere.
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
            terms[f"style/{name}"] = (
                style_weight * shares[name] * criterion.style_loss(features, target)
            )
        return terms

    return (yield Stage("one_image", objective, scene.start, steps))


def blending_weights(names: list[str], blend: dict[str, float] | None) -> dict[str, float]:
    """w_a of every name, of sum 1. Raises UserError for a name that is none, and for weights that are negative or all 0."""
    if blend is None:
        return dict.fromkeys(names, 1 / len(names))
    if unknown := sorted(set(map(str, blend)) - set(names)):
        raise UserError(f"blend names {', '.join(unknown)}; there are {', '.join(names)}")
    weights = {name: float(blend.get(name, 0.0)) for name in names}
    if min(weights.values()) < 0 or not 0 < sum(weights.values()) < float("inf"):
        raise UserError(f"blend={dict(blend)}: needs positive weights")
    return {name: weight / sum(weights.values()) for name, weight in weights.items()}
