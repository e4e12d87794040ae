"""What ``infer`` and ``optimize`` share about regions: the values that ask for them, checked before torch is imported, and the masks.

    request = read_regions(values)                        # None where regions= was not given
    segmenter_of = build_segmenter(request, device)       # loads a model, once
    partition = partition_of(segmenter_of(path), request, picture)   # {label: (H, W)}, "background" included, summing to 1
    inference.pictures.write_masks(partition, {label: out / f"{path.stem}_mask_{label}.png" …}, report)

``request.regions`` says what becomes of each label of the partition: "keep", a style's name, or {style: share}.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stylenets.errors import UserError
from stylenets.regions import BACKGROUND, KEEP
from stylenets.segmentation import LABELS, Segmenter

if TYPE_CHECKING:
    from torch import Tensor

BACKBONES = ("resnet50", "resnet101", "mobilenet_v3_large")
COLOR = re.compile(r"(0x|#)([0-9a-f]{6})", re.IGNORECASE)

Look = str | dict[str, float]  # of a region: "keep", the name of a style, or shares of several


@dataclass(frozen=True)
class RegionRequest:
    """What each region becomes, "background" included, and how the regions are found."""

    regions: dict[str, Look]
    segmenter: str
    masks: Path | dict[str, Path] | None
    labels: dict[int | str, str] | None
    feather: float | None
    smallest: float
    backbone: str
    deeplab_weights: Path | None
    saliency_weights: str

    @property
    def wanted(self) -> list[str]:
        """The labels that a segmenter must find: all but "background"."""
        return [label for label in self.regions if label != BACKGROUND]


def read_regions(values: dict[str, Any]) -> RegionRequest | None:
    """``regions=`` and what belongs to it; None where it was not given. Raises UserError for what cannot be or does not fit."""
    if values["regions"] is None:
        if given := [
            name for name in ("segmenter", "masks", "labels", "feather") if values[name] is not None
        ]:
            raise UserError(
                f"{given[0]}= belongs to regions=: say what becomes of them, as in 'regions={{person:keep,background:STYLE}}'"
            )
        return None
    regions, masks, labels = (
        read_looks(values["regions"]),
        read_masks(values["masks"]),
        read_labels(values["labels"]),
    )
    segmenter = "files" if values["segmenter"] is None else str(values["segmenter"])
    if segmenter not in LABELS:
        raise UserError(f"segmenter={segmenter}: must be one of {', '.join(LABELS)}")
    if segmenter != "files" and (masks is not None or labels is not None):
        raise UserError(
            f"masks= and labels= are for masks in files, and segmenter={segmenter} finds its own: leave one out"
        )
    _check_known(regions, LABELS[segmenter] or _labels_of(masks, labels), segmenter)
    feather, smallest = values["feather"], values["smallest"]
    if feather is not None and not (type(feather) in (int, float) and 0 <= feather < math.inf):
        raise UserError(
            f"feather={feather}: must be a number of pixels, or null for 1 % of the picture's shortest side"
        )
    if not (type(smallest) in (int, float) and 0 <= smallest < 1):
        raise UserError(f"smallest={smallest}: must be a share of the picture, from 0 to below 1")
    return RegionRequest(
        regions,
        segmenter,
        masks,
        labels,
        feather,
        smallest,
        *_read_models(values["deeplab"], values["saliency"]),
    )


def read_looks(value: Any) -> dict[str, Look]:
    """``regions={person: keep, dog: {a: 0.5, b: 0.5}}`` with "background" added as "keep". Raises UserError for anything else."""
    if not isinstance(value, dict) or not set(map(str, value)) - {BACKGROUND}:
        raise UserError(
            f"regions={value}: must say what becomes of each, as in 'regions={{person:keep,background:STYLE}}'"
        )
    looks = {_label(label): _look(label, look) for label, look in value.items()}
    looks.setdefault(BACKGROUND, KEEP)
    if set(map(str, looks.values())) == {KEEP}:
        raise UserError(
            f"regions={value} keeps everything, so nothing is to be done: give a region a style"
        )
    return looks


def read_masks(value: Any) -> Path | dict[str, Path] | None:
    """``masks=`` a file, a folder, or {label: file}. Raises UserError where one is not there."""
    if value is None:
        return None
    paths = (
        {_label(label): Path(str(path)) for label, path in value.items()}
        if isinstance(value, dict)
        else {"": Path(str(value))}
    )
    if not paths:
        raise UserError(
            "masks={}: must be a picture, a folder of them, or a picture for each label"
        )
    if missing := [path for path in paths.values() if not path.exists()]:
        raise UserError(f"no such mask: {missing[0]}")
    return paths if isinstance(value, dict) else paths[""]


def read_labels(value: Any) -> dict[int | str, str] | None:
    """``labels={1: person}`` or ``{0xff0000: dog}`` -> names by gray value, or by "rrggbb". Raises UserError for anything else."""
    if value is None:
        return None
    colors = [COLOR.fullmatch(str(key)) for key in value] if isinstance(value, dict) else []
    if colors and all(colors):
        return {
            color[2].lower(): _label(name)
            for color, name in zip(colors, value.values(), strict=True)
        }
    if not colors or any(colors) or not all(type(key) is int and 0 <= key < 2**16 for key in value):
        raise UserError(
            f"labels={value}: must name gray values, as in 'labels={{1:person,2:dog}}', or colors, as in 'labels={{0xff0000:person}}'"
        )
    return {key: _label(name) for key, name in value.items()}


def build_segmenter(request: RegionRequest, device: str = "cpu") -> Callable[[Path], Segmenter]:
    """Load what finds the regions -> the segmenter of a content file. Raises UserError where a model or its weights cannot be had."""
    if request.segmenter == "files":
        from stylenets.segmentation.files import from_files

        return lambda content: from_files(request.masks, request.labels, request.wanted, content)
    segmenter = _model(request, device)
    return lambda content: segmenter


def partition_of(
    segmenter: Segmenter, request: RegionRequest, picture: Tensor
) -> dict[str, Tensor]:
    """(3, H, W) -> {label: (H, W)} for every label of ``request.regions``, cleaned, feathered, summing to 1 at every pixel.

    Raises UserError for a label that is not in the picture and a mask that does not fit it.
    """
    from stylenets.segmentation.partition import find_regions

    return find_regions(segmenter, picture, request.regions, request.feather, request.smallest)


def _model(request: RegionRequest, device: str) -> Segmenter:
    if request.segmenter == "deeplab":
        from stylenets.segmentation.deeplab import DeepLab

        return DeepLab(request.backbone, request.deeplab_weights, device)
    if request.segmenter == "selfie":
        from stylenets.segmentation.selfie import Selfie

        return Selfie()
    from stylenets.segmentation.saliency import Saliency
    from stylenets.vgg.network import LossNetwork

    return Saliency(LossNetwork(16, request.saliency_weights).to(device))


def _read_models(deeplab: dict[str, Any], saliency: dict[str, Any]) -> tuple[str, Path | None, str]:
    if deeplab["backbone"] not in BACKBONES:
        raise UserError(
            f"deeplab.backbone={deeplab['backbone']}: must be one of {', '.join(BACKBONES)}"
        )
    weights = None if deeplab["weights"] is None else Path(str(deeplab["weights"]))
    if weights and not weights.is_file():
        raise UserError(f"no such weights: deeplab.weights={weights}")
    return deeplab["backbone"], weights, str(saliency["weights"])


def _check_known(regions: dict[str, Look], known: tuple[str, ...] | None, segmenter: str) -> None:
    if known and (unknown := [label for label in regions if label not in (*known, BACKGROUND)]):
        raise UserError(
            f"unknown region {unknown[0]!r}; with segmenter={segmenter} there are {', '.join(known)} and {BACKGROUND}"
        )


def _labels_of(
    masks: Path | dict[str, Path] | None, labels: dict[int | str, str] | None
) -> tuple[str, ...] | None:
    if isinstance(masks, dict):
        if labels is not None:
            raise UserError(
                "labels= names the values of one label map, and masks= gives a file per label: leave one out"
            )
        return tuple(masks)
    return tuple(labels.values()) if labels is not None else None


def _label(value: Any) -> str:
    if not re.fullmatch(r"\w[\w .+-]*", label := str(value)):  # it becomes part of a file's name
        raise UserError(f"{label!r} cannot name a region: use letters and digits")
    return label


def _look(label: Any, look: Any) -> Look:
    if isinstance(look, str | int) and not isinstance(look, bool):
        return str(look)
    shares = list(look.values()) if isinstance(look, dict) else []
    if (
        not shares
        or not all(type(share) in (int, float) and 0 <= share < math.inf for share in shares)
        or not 0 < sum(shares) < math.inf
    ):
        raise UserError(
            f"regions={{{label}: {look}}}: must be keep, a style, or styles with positive shares, as in {{a:0.5,b:0.5}}"
        )
    return {str(name): float(share) for name, share in look.items()}
