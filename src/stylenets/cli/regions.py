"""Finding the regions that a command was asked for, by the segmenter it chose."""

from pathlib import Path

from torch import Tensor

from stylenets.cli.region_request import RegionRequest
from stylenets.errors import UserError
from stylenets.segmentation import Segmenter
from stylenets.segmentation.files import from_files
from stylenets.segmentation.partition import find_regions


class RegionFinder:
    """Finds the regions of a request in pictures; what finds them is loaded once.

    Args:
        request: The regions, and how to find them.
        device: Where a segmenter runs that can run on a GPU.

    Raises:
        UserError: If a model or its weights cannot be had.
    """

    def __init__(self, request: RegionRequest, device: str = "cpu") -> None:
        self.request = request
        self.model = None if request.segmenter == "files" else load_model(request, device)

    def find(self, content: Path, picture: Tensor, optional: bool = False) -> dict[str, Tensor]:
        """Share a picture out among the regions.

        Args:
            content: The picture's file, whose masks are looked for where they are files.
            picture: (3, H, W) in [0, 1].
            optional: Whether a label may be missing; its region is empty then.

        Returns:
            {label: (H, W)} for every label of the request, "background" included: cleaned,
            feathered, summing to 1 at every pixel.

        Raises:
            UserError: If a label is not in the picture, or a mask does not fit it.
        """
        request = self.request
        try:
            segmenter = self.model or from_files(
                request.masks, request.labels, request.wanted, content
            )
            return find_regions(
                segmenter, picture, request.regions, request.feather, request.smallest, optional
            )
        except UserError as error:
            raise UserError(f"{content}: {error}") from error


def load_model(request: RegionRequest, device: str) -> Segmenter:
    """The chosen segmenter, as the request has it."""
    return load_segmenter(
        request.segmenter,
        device,
        request.backbone,
        request.deeplab_weights,
        request.saliency_weights,
    )


def load_segmenter(
    name: str,
    device: str = "cpu",
    backbone: str = "resnet50",
    deeplab_weights: Path | None = None,
    saliency_weights: Path | None = None,
) -> Segmenter:
    """A segmenter by its name; only what it needs is imported.

    Raises:
        UserError: If its model or weights cannot be had.
    """
    if name == "deeplab":
        from stylenets.segmentation.deeplab import DeepLab

        return DeepLab(backbone, deeplab_weights, device)
    if name == "selfie":
        from stylenets.segmentation.selfie import Selfie

        return Selfie()
    from stylenets.segmentation.saliency import load_saliency

    return load_saliency(saliency_weights, device)
