"""What can be turned between the photograph and the painting, with one meaning for every network.

At strength s a picture is P(s) + (1 - s) * (photograph - P(0)), where P(s) is what the network
paints with a share s of the style: the identity row mixed with the style's row, or swapped features
with the photograph's own. What the network loses of the photograph comes back by 1 - s, so that 0
is the photograph itself. Of a network that cannot paint the photograph, it is a blend of the two.
"""

from collections.abc import Callable

from torch import Tensor

from stylenets.inference import colors as color_choices
from stylenets.inference import strokes
from stylenets.inference.inputs import check_sides
from stylenets.inference.settings import Controls

Paint = Callable[[Tensor, float], Tensor]  # a picture (3, h, w) and a share of the style


def controlled(picture: Tensor, paint: Paint, paints_photo: bool, controls: Controls) -> Tensor:
    """Paint a picture as the controls say.

    Args:
        picture: (3, H, W) RGB in [0, 1].
        paint: What paints it at any size. Where ``paints_photo`` is false, it is asked for 1 only.
        paints_photo: Whether it paints the photograph where a share of 0 is asked for.
        controls: Strength, colors and stroke.

    Returns:
        (3, H, W) in [0, 1].

    Raises:
        UserError: If a side is too small or too large, or the memory does not suffice.
    """
    check_sides(picture)
    strength = controls.strength
    if strength == 0:
        return picture.clone()
    seen = _seen(picture, controls.stroke)

    def painted(share: float) -> Tensor:
        result = paint(seen, share)
        return result if seen is picture else strokes.bring_back(result, seen, picture)

    if strength == 1:
        result = painted(1.0)
    elif paints_photo:
        result = painted(strength) + (1 - strength) * (picture - painted(0.0))
    else:
        result = picture.lerp(painted(1.0), strength)
    return color_choices.recolor(picture, result.clamp(0, 1), controls.colors)


def _seen(picture: Tensor, stroke: float | str) -> Tensor:
    """The picture at the size at which the network sees it."""
    height, width = picture.shape[-2:]
    wanted = strokes.seen_size(height, width, stroke)
    if wanted == (height, width):
        return picture
    seen = strokes.scaled(picture, *wanted).clamp(0, 1)
    check_sides(seen, f"at stroke={stroke} the picture")
    return seen
