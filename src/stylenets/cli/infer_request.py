"""What the command ``infer`` is asked for, checked as far as that goes without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from stylenets import assets
from stylenets.cli import checks
from stylenets.cli.entry import output_folder, plain_values
from stylenets.cli.region_request import RegionRequest, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

MAX_STYLE_SIDE = 4096  # pixels, as in training
FORMATS = ("png", "jpg", "webp")
PRECISIONS = ("auto", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Request:
    """A content picture or folder, a network, and what to make of the one with the other.

    Every picture in ``styles``, in one ``mix``, or with a look for each region of ``regions``.
    ``swap`` is there where the styles are pictures.
    """

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
    """Check every value that needs neither network nor picture.

    Raises:
        UserError: For the first that is wrong.
    """
    values = plain_values(config)
    request = Request(
        content=read_content(values["content"]),
        ckpt=read_ckpt(values),
        out=output_folder(values["out"]),
        styles=read_styles(values["styles"]),
        mix=read_mix(values["mix"]),
        size=checks.whole_or_null("size", values["size"], MIN_SIDE, MAX_SIDE, "pixels"),
        format=checks.choice("format", values["format"], FORMATS),
        device=checks.device(values["device"]),
        precision=checks.choice("precision", values["precision"], PRECISIONS),
        compiled=checks.flag("compile", values["compile"]),
        swap=read_swap(values),
        regions=read_regions(values),
    )
    check_together(request)
    return request


def check_together(request: Request) -> None:
    """Raises UserError for two settings that exclude each other."""
    if request.styles and request.mix:
        raise UserError(
            "give styles= for a picture in each, or mix= for one picture in a blend, not both"
        )
    if request.regions and (request.styles or request.mix):
        raise UserError(
            "give regions= for a style in each region, or styles= or mix= for the whole picture, "
            "not both"
        )
    if request.swap and request.styles:
        raise UserError(
            "give style= for style pictures and an inverse network, or styles= for a network's "
            "own styles, not both"
        )
    if request.swap and (request.compiled or request.precision not in ("auto", "float32")):
        raise UserError(
            "style= is computed in float32, and as it comes: leave precision= and compile= out"
        )


def read_content(value: Any) -> Path:
    """Read ``content=``, a file or a folder with files in it."""
    if value is None:
        raise UserError("no content picture: give content=photo.jpg, or a folder of pictures")
    content = Path(str(value))
    if not content.exists():
        raise UserError(f"no such picture or folder: {content}")
    if content.is_dir() and not any(path.is_file() for path in content.rglob("*")):
        raise UserError(f"no picture in {content}")
    return content


def read_ckpt(values: dict[str, Any]) -> Path:
    """Read ``ckpt=``; where it is not given, the bundled network that fits the styles."""
    fitting = "six" if values["style"] is None else "inverse"
    ckpt = assets.network_file(values["ckpt"] or fitting)
    if not ckpt.exists():
        raise UserError(f"no such checkpoint: {ckpt}")
    return ckpt


def read_swap(values: dict[str, Any]) -> Swap | None:
    """Read ``style=`` and what belongs to it; None where it was not given."""
    strength = checks.share("strength", values["strength"])
    style_size = checks.whole(
        "style_size", values["style_size"], MIN_SIDE, MAX_STYLE_SIDE, "pixels"
    )
    weights = values["vgg"]["weights"]
    style = values["style"]
    if style is None:
        if strength != 1 or weights is not None:
            raise UserError("strength= and vgg.weights= belong to style=: give a style picture too")
        return None
    return Swap(
        paths=read_style_paths(style),
        strength=strength,
        style_size=style_size,
        vgg_weights=None if weights is None else Path(str(weights)),
        vgg_convention=str(values["vgg"]["convention"]),
    )


def read_style_paths(style: Any) -> list[Path]:
    """Read ``style=``: a picture, a folder, or a list of them, each of which must be there."""
    paths = [Path(str(path)) for path in (style if isinstance(style, list) else [style])]
    if not paths:
        raise UserError("style=[]: must be a picture, a folder, or a list of them")
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise UserError(f"no such style picture or folder: {missing[0]}")
    return paths


def read_styles(value: Any) -> list[str] | None:
    """Read ``styles=[a, b]`` or ``styles=a``: names, each once; None where none was given."""
    if value is None:
        return None
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str | int) for name in names):
        raise UserError(f"styles={value}: must be a list of style names, as in 'styles=[a,b]'")
    return list(dict.fromkeys(map(str, names)))


def read_mix(value: Any) -> dict[str, float] | None:
    """Read ``mix={a: 0.6, b: 0.4}``: shares by name; None where none was given."""
    if value is None:
        return None
    must_be = "style names with positive shares, as in 'mix={a:0.6,b:0.4}'"
    return checks.shares("mix", value, must_be)
