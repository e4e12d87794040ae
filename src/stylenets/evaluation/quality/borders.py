"""How much worse a network paints near a picture's border than inside.

Convolutions pad: near the border a picture depends on what is not there. So the same pixels are
painted twice, once far from a border and once at one.
"""

from collections.abc import Callable

from torch import Tensor

CROP = 32  # pixels cut off each side; a multiple of the networks' strides, so that these stay put
FRAME = 8  # pixels from the crop's border that count as near to it


def border_error(paint: Callable[[Tensor], Tensor], photo: Tensor, picture: Tensor) -> float | None:
    """How much more the pixels near the border depend on it than those inside.

    The central crop of the photograph, 32 pixels less on each side, is painted too. The result is
    the mean absolute difference of the two pictures in the crop's outer frame of 8 pixels, minus
    that inside the frame, which comes of the norms' other statistics.

    Args:
        paint: The network, (3, h, w) -> (3, h, w).
        photo: (3, H, W) in [0, 1].
        picture: What ``paint`` makes of it.

    Returns:
        The error, where pixels are in [0, 1]; None for a photograph that is too small to be cut.
    """
    if min(photo.shape[1:]) < 2 * CROP + 4 * FRAME:
        return None
    inner = slice(CROP, -CROP)
    repainted = paint(photo[:, inner, inner].contiguous())
    difference = (repainted - picture[:, inner, inner]).abs().mean(0)
    inside = difference[FRAME:-FRAME, FRAME:-FRAME]
    in_frame = (difference.sum() - inside.sum()) / (difference.numel() - inside.numel())
    return float(in_frame - inside.mean())
