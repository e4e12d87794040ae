"""``style_masks=``: the parts of style pictures whose style is wanted, found or read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from stylenets import masks
from stylenets.cli import checks
from stylenets.cli.region_request import (
    BACKBONES,
    RegionRequest,
    read_labels,
    read_segmenter_weights,
)
from stylenets.cli.regions import load_model
from stylenets.cli.style_request import MODELS, read_style_masks
from stylenets.errors import UserError
from stylenets.regions import MAIN
from stylenets.segmentation.files import LabelMap, Mattes


def find_style_areas(
    values: Mapping[str, Any], pictures: Mapping[str, Tensor], device: str
) -> dict[str, Tensor]:
    """The masks (h, w) of ``style_masks=`` by style or region.

    Args:
        values: The configuration.
        pictures: The style picture (3, h, w) of every style and every region.
        device: Where a segmenter computes.

    Raises:
        UserError: For a name that is none of ``pictures``, or an area that is empty.
    """
    areas: dict[str, Tensor] = {}
    for key, source in read_style_masks(values).items():
        if key not in pictures:
            known = ", ".join(pictures)
            raise UserError(f"style_masks names {key}: there are {known}")
        picture = pictures[key]
        found = _find(values, key, source, device)(picture)
        area = found.get(key, next(iter(found.values())))
        area = masks.largest_part(area) if key == MAIN else area
        if not (area > 0.5).any():
            raise UserError(f"style_masks: {source} finds no {key} in the style picture")
        areas[key] = area
    return areas


def _find(values: Mapping[str, Any], key: str, source: str, device: str) -> Any:
    """What is called with the picture and gives masks by label."""
    if source in MODELS:
        return load_model(_request(values, source), device)
    labels = read_labels(values["labels"])
    if labels is not None:
        return LabelMap(Path(source), labels)
    return Mattes({key: Path(source)})


def _request(values: Mapping[str, Any], segmenter: str) -> RegionRequest:
    """A request of one segmenter, with the settings of all."""
    return RegionRequest(
        regions={},
        segmenter=segmenter,
        masks=None,
        labels=None,
        feather=None,
        smallest=0.0,
        backbone=checks.choice("deeplab.backbone", values["deeplab"]["backbone"], BACKBONES),
        deeplab_weights=read_segmenter_weights("deeplab", values),
        saliency_weights=read_segmenter_weights("saliency", values),
    )
