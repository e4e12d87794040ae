"""All segments in a single pass, by a surrogate style picture cut out of the style pictures.

This is attempt 3 of "A Smoother Segmentation-Based Style Transfer".
"""

from torch import Tensor

from stylenets import masks
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Stage, Stages
from stylenets.optimize.style_picture import StylePicture
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
    """L = alpha * L_content + beta * (L_style + delta * L_surrogate) + gamma * TV.

    L_style is measured against the surrogate, which mixes the styles. L_surrogate is the content
    loss against it at a shallow layer, which brings each style to its place: "too much of it and we
    get the actual content of the surrogate".

    Args:
        scene: With regions.
        criterion: What the losses are measured with.
        content_weight: Of the content loss: alpha.
        style_weight: Of the style loss: beta.
        tv_weight: Of the total variation: gamma.
        delta: The share of L_surrogate.
        delta_layer: Where L_surrogate is measured.
        steps: Of the optimizer.

    Raises:
        UserError: If there are no regions, or one is empty.
    """
    cut = surrogate_picture(scene)
    layer = criterion.resolve_layer(delta_layer)
    content = criterion.content_of(scene.content)
    style = criterion.style_of(StylePicture(cut))
    shallow = criterion.vgg(cut[None], [layer])[layer]

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = criterion.features(picture, layer)
        against_surrogate = feature_reconstruction(
            features[layer], shallow, criterion.content_variant
        )
        return {
            "content": content_weight * criterion.content_loss(features, content),
            "style": style_weight * criterion.style_loss(features, style),
            "delta": style_weight * delta * against_surrogate,
            "tv": tv_weight * total_variation(picture),
        }

    shown = {"the surrogate style picture": cut}
    return (yield Stage("surrogate", objective, scene.start, steps, shown=shown))


def surrogate_picture(scene: Scene) -> Tensor:
    """Every region's style picture in its place, the photograph where it is kept: (3, H, W).

    Of a style of which only a part counts, the smallest rectangle that holds it.
    """
    pictures = {label: style.cropped() for label, (_, style) in scene.segments("surrogate").items()}
    for label, style in scene.painted_in.items():
        if style == KEEP:
            pictures[label] = scene.content[0]
    regions = {label: mask.to(scene.content) for label, mask in scene.regions.items()}
    return masks.surrogate_style(regions, pictures)
