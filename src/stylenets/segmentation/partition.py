"""From what a segmenter finds to regions that share a picture out: cleaned of specks, feathered, and summing to 1."""

from collections.abc import Collection

from torch import Tensor

from stylenets import masks
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND
from stylenets.segmentation import Segmenter

FEATHER = 0.01  # of the shortest side: 5 pixels at 512
SMALLEST = 0.001  # of the picture: 16 x 16 pixels at 512 x 512


def find_regions(
    segmenter: Segmenter,
    picture: Tensor,
    labels: Collection[str],
    feather: float | None = None,
    smallest: float = SMALLEST,
) -> dict[str, Tensor]:
    """(3, H, W) -> {label: (H, W)} for ``labels`` and "background", summing to 1 at every pixel.

    ``feather``: width in pixels of the ramp at every border, None for 1 % of the shortest side, 0 for masks as soft as the segmenter
    gives them. ``smallest``: share of the picture below which specks and holes go. Where masks overlap they share.
    Raises UserError for a label that is not in the picture, naming those that are.
    """
    found = {label: mask for label, mask in segmenter(picture).items() if (mask > 0.5).any()}
    wanted = [label for label in labels if label != BACKGROUND]
    if missing := [label for label in wanted if label not in found]:
        others = ", ".join(label for label in found if label != BACKGROUND)
        raise UserError(
            f"no {' and no '.join(missing)} in the picture{f', only {others}' if others else ''}"
        )
    width = FEATHER * min(picture.shape[-2:]) if feather is None else feather
    cleaned = {label: masks.clean(found[label], smallest) for label in wanted}
    return masks.partition(
        {label: masks.feather(mask, width) if width else mask for label, mask in cleaned.items()}
    )
