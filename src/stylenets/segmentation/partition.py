"""From what a segmenter finds to regions that share a picture out, summing to 1."""

from collections.abc import Collection

import torch
from torch import Tensor

from stylenets import masks
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND, MAIN
from stylenets.segmentation import Segmenter

FEATHER = 0.01  # of the shortest side: 5 pixels at 512
SMALLEST = 0.001  # of the picture: 16 x 16 pixels at 512 x 512


def find_regions(
    segmenter: Segmenter,
    picture: Tensor,
    labels: Collection[str],
    feather: float | None = None,
    smallest: float = SMALLEST,
    optional: bool = False,
) -> dict[str, Tensor]:
    """Find regions, clean them of specks, and feather them.

    Args:
        segmenter: What finds them.
        picture: (3, H, W) RGB in [0, 1].
        labels: What is wanted; "background" may be among them, and "main", which is of all that
            is found the connected region that covers most.
        feather: Width in pixels of the ramp at every border; None for 1 % of the shortest side, 0
            for masks as soft as the segmenter gives them.
        smallest: Share of the picture below which specks and holes go.
        optional: Whether a label may be missing; its region is empty then.

    Returns:
        {label: (H, W)} for ``labels`` and "background", summing to 1 at every pixel. Where masks
        overlap they share.

    Raises:
        UserError: A label is not in the picture, and must be; it names those that are.
    """
    found = {label: mask for label, mask in segmenter(picture).items() if (mask > 0.5).any()}
    if MAIN in labels and found:
        found[MAIN] = _main_of(found)
    wanted = [label for label in labels if label != BACKGROUND]
    missing = [label for label in wanted if label not in found]
    if optional:
        found |= {label: picture.new_zeros(picture.shape[-2:]) for label in missing}
    elif missing:
        others = ", ".join(label for label in found if label != BACKGROUND)
        only = f", only {others}" if others else ""
        raise UserError(f"no {' and no '.join(missing)} in the picture{only}")
    width = FEATHER * min(picture.shape[-2:]) if feather is None else feather
    regions = {}
    for label in wanted:
        cleaned = masks.clean(found[label], smallest)
        regions[label] = masks.feather(cleaned, width) if width else cleaned
    return masks.partition(regions)


def _main_of(found: dict[str, Tensor]) -> Tensor:
    """The largest connected region of all labels; a mask called "main" is looked at alone."""
    things = [mask for label, mask in found.items() if label != BACKGROUND]
    return masks.largest_part(found[MAIN] if MAIN in found else torch.stack(things).amax(0))
