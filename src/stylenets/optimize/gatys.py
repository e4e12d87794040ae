"""One style over the whole picture (Gatys et al. 2016, sec. 2.3).

It is also "Mixed Neural Style Transfer", eq. 6.
"""

from torch import Tensor

from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion, Weights
from stylenets.optimize.loop import Objective
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.optimize.style_picture import StylePicture


def gatys(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    tv_weight: float,
    steps: int,
) -> Stages:
    """L = content_weight * L_content + style_weight * L_style + tv_weight * TV.

    Args:
        scene: With one style picture.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        tv_weight: Of the total variation, which the paper does not have.
        steps: Of the optimizer.

    Raises:
        UserError: For any other number of style pictures.
    """
    (style,) = scene.require_styles("gatys", 1)
    objective = gatys_objective(
        scene.content, style, criterion, content_weight, style_weight, tv_weight
    )
    return (yield Stage("gatys", objective, scene.start, steps))


def gatys_objective(
    content: Tensor,
    style: StylePicture,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    tv_weight: float = 0.0,
    weights: Weights | None = None,
) -> Objective:
    """The same as a function of the picture (1, 3, H, W).

    Args:
        content: (1, 3, H, W).
        style: Its style.
        criterion: What the losses are measured with.
        content_weight: With 0 the term is left out.
        style_weight: Of the style loss.
        tv_weight: With 0 the term is left out.
        weights: Of the positions that the style is measured at, as of ``Criterion.weights_of``;
            None for all alike.
    """
    content_target = criterion.content_of(content)
    style_target = criterion.style_of(style)

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {}
        if content_weight:
            terms["content"] = content_weight * criterion.content_loss(features, content_target)
        terms["style"] = style_weight * criterion.style_loss(features, style_target, weights)
        if tv_weight:
            terms["tv"] = tv_weight * total_variation(picture)
        return terms

    return objective
