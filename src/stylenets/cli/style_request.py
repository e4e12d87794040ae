"""``style=`` of the command ``infer``: pictures and style files, and the network that fits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stylenets import assets
from stylenets.cli import checks
from stylenets.errors import UserError
from stylenets.inference import MIN_SIDE
from stylenets.segmentation import LABELS

MAX_STYLE_SIDE = 4096  # pixels, as in training
MOST_STEPS = 10000
STYLE_FILE = ".safetensors"  # how the name of a style file ends
MODELS = tuple(name for name in LABELS if name != "files")


@dataclass(frozen=True)
class Swap:
    """Style pictures, style files, or folders of pictures, and how a network uses them."""

    paths: list[Path]
    style_size: int
    polish: int
    vgg_weights: Path | None
    vgg_convention: str


def read_ckpt(values: dict[str, Any]) -> Path:
    """Read ``ckpt=``; where it is not given, the bundled network that fits the styles."""
    ckpt = assets.network_file(str(values["ckpt"] or fitting_network(values["style"])))
    if not ckpt.exists():
        raise UserError(f"no such checkpoint: {ckpt}")
    return ckpt


def fitting_network(style: Any) -> str:
    """The name of the bundled network for ``style=``.

    Raises:
        UserError: It is a style file, and of none of them.
    """
    if style is None:
        return "six"
    paths = read_style_paths(style)
    if not all(path.suffix == STYLE_FILE for path in paths):
        return "any"
    from stylenets import checkpoints  # slow to import

    for file in sorted(assets.NETWORKS.glob("*.safetensors")):
        if checkpoints.belongs_to(paths[0], checkpoints.load(file)):
            return file.stem
    raise UserError(f"{paths[0]} is of no bundled network: give the ckpt= that it was trained on")


def read_swap(values: dict[str, Any]) -> Swap | None:
    """Read ``style=`` and what belongs to it; None where it was not given."""
    style_size = checks.whole(
        "style_size", values["style_size"], MIN_SIDE, MAX_STYLE_SIDE, "pixels"
    )
    polish = checks.whole("polish", values["polish"], 0, MOST_STEPS)
    weights = values["vgg"]["weights"]
    style = values["style"]
    if style is None:
        if weights is not None:
            raise UserError("vgg.weights= belongs to style=: give a style picture too")
        if polish:
            raise UserError("polish= is for the row of a style picture: give style=painting.jpg")
        return None
    paths = read_style_paths(style)
    if polish and any(path.suffix == STYLE_FILE for path in paths):
        raise UserError("polish= is for the row of a picture, and a style file has its row already")
    return Swap(
        paths=paths,
        style_size=style_size,
        polish=polish,
        vgg_weights=None if weights is None else Path(str(weights)),
        vgg_convention=str(values["vgg"]["convention"]),
    )


def read_style_paths(style: Any) -> list[Path]:
    """Read ``style=``: pictures, style files, folders, each of which must be there."""
    paths = [Path(str(path)) for path in (style if isinstance(style, list) else [style])]
    if not paths or style == "":
        raise UserError(f"style={style}: must be a picture, a folder, or a list of them")
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UserError(f"no such style picture or folder: {missing[0]}")
    return paths


def read_style_masks(values: Mapping[str, Any]) -> dict[str, str]:
    """Read ``style_masks={person: mask.png}``: {style or region: a file, or a segmenter}.

    Raises:
        UserError: It is something else, or a file is not there.
    """
    given = values.get("style_masks")
    if given is None:
        return {}
    if not isinstance(given, dict) or not given:
        raise UserError(
            f"style_masks={given}: a mask for each style or region, as in"
            " 'style_masks={person:mask.png}'; a segmenter finds one, as in"
            " 'style_masks={person:selfie}'"
        )
    for value in map(str, given.values()):
        if value not in MODELS and not Path(value).is_file():
            raise UserError(f"style_masks: no such mask: {value}")
    return {str(key): str(value) for key, value in given.items()}
