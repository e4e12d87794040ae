"""Two styles over the whole picture, mixed by gamma ("Mixed Neural Style Transfer", eq. 7)."""

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.optimize.style_picture import StylePicture


def mixed(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    ratio: float,
    gamma: float,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * (gamma * L_style(a_1) + (1 - gamma) * L_style(a_2)).

    A style of share 0 is left out, so that gamma 1 and 0 are ``gatys`` in the first and the second
    style to the bit. Where the scene keeps regions, the photograph is put back there afterwards
    (sec. 3.4).

    Args:
        scene: With two style pictures.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        ratio: alpha / beta.
        gamma: The share of the first style.
        steps: Of the optimizer.

    Raises:
        UserError: For any other number of style pictures, a gamma outside [0, 1], and a ratio that
            is not positive.
    """
    styles = scene.require_styles("mixed", 2)
    if not 0 <= gamma <= 1 or not ratio > 0:
        raise UserError(
            f"gamma={gamma} ratio={ratio}: gamma must be from 0 to 1 and the ratio positive"
        )
    style_weight = content_weight / ratio
    shares = {"style_1": gamma, "style_2": 1 - gamma}
    targets = {
        name: criterion.style_of(style)
        for name, style in zip(shares, styles, strict=True)
        if shares[name]
    }
    content = criterion.content_of(scene.content)

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture)
        terms = {"content": content_weight * criterion.content_loss(features, content)}
        for name, target in targets.items():
            terms[name] = style_weight * shares[name] * criterion.style_loss(features, target)
        return terms

    return (yield Stage("mixed", objective, scene.start, steps))


@torch.no_grad()
def relative_improvements(
    picture: Tensor, content: Tensor, styles: list[StylePicture], criterion: Criterion
) -> list[float]:
    """How near a picture has come to every style (eq. 8 and 9).

    Args:
        picture: x, (1, 3, H, W).
        content: c, the photograph it was made from, (1, 3, H, W).
        styles: s_k.
        criterion: What the style loss is measured with.

    Returns:
        RI_k = L_style(s_k, x) / L_style(s_k, c): 1 for the photograph, 0 for the style itself.
    """
    after = criterion.features(picture)
    before = criterion.features(content)
    improvements = []
    for style in styles:
        target = criterion.style_of(style)
        loss_after = float(criterion.style_loss(after, target))
        loss_before = float(criterion.style_loss(before, target))
        # a photograph that is the style picture: nothing comes nearer
        improvements.append(loss_after / loss_before if loss_before else 1.0)
    return improvements
