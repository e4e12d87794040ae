"""What the command ``infer`` is asked for, checked as far as that goes without torch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.entry import output_folder
from stylenets.cli.regions import RegionRequest, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

MAX_STYLE_SIDE = 4096  # pixels, as in training
FORMATS = ("png", "jpg", "webp")
PRECISIONS = ("auto", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Request:
    """Every picture in ``styles``, in one ``mix``, or with a look for each region; ``swap`` where there are style pictures."""

    content: Path
    ckpt: Path
    out: Path
    styles: list[str] | None
    mix: dict[str, float] | None
    size: int | None
    format: str
    device: str
    precision: str
    compiled: bool
    swap: Swap | None
    regions: RegionRequest | None


@dataclass(frozen=True)
class Swap:
    """Style pictures, or folders of them, and how an inverse network uses them."""

    paths: list[Path]
    strength: float
    style_size: int
    vgg_weights: Path | None
    vgg_convention: str


def read_request(config: DictConfig) -> Request:
    """Check every value that needs neither network nor picture. Raises UserError for the first that is wrong."""
    values: dict[str, Any] = OmegaConf.to_container(config, resolve=True)
    if values["content"] is None:
        raise UserError("no content picture: give content=photo.jpg, or a folder of pictures")
    content = Path(str(values["content"]))
    ckpt = assets.network_file(values["ckpt"] or ("six" if values["style"] is None else "inverse"))
    if not content.exists():
        raise UserError(f"no such picture or folder: {content}")
    if content.is_dir() and not any(path.is_file() for path in content.rglob("*")):
        raise UserError(f"no picture in {content}")
    if not ckpt.exists():
        raise UserError(f"no such checkpoint: {ckpt}")
    size, form, device = values["size"], str(values["format"]), str(values["device"])
    if size is not None and not (type(size) is int and MIN_SIDE <= size <= MAX_SIDE):
        raise UserError(
            f"size={size}: must be a whole number of pixels from {MIN_SIDE} to {MAX_SIDE}, or null for the picture's own"
        )
    if form not in FORMATS:
        raise UserError(f"format={form}: must be one of {', '.join(FORMATS)}")
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise UserError(f"device={device}: must be auto, cpu, cuda or cuda:N")
    precision, compiled = str(values["precision"]), values["compile"]
    if precision not in PRECISIONS or type(compiled) is not bool:
        raise UserError(
            f"precision={precision} compile={compiled}: must be one of {', '.join(PRECISIONS)}, and true or false"
        )
    styles, mix = read_styles(values["styles"]), read_mix(values["mix"])
    if styles and mix:
        raise UserError(
            "give styles= for a picture in each, or mix= for one picture in a blend, not both"
        )
    swap, regions = read_swap(values), read_regions(values)
    if regions and (styles or mix):
        raise UserError(
            "give regions= for a style in each region, or styles= or mix= for the whole picture, not both"
        )
    if swap and styles:
        raise UserError(
            "give style= for style pictures and an inverse network, or styles= for a network's own styles, not both"
        )
    if swap and (compiled or precision not in ("auto", "float32")):
        raise UserError(
            "style= is computed in float32, and as it comes: leave precision= and compile= out"
        )
    out = output_folder(values["out"])
    return Request(
        content, ckpt, out, styles, mix, size, form, device, precision, compiled, swap, regions
    )


def read_swap(values: dict[str, Any]) -> Swap | None:
    """``style=`` and what belongs to it; None where it was not given. Raises UserError for what does not fit."""
    style, strength, style_size, vgg = (
        values[name] for name in ("style", "strength", "style_size", "vgg")
    )
    if type(strength) not in (int, float) or not 0 <= strength <= 1:
        raise UserError(f"strength={strength}: must be a number from 0 to 1")
    if type(style_size) is not int or not MIN_SIDE <= style_size <= MAX_STYLE_SIDE:
        raise UserError(
            f"style_size={style_size}: must be a whole number of pixels from {MIN_SIDE} to {MAX_STYLE_SIDE}"
        )
    if style is None:
        if strength != 1 or vgg["weights"] is not None:
            raise UserError("strength= and vgg.weights= belong to style=: give a style picture too")
        return None
    paths = [Path(str(path)) for path in (style if isinstance(style, list) else [style])]
    if not paths:
        raise UserError("style=[]: must be a picture, a folder, or a list of them")
    if missing := [path for path in paths if not path.exists()]:
        raise UserError(f"no such style picture or folder: {missing[0]}")
    weights = None if vgg["weights"] is None else Path(str(vgg["weights"]))
    return Swap(paths, float(strength), style_size, weights, str(vgg["convention"]))


def read_styles(value: Any) -> list[str] | None:
    """``styles=[a, b]`` or ``styles=a`` -> names, each once; None where nothing was given. Raises UserError for anything else."""
    if value is None:
        return None
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str | int) for name in names):
        raise UserError(f"styles={value}: must be a list of style names, as in 'styles=[a,b]'")
    return list(dict.fromkeys(map(str, names)))


def read_mix(value: Any) -> dict[str, float] | None:
    """``mix={a: 0.6, b: 0.4}`` -> shares by name; None where nothing was given. Raises UserError for anything else."""
    if value is None:
        return None
    shares = list(value.values()) if isinstance(value, dict) else []
    if (
        not shares
        or not all(type(share) in (int, float) and 0 <= share < math.inf for share in shares)
        or not 0 < sum(shares) < math.inf
    ):
        raise UserError(
            f"mix={value}: must be style names with positive shares, as in 'mix={{a:0.6,b:0.4}}'"
        )
    return {str(name): float(share) for name, share in value.items()}
