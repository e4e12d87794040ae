"""The command ``infer``: pictures in; out come a picture per style and a contact sheet, and a line on stdout for each.

Whatever can be checked without torch is checked before it is imported, so that a mistake is told at once.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.entry import output_folder, run_hydra
from stylenets.cli.regions import RegionRequest, build_segmenter, partition_of, read_regions
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.checkpoints import Network
    from stylenets.inference.pictures import Job
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer

MAX_STYLE_SIDE = 4096  # pixels, as in training
FORMATS = ("png", "jpg", "webp")

# the names of a content's pictures, the labels of its masks, and what prepares a read content: all that may fail, then painting it
Work = tuple[list[str], list[str], "Callable[[Job, Tensor], Callable[[], None]]"]


@dataclass(frozen=True)
class Request:
    """What the command line asked for, checked as far as that goes without torch."""

    content: Path
    ckpt: Path
    out: Path
    styles: list[str] | None
    mix: dict[str, float] | None
    size: int | None
    format: str
    device: str
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


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(infer, "commands/infer")  # beside train's groups, styles=[a] would choose a file of conf/styles


def infer(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/infer.yaml) asks for. Raises UserError for a mistake; for unreadable pictures, after the others are done."""
    request = read_request(config)
    from stylenets import checkpoints, images  # these import torch
    from stylenets.inference import pictures

    contents = images.list_pictures(request.content) if request.content.is_dir() else [request.content]
    stylizer = build_stylizer(checkpoints.load(request.ckpt), request.swap, choose_device(request.device))
    names, masks, prepare = work_on_regions(request, stylizer) if request.regions else work_on_styles(request, stylizer)
    root = request.content if request.content.is_dir() else request.content.parent
    jobs = pictures.plan(contents, root, request.out, names, request.format, masks)
    failures = []
    for job in progress(jobs):
        try:
            paint = prepare(job, pictures.read(job.content, request.size))
        except UserError as error:
            failures.append(str(error))
        else:
            paint()
    if failures:
        counted = f"{len(failures)} of {len(jobs)} pictures were not stylized: " if len(jobs) > 1 else ""
        raise UserError(counted + "; ".join(failures))


def work_on_styles(request: Request, stylizer: Stylizer | SwapStylizer) -> Work:
    """A picture in each style, or one in the mix."""
    from stylenets.inference import pictures

    mixes = {"mix": request.mix} if request.mix else {name: {name: 1.0} for name in request.styles or stylizer.styles}
    weights = {name: stylizer.weights(mix) for name, mix in mixes.items()}
    return list(weights), [], lambda job, content: partial(pictures.stylize, stylizer, job, content, weights, report)


def work_on_regions(request: Request, stylizer: Stylizer | SwapStylizer) -> Work:
    """One picture with a look for each region, and the regions' masks. A content in which a region is not found is a failure."""
    from stylenets.inference import pictures, regions

    looks = regions.looks(stylizer, request.regions.regions)
    segmenter_of = build_segmenter(request.regions, str(stylizer.device))

    def prepare(job: Job, content: Tensor) -> Callable[[], None]:
        try:
            partition = partition_of(segmenter_of(job.content), request.regions, content)
        except UserError as error:
            raise UserError(f"{job.content}: {error}") from error
        return partial(pictures.stylize_regions, stylizer, job, content, partition, looks, report)

    return ["regions"], list(looks), prepare


def build_stylizer(network: Network, swap: Swap | None, device: str) -> Stylizer | SwapStylizer:
    """What turns contents into pictures: the network by its own styles, or an inverse network by the pictures of ``swap``."""
    from stylenets import images
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer, encoder
    from stylenets.styles import picture_styles

    if swap is None:
        return Stylizer(network, device)
    vgg = encoder(network, swap.vgg_weights, swap.vgg_convention)
    paths = [picture for path in swap.paths for picture in (images.list_pictures(path) if path.is_dir() else [path])]
    return SwapStylizer(network, vgg, picture_styles(paths, swap.style_size, crop=False), swap.strength, device)


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
        raise UserError(f"size={size}: must be a whole number of pixels from {MIN_SIDE} to {MAX_SIDE}, or null for the picture's own")
    if form not in FORMATS:
        raise UserError(f"format={form}: must be one of {', '.join(FORMATS)}")
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise UserError(f"device={device}: must be auto, cpu, cuda or cuda:N")
    styles, mix = read_styles(values["styles"]), read_mix(values["mix"])
    if styles and mix:
        raise UserError("give styles= for a picture in each, or mix= for one picture in a blend, not both")
    swap, regions = read_swap(values), read_regions(values)
    if regions and (styles or mix):
        raise UserError("give regions= for a style in each region, or styles= or mix= for the whole picture, not both")
    if swap and styles:
        raise UserError("give style= for style pictures and an inverse network, or styles= for a network's own styles, not both")
    return Request(content, ckpt, output_folder(values["out"]), styles, mix, size, form, device, swap, regions)


def read_swap(values: dict[str, Any]) -> Swap | None:
    """``style=`` and what belongs to it; None where it was not given. Raises UserError for what does not fit."""
    style, strength, style_size, vgg = (values[name] for name in ("style", "strength", "style_size", "vgg"))
    if type(strength) not in (int, float) or not 0 <= strength <= 1:
        raise UserError(f"strength={strength}: must be a number from 0 to 1")
    if type(style_size) is not int or not MIN_SIDE <= style_size <= MAX_STYLE_SIDE:
        raise UserError(f"style_size={style_size}: must be a whole number of pixels from {MIN_SIDE} to {MAX_STYLE_SIDE}")
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
    if not shares or not all(type(share) in (int, float) and 0 <= share < math.inf for share in shares) or not 0 < sum(shares) < math.inf:
        raise UserError(f"mix={value}: must be style names with positive shares, as in 'mix={{a:0.6,b:0.4}}'")
    return {str(name): float(share) for name, share in value.items()}


def choose_device(name: str) -> str:
    """The device meant by "auto" ("cuda" where there is one, else "cpu"), or ``name`` itself. Raises UserError for a CUDA device that is not there."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda" if count else "cpu"
    if name != "cpu" and int(name.partition(":")[2] or 0) >= count:
        raise UserError(f"device={name}: this machine has {count} CUDA devices that torch can use; give device=cpu")
    return name


def report(path: Path, height: int, width: int, seconds: float) -> None:
    """The contract with scripts: a line on stdout for each file, as soon as it is there."""
    sys.stdout.write(f"{path}  {width}x{height}  {seconds:.2f} s\n")
    sys.stdout.flush()


def progress(jobs: list[Job]) -> Iterator[Job]:
    """The jobs one by one, with a bar on stderr where there are several and somebody watches."""
    from rich.console import Console
    from rich.progress import Progress

    watched = len(jobs) > 1 and sys.stderr.isatty()
    # a bar would otherwise move the lines of a redirected stdout to stderr
    with Progress(console=Console(stderr=True), disable=not watched, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        yield from bar.track(jobs, description="stylizing")
