"""What the command ``infer`` is asked for, checked as far as that goes without torch."""

from __future__ import annotations

import difflib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from stylenets.cli import checks
from stylenets.cli.entry import output_folder, plain_values
from stylenets.cli.file_request import FileRequest, read_files
from stylenets.cli.infer.clip_request import ClipRequest, read_clip
from stylenets.cli.region_request import RegionRequest, read_regions
from stylenets.cli.style_request import Swap, read_ckpt, read_style_masks, read_swap
from stylenets.errors import UserError
from stylenets.inference import LARGEST_SIDE, MIN_SIDE
from stylenets.inference.settings import COLORS, MATCHES, STROKES, TILINGS, Controls
from stylenets.video import is_numbered

MOST_STEPS = 10000
PRECISIONS = ("auto", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Request:
    """Pictures or folders of them, a network, and what to make of the ones with the other.

    Every picture in ``styles``, in one ``mix``, or with a look for each region of ``regions``.
    ``size`` is a shortest side, or a width and a height to fit into. ``swap`` is there where the
    styles are pictures; ``areas`` are all settings where only parts of those count, else empty.
    ``refine`` steps of L-BFGS follow what the network paints.
    """

    contents: list[Path]
    ckpt: Path
    out: Path
    styles: list[str] | None
    mix: dict[str, float] | None
    size: int | tuple[int, int] | None
    files: FileRequest
    device: str
    precision: str
    compiled: bool
    tiling: str
    refine: int
    controls: Controls
    swap: Swap | None
    areas: dict[str, Any]
    regions: RegionRequest | None
    clip: ClipRequest


def read_request(config: DictConfig) -> Request:
    """Check every value that needs neither network nor picture.

    Raises:
        UserError: For the first that is wrong.
    """
    values = with_names_as_styles(plain_values(config))
    if values["out"] == "":
        raise UserError("out= is empty: was a variable of the shell not set?")
    request = Request(
        contents=read_contents(values["content"]),
        ckpt=read_ckpt(values),
        out=output_folder(values["out"]),
        styles=read_styles(values["styles"]),
        mix=read_mix(values["mix"]),
        size=read_size(values["size"]),
        files=read_files(values),
        device=checks.device(values["device"]),
        precision=checks.choice("precision", values["precision"], PRECISIONS),
        compiled=checks.flag("compile", values["compile"]),
        tiling=checks.choice(
            "tiling", "off" if values["tiling"] is False else values["tiling"], TILINGS
        ),
        refine=checks.whole("refine", values["refine"], 0, MOST_STEPS),
        controls=read_controls(values),
        swap=read_swap(values),
        areas=read_areas(values),
        regions=read_regions(values),
        clip=read_clip(values),
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
        whole = "styles= or mix= for the whole picture"
        raise UserError(f"give regions= for a style in each region, or {whole}, not both")
    if request.refine and (request.regions or request.controls.strength < 1):
        raise UserError("refine= is for a picture in one style or mix, at strength=1")
    if request.swap and request.styles:
        raise UserError(
            "give style= for style pictures and an inverse network, or styles= for a network's "
            "own styles, not both"
        )
    if request.swap and (request.compiled or request.precision not in ("auto", "float32")):
        rest = "leave precision= and compile= out"
        raise UserError(f"style= is computed in float32, and as it comes: {rest}")


def with_names_as_styles(values: dict[str, Any]) -> dict[str, Any]:
    """Take ``style=glass`` for ``styles=glass`` where it is a name and no picture."""
    style = values["style"]
    given = style if isinstance(style, list) else [style]
    if style in (None, []) or values["styles"] is not None or not all(map(_is_name, given)):
        return values
    return values | {"style": None, "styles": given}


def _is_name(value: Any) -> bool:
    text = str(value)
    return bool(text) and not Path(text).exists() and re.fullmatch(r"[\w -]+", text) is not None


def read_contents(value: Any) -> list[Path]:
    """Read ``content=``: a file, a folder with files, or a list; "-" reads them from stdin."""
    given = value if isinstance(value, list) else [value]
    if value is None or not given:
        raise UserError("no content picture: give content=photo.jpg, or a folder of pictures")
    if given == ["-"]:
        lines = [line.rstrip("\r\n") for line in sys.stdin if line.strip()]
        if not lines:
            raise UserError("content=- reads a path from every line of stdin, and there was none")
        return [Path(line) for line in lines]  # of many, what is not there does not stop the others
    if "" in given:
        raise UserError("content= is empty: was a variable of the shell not set?")
    *others, last = map(str, given)
    return [*map(_existing_content, others), _existing_content(last, behind_others=bool(others))]


def _existing_content(text: str, behind_others: bool = False) -> Path:
    content = Path(text)
    if is_numbered(content.name) and content.parent.is_dir():
        return content
    if not content.exists():
        if re.match(r"[a-z][a-z\d+.-]+:/", text, re.IGNORECASE):
            raise UserError(f"{text} is an address, and nothing is downloaded: give a file")
        beside = [path.name for path in content.parent.glob("*")]
        close = difflib.get_close_matches(content.name, beside, n=1)
        hint = f"; did you mean {content.with_name(close[0])}?" if close else ""
        if behind_others and content.suffix:
            hint = f"; if the result is to have that name, give out={text}"
        raise UserError(f"no such picture or folder: {content}{hint}")
    if content.is_dir() and not any(path.is_file() for path in content.rglob("*")):
        raise UserError(f"no picture in {content}")
    return content


def read_size(value: Any) -> int | tuple[int, int] | None:
    """Read ``size=512``, a shortest side, or ``size=1024x768``, a box to fit into."""
    fit = re.fullmatch(r"(\d+)x(\d+)", str(value))
    if not fit:
        return checks.whole_or_null("size", value, MIN_SIDE, LARGEST_SIDE, "pixels")
    width, height = int(fit[1]), int(fit[2])
    return (
        checks.whole("size", width, MIN_SIDE, LARGEST_SIDE, "pixels"),
        checks.whole("size", height, MIN_SIDE, LARGEST_SIDE, "pixels"),
    )


def read_controls(values: dict[str, Any]) -> Controls:
    """Read ``strength=``, ``colors=`` and ``stroke=``."""
    stroke = values["stroke"]
    low, high = STROKES
    must_be = f"auto, or a factor from {low} to {high:g}"
    if stroke != "auto":
        stroke = checks.number("stroke", stroke, lambda one: low <= one <= high, must_be)
    return Controls(
        strength=checks.share("strength", values["strength"]),
        colors=checks.choice("colors", values["colors"], COLORS),
        stroke=stroke,
        match=read_match(values),
    )


def read_areas(values: dict[str, Any]) -> dict[str, Any]:
    """The settings that ``style_masks=`` needs, where it is given: it belongs to style pictures."""
    if not read_style_masks(values):
        return {}
    if values["style"] is None or values["polish"]:
        raise UserError("style_masks= is of style pictures: give style=painting.jpg, unpolished")
    return values


def read_match(values: dict[str, Any]) -> str | None:
    """Read ``match=``, which needs style pictures."""
    match = values["match"]
    if match is None:
        return None
    if values["style"] is None or values["polish"]:
        raise UserError("match= takes from the style picture: give style=painting.jpg, unpolished")
    return checks.choice("match", match, MATCHES)


def read_styles(value: Any) -> list[str] | None:
    """Read ``styles=[a, b]`` or ``styles=a``: names, each once; None where none was given."""
    if value is None:
        return None
    names = value if isinstance(value, list) else [value]
    if not names or "" in names or not all(isinstance(name, str | int) for name in names):
        raise UserError(f"styles={value}: must be a list of style names, as in 'styles=[a,b]'")
    return list(dict.fromkeys(map(str, names)))


def read_mix(value: Any) -> dict[str, float] | None:
    """Read ``mix={a: 0.6, b: 0.4}``: shares by name; None where none was given."""
    if value is None:
        return None
    must_be = "style names with positive shares, as in 'mix={a:0.6,b:0.4}'"
    return checks.shares("mix", value, must_be)
