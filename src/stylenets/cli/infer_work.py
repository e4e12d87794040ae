"""The work of the command ``infer``: a picture per style, or one with a look for each region."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor

from stylenets import checkpoints, images
from stylenets.cli.entry import choose_device
from stylenets.cli.infer_request import Request, Swap
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.regions import RegionFinder
from stylenets.cli.writing import write_masks, write_picture
from stylenets.errors import UserError
from stylenets.inference import pictures, regions
from stylenets.inference.pictures import Job
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer, load_encoder
from stylenets.styles import picture_styles


def stylize_all(request: Request) -> None:
    """Stylize every content; one that cannot be read is left out and told at the end.

    Raises:
        UserError: If nothing can be done, a picture cannot be written, or some could not be read.
    """
    contents = files_of(request.content)
    work = build_work(request)
    root = request.content if request.content.is_dir() else request.content.parent
    jobs = pictures.plan_jobs(contents, root, request.out, work.names, request.format, work.masks)
    failures = []
    for job in picture_progress(jobs):
        try:
            content = work.read(job)
        except UserError as error:
            failures.append(str(error))
            continue
        work.paint(job, content)
    if failures:
        several = len(jobs) > 1
        counted = f"{len(failures)} of {len(jobs)} pictures were not stylized: " if several else ""
        raise UserError(counted + "; ".join(failures))


@dataclass(frozen=True)
class Content:
    """A content as it is read: (3, H, W) in [0, 1], and its regions {label: (H, W)} if any."""

    picture: Tensor
    regions: dict[str, Tensor] = field(default_factory=dict)


class StyleWork:
    """Paints a content in every style, or one picture of it in a mix.

    ``names`` of the pictures that come out of each content, ``masks`` that are written beside them.
    """

    def __init__(self, stylizer: RowStylizer | SwapStylizer, request: Request) -> None:
        self.stylizer = stylizer
        self.size = request.size
        names = request.styles or stylizer.styles
        mixes = {"mix": request.mix} if request.mix else {name: {name: 1.0} for name in names}
        self.weights = {name: stylizer.weights(mix) for name, mix in mixes.items()}
        self.names = list(mixes)
        self.masks: list[str] = []

    def read(self, job: Job) -> Content:
        """Read a content. Raises UserError where that cannot be."""
        return Content(pictures.read_checked(job.content, self.size))

    def paint(self, job: Job, content: Content) -> None:
        """Write its pictures and, of several, the contact sheet."""
        shown = [("content", pictures.thumbnail(content.picture))]
        for name, path in job.files.items():
            start = time.perf_counter()
            picture = self.stylizer.stylize(content.picture, self.weights[name])
            write_picture(path, picture, start)
            shown.append((name, pictures.thumbnail(picture)))
        if job.sheet:
            start = time.perf_counter()
            write_picture(job.sheet, pictures.contact_sheet(shown), start)


class RegionWork:
    """Paints a content with a look for each region, and writes the regions' masks.

    ``names`` and ``masks`` as ``StyleWork``.
    """

    def __init__(
        self, stylizer: RowStylizer | SwapStylizer, request: RegionRequest, size: int | None
    ) -> None:
        self.stylizer = stylizer
        self.size = size
        self.looks = regions.resolve_looks(stylizer, request.regions)
        self.finder = RegionFinder(request, str(stylizer.device))
        self.names = ["regions"]
        self.masks = list(self.looks)

    def read(self, job: Job) -> Content:
        """Read a content and find its regions. Raises UserError where that cannot be."""
        picture = pictures.read_checked(job.content, self.size)
        return Content(picture, self.finder.find(job.content, picture))

    def paint(self, job: Job, content: Content) -> None:
        """Write its picture and the masks."""
        start = time.perf_counter()
        picture = regions.stylize(self.stylizer, content.picture, content.regions, self.looks)
        write_picture(job.files["regions"], picture, start)
        write_masks(content.regions, job.masks)


def build_work(request: Request) -> StyleWork | RegionWork:
    """What the request asks for, with its network loaded."""
    stylizer = build_stylizer(request)
    if request.regions:
        return RegionWork(stylizer, request.regions, request.size)
    return StyleWork(stylizer, request)


def build_stylizer(request: Request) -> RowStylizer | SwapStylizer:
    """The network by its own styles, or an inverse network by style pictures."""
    network = checkpoints.load(request.ckpt)
    device = choose_device(request.device)
    if request.swap:
        return build_swapping(network, request.swap, device)
    automatic = "float32" if device == "cpu" else "float16"
    precision = automatic if request.precision == "auto" else request.precision
    return RowStylizer(network, device, getattr(torch, precision), request.compiled)


def build_swapping(network: checkpoints.Network, swap: Swap, device: str) -> SwapStylizer:
    """An inverse network with its VGG and the style pictures."""
    vgg = load_encoder(network, swap.vgg_weights, swap.vgg_convention)
    files = [file for path in swap.paths for file in files_of(path)]
    bank = picture_styles(files, swap.style_size, crop=False)
    return SwapStylizer(network, vgg, bank, swap.strength, device)


def files_of(path: Path) -> list[Path]:
    """The pictures in a folder, or the file itself."""
    return images.list_pictures(path) if path.is_dir() else [path]


def picture_progress(jobs: list[Job]) -> Iterator[Job]:
    """The jobs one by one, with a bar on stderr where there are several and somebody watches."""
    watched = len(jobs) > 1 and sys.stderr.isatty()
    # a bar would otherwise move the lines of a redirected stdout to stderr
    with Progress(
        console=Console(stderr=True),
        disable=not watched,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        yield from bar.track(jobs, description="stylizing")
