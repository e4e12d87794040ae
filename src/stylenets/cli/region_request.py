"""What infer and optimize are asked about regions, checked as far as that goes without torch.

``regions=`` says what becomes of each region: "keep", a style's name, or {style: share}. The other
settings say how the regions are found; ``stylenets.cli.regions`` finds them.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylenets.cli import checks
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND, KEEP, MAIN
from stylenets.segmentation import LABELS

BACKBONES = ("resnet50", "resnet101", "mobilenet_v3_large")
COLOR = re.compile(r"(0x|#)([0-9a-f]{6})", re.IGNORECASE)
EXAMPLE = "regions={person:keep,background:STYLE}"

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
    saliency_weights: Path | None

    @property
    def wanted(self) -> list[str]:
        """The labels that a segmenter must find: all but "background"."""
        return [label for label in self.regions if label != BACKGROUND]


def read_regions(values: dict[str, Any]) -> RegionRequest | None:
    """Read ``regions=`` and what belongs to it; None where it was not given.

    Raises:
        UserError: For a value that cannot be, or two that do not fit together.
    """
    if values["regions"] is None:
        _check_nothing_else(values)
        return None
    regions = read_looks(values["regions"])
    masks = read_masks(values["masks"])
    labels = read_labels(values["labels"])
    segmenter = read_segmenter(values["segmenter"])
    if segmenter != "files" and (masks is not None or labels is not None):
        raise UserError(
            f"masks= and labels= are for masks in files, and segmenter={segmenter} finds its own: "
            "leave one out"
        )
    _check_known(regions, LABELS[segmenter] or _labels_of_files(masks, labels), segmenter)
    return RegionRequest(
        regions=regions,
        segmenter=segmenter,
        masks=masks,
        labels=labels,
        feather=read_feather(values["feather"]),
        smallest=read_smallest(values["smallest"]),
        backbone=checks.choice("deeplab.backbone", values["deeplab"]["backbone"], BACKBONES),
        deeplab_weights=read_segmenter_weights("deeplab", values),
        saliency_weights=read_segmenter_weights("saliency", values),
    )


def read_looks(value: Any) -> dict[str, Look]:
    """Read ``regions={person: keep, dog: {a: 0.5, b: 0.5}}``; "background" is added as "keep"."""
    if not isinstance(value, dict) or not set(map(str, value)) - {BACKGROUND}:
        raise UserError(f"regions={value}: must say what becomes of each, as in '{EXAMPLE}'")
    looks = {_label(label): _look(label, look) for label, look in value.items()}
    looks.setdefault(BACKGROUND, KEEP)
    if all(look == KEEP for look in looks.values()):
        raise UserError(
            f"regions={value} keeps everything, so nothing is to be done: give a region a style"
        )
    return looks


def read_masks(value: Any) -> Path | dict[str, Path] | None:
    """Read ``masks=`` a file, a folder, or {label: file}; each must be there."""
    if value is None:
        return None
    if not isinstance(value, dict):
        return _existing_mask(value)
    if not value:
        raise UserError(
            "masks={}: must be a picture, a folder of them, or a picture for each label"
        )
    return {_label(label): _existing_mask(path) for label, path in value.items()}


def read_labels(value: Any) -> dict[int | str, str] | None:
    """Read ``labels={1: person}`` or ``{0xff0000: dog}``: names by gray value, or by "rrggbb"."""
    if value is None:
        return None
    given = value if isinstance(value, dict) else {}
    colors = [COLOR.fullmatch(str(key)) for key in given]
    found = [color[2].lower() for color in colors if color]
    names = [_label(name) for name in given.values()]
    if names and len(found) == len(names):
        return dict(zip(found, names, strict=True))
    grays = [key for key in given if type(key) is int and 0 <= key < 2**16]
    if not names or found or len(grays) < len(names):
        raise UserError(
            f"labels={value}: must name gray values, as in 'labels={{1:person,2:dog}}', "
            "or colors, as in 'labels={0xff0000:person}'"
        )
    return dict(zip(grays, names, strict=True))


def read_segmenter(value: Any) -> str:
    """Read ``segmenter=``, what finds the regions; None: masks in files."""
    return checks.choice("segmenter", "files" if value is None else value, LABELS)


def read_feather(value: Any) -> float | None:
    """Read ``feather=``, in pixels; None for a share of the picture's shortest side."""
    if value is None:
        return None
    must_be = "a number of pixels, or null for 1 % of the picture's shortest side"
    return checks.number("feather", value, lambda width: 0 <= width < math.inf, must_be)


def read_smallest(value: Any) -> float:
    """Read ``smallest=``, a share of the picture."""
    must_be = "a share of the picture, from 0 to below 1"
    return checks.number("smallest", value, lambda share: 0 <= share < 1, must_be)


def read_segmenter_weights(segmenter: str, values: Mapping[str, Any]) -> Path | None:
    """Read ``<segmenter>.weights=``, a file that must be there; None: its own."""
    value = values[segmenter]["weights"]
    if value is None:
        return None
    weights = Path(str(value))
    if not weights.is_file():
        raise UserError(f"no such weights: {segmenter}.weights={weights}")
    return weights


def _check_nothing_else(values: dict[str, Any]) -> None:
    read_smallest(values["smallest"])
    checks.choice("deeplab.backbone", values["deeplab"]["backbone"], BACKBONES)
    settings = ("segmenter", "masks", "labels", "feather")
    given = [name for name in settings if values[name] is not None]
    if given:
        raise UserError(
            f"{given[0]}= belongs to regions=: say what becomes of them, as in '{EXAMPLE}'"
        )


def _check_known(regions: dict[str, Look], known: tuple[str, ...] | None, segmenter: str) -> None:
    if known is None:
        return
    unknown = [label for label in regions if label not in (*known, MAIN, BACKGROUND)]
    if unknown:
        raise UserError(
            f"unknown region {unknown[0]!r}; with segmenter={segmenter} there are "
            f"{', '.join(known)}, {MAIN} and {BACKGROUND}"
        )


def _labels_of_files(
    masks: Path | dict[str, Path] | None, labels: dict[int | str, str] | None
) -> tuple[str, ...] | None:
    """The labels that files hold, where the settings say so."""
    if not isinstance(masks, dict):
        return None if labels is None else tuple(labels.values())
    if labels is not None:
        raise UserError(
            "labels= names the values of one label map, and masks= gives a file per label: "
            "leave one out"
        )
    return tuple(masks)


def _existing_mask(value: Any) -> Path:
    path = Path(str(value))
    if not path.exists():
        raise UserError(f"no such mask: {path}")
    return path


def _label(value: Any) -> str:
    label = str(value)
    if not re.fullmatch(r"\w[\w .+-]*", label):  # it becomes part of a file's name
        raise UserError(f"{label!r} cannot name a region: use letters and digits")
    return label


def _look(label: Any, look: Any) -> Look:
    if isinstance(look, str | int) and not isinstance(look, bool):
        return str(look)
    must_be = "keep, a style, or styles with positive shares, as in {a:0.5,b:0.5}"
    return checks.shares(f"regions.{label}", look, must_be)
