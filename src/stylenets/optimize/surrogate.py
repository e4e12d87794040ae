"""All segments in a single pass, by a surrogate style picture cut out of the style pictures (seed 002, attempt 3)."""

from torch import Tensor

from stylenets import masks
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.regions import KEEP


def surrogate(
    scene: Scene,
    criterion: Criterion,
    content_weight: float,
    style_weight: float,
    tv_weight: float,
    delta: float,
    delta_layer: str,
    steps: int,
) -> Stages:
    """L = alpha * L_content + beta * (L_style + delta * L_content against the surrogate style picture) + gamma * TV.

    L_style is against the surrogate, too, which mixes the styles; the ``delta`` term, at a shallow layer, is what brings each to its
    place: "too much of it and we get the actual content of the surrogate". Raises UserError for no regions and empty ones.
    """
    pictures = {label: style for label, (_, style) in scene.segments("surrogate").items()}
    pictures |= {
        label: scene.content[0] for label, style in scene.painted_in.items() if style == KEEP
    }
    cut = masks.surrogate_style(
        {label: mask.to(scene.content) for label, mask in scene.regions.items()}, pictures
    )
    layer = criterion.there(delta_layer)
    content, style = criterion.content_of(scene.content), criterion.style_of(cut)
    shallow = criterion.vgg(cut[None], [layer])[layer]

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture, layer)
        against_style = feature_reconstruction(features[layer], shallow, criterion.content_variant)
        return {
            "content": content_weight * criterion.content_loss(features, content),
            "style": style_weight * criterion.style_loss(features, style),
            "delta": style_weight * delta * against_style,
            "tv": tv_weight * total_variation(picture),
        }

    return (yield Stage("surrogate", objective, scene.start, steps))
