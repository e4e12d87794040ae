"""Where things are in a picture: one interface, many segmenters. Importing it imports no torch.

A segmenter is called with a picture, (3, H, W) RGB in [0, 1], and gives {label: mask}, each mask
(H, W) float32 in [0, 1] on the CPU. A label that is not in the picture may be missing or have an
empty mask. Masks may overlap and need not cover the picture: ``partition.find_regions`` cleans
them, feathers them, and makes them share every pixel out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

# The 20 classes of Pascal VOC in the order of torchvision's weights, after "background" (Everingham
# et al. 2010, table 1).
VOC = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
)
# What each segmenter can give besides "background"; None: whatever its files are said to hold.
LABELS: dict[str, tuple[str, ...] | None] = {
    "files": None,
    "deeplab": VOC,
    "selfie": ("person",),
    "saliency": ("object",),
}


class Segmenter(Protocol):
    """Anything that is called with a picture and gives soft masks by label."""

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Find what is in a picture.

        Args:
            picture: (3, H, W) RGB in [0, 1].

        Returns:
            {label: (H, W) in [0, 1]}.

        Raises:
            UserError: It cannot.
        """
        ...
