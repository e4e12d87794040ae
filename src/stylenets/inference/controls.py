"""What can be turned between the photograph and the painting, with one meaning for every network.

At strength s a picture is P(s) + (1 - s) * (photograph - P(0)), where P(s) is what the network
paints with a share s of the style: the identity row mixed with the style's row, or swapped features
with the photograph's own. What the network loses of the photograph comes back by 1 - s, so that 0
is the photograph itself. Of a network that cannot paint the photograph, it is a blend of the two.
"""

from collections.abc import Callable, Iterator

from torch import Tensor

from stylenets.inference import colors as color_choices
from stylenets.inference import strokes
from stylenets.inference.inputs import check_sides
from stylenets.inference.photo import Photo
from stylenets.inference.settings import Controls

Bands = Iterator[Tensor]  # of a picture, (3, n, W) each, from the top
Paint = Callable[[Photo, float], Bands]  # a picture and a share of the style


def controlled(photo: Photo, paint: Paint, paints_photo: bool, controls: Controls) -> Bands:
    """Paint a picture as the controls say.

    Args:
        photo: The picture.
        paint: What paints one of any size. Where ``paints_photo`` is false, it is asked for 1 only.
        paints_photo: Whether it paints the photograph where a share of 0 is asked for.
        controls: Strength, colors and stroke.

    Yields:
        Bands in [0, 1].

    Raises:
        UserError: If a side is too small or too large, or the memory does not suffice.
    """
    check_sides(photo.height, photo.width)
    if controls.strength == 0:
        yield from photo.bands()
        return
    seen = _seen(photo, controls.stroke)

    def painted(share: float) -> Bands:
        result = paint(seen, share)
        return result if seen is photo else strokes.bring_back(result, seen, photo)

    mixed = _mixed(photo, painted, paints_photo, controls.strength)
    yield from color_choices.recolored(photo, mixed, controls.colors)


def _mixed(
    photo: Photo, painted: Callable[[float], Bands], paints_photo: bool, strength: float
) -> Bands:
    """Between the photograph and the painting, in [0, 1]."""
    if strength == 1:
        yield from (band.clamp(0, 1) for band in painted(1.0))
    elif paints_photo:
        both = zip(photo.beside(painted(strength)), painted(0.0), strict=True)
        for (own, band), lost in both:
            yield (band + (1 - strength) * (own - lost)).clamp(0, 1)
    else:
        for own, band in photo.beside(painted(1.0)):
            yield own.lerp(band, strength).clamp(0, 1)


def _seen(photo: Photo, stroke: float | str) -> Photo:
    """The picture at the size at which the network sees it."""
    wanted = strokes.seen_size(photo.height, photo.width, stroke)
    if wanted == (photo.height, photo.width):
        return photo
    check_sides(*wanted, f"at stroke={stroke} the picture")
    return Photo(photo.scaled(*wanted).clamp(0, 1))
