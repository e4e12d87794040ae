"""All styles in one pass, blended ("A closer look at Neural Style", sec. 3.2).

The document calls it the one-image approach.
"""

import math

from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion, Features, Statistics, Weights
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages

READINGS = ("segments", "whole")


def one_image(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    blend: dict[str, float] | None,
    reading: str,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * sum over styles a of w_a * L_style(a) (eq. 2).

    The document can be read in two ways. Its text "applies different style loss function to
    different segments": each style's loss is that of the picture cut to its segment, black
    elsewhere, as a segment goes into VGG (figs. 5 and 6). Its formula and its finding, that a style
    "can appear anywhere", have each style over the whole picture.

    Args:
        scene: With any number of style pictures.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        blend: The w_a by name of style, scaled to sum 1; None for all alike.
        reading: "segments", the text's, or "whole", the formula's; without regions they are the
            same.
        steps: Of the optimizer.

    Raises:
        UserError: There is no such reading, or a region is empty.
    """
    if reading not in READINGS:
        raise UserError(f"method.reading={reading}: one of {', '.join(READINGS)}")
    shares = blending_weights(list(scene.styles), blend)
    content = criterion.content_of(scene.content)
    by_segment = reading == "segments" and bool(scene.regions)
    losses = _of_segments(scene, criterion) if by_segment else _of_whole(scene, criterion)

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {"content": content_weight * criterion.content_loss(features, content)}
        for label, loss in losses.items():
            if share := shares[loss.style]:
                terms[f"style/{label}"] = style_weight * share * loss(picture, features)
        return terms

    return (yield Stage("one_image", objective, scene.start, steps))


class _StyleLoss:
    """The loss of one style, of the whole picture or of the picture cut to a mask (H, W)."""

    def __init__(
        self,
        style: str,
        criterion: Criterion,
        target: Statistics,
        mask: Tensor | None = None,
        weights: Weights | None = None,
    ) -> None:
        self.style = style
        self.criterion = criterion
        self.target = target
        self.mask = mask
        self.weights = weights

    def __call__(self, picture: Tensor, features: Features) -> Tensor:
        """(1, 3, H, W) and its features -> (1,)."""
        if self.mask is not None:
            features = self.criterion.vgg(picture * self.mask, self.criterion.style)
        return self.criterion.style_loss(features, self.target, self.weights)


def _of_whole(scene: Scene, criterion: Criterion) -> dict[str, _StyleLoss]:
    return {
        name: _StyleLoss(name, criterion, criterion.style_of(style))
        for name, style in scene.style_pictures().items()
    }


def _of_segments(scene: Scene, criterion: Criterion) -> dict[str, _StyleLoss]:
    losses = {}
    for label, (mask, style) in scene.segments("one_image").items():
        weights = criterion.weights_of(mask, scene.content, label)
        target = criterion.style_of(style)
        losses[label] = _StyleLoss(scene.painted_in[label], criterion, target, mask, weights)
    return losses


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
