"""The command ``infer``: pictures in; out come a picture per style and a contact sheet, and a line on stdout for each.

Whatever can be checked without torch is checked before it is imported, so that a mistake is told at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from stylenets.cli.entry import choose_device, report, run_hydra
from stylenets.cli.infer_request import Request, read_request
from stylenets.cli.regions import build_segmenter, partition_of
from stylenets.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.checkpoints import Network
    from stylenets.inference.pictures import Job
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer

# the names of a content's pictures, the labels of its masks, and what prepares a read content: all that may fail, then painting it
Work = tuple[list[str], list[str], "Callable[[Job, Tensor], Callable[[], None]]"]


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(
        infer, "commands/infer"
    )  # beside train's groups, styles=[a] would choose a file of conf/styles


def infer(config: DictConfig) -> None:
    """Do what ``config`` (conf/commands/infer.yaml) asks for. Raises UserError for a mistake; for unreadable pictures, after the others are done."""
    request = read_request(config)
    from stylenets import checkpoints, images  # these import torch
    from stylenets.inference import pictures

    contents = (
        images.list_pictures(request.content) if request.content.is_dir() else [request.content]
    )
    stylizer = build_stylizer(checkpoints.load(request.ckpt), request)
    names, masks, prepare = (
        work_on_regions(request, stylizer) if request.regions else work_on_styles(request, stylizer)
    )
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
        counted = (
            f"{len(failures)} of {len(jobs)} pictures were not stylized: " if len(jobs) > 1 else ""
        )
        raise UserError(counted + "; ".join(failures))


def work_on_styles(request: Request, stylizer: Stylizer | SwapStylizer) -> Work:
    """A picture in each style, or one in the mix."""
    from stylenets.inference import pictures

    mixes = (
        {"mix": request.mix}
        if request.mix
        else {name: {name: 1.0} for name in request.styles or stylizer.styles}
    )
    weights = {name: stylizer.weights(mix) for name, mix in mixes.items()}
    return (
        list(weights),
        [],
        lambda job, content: partial(pictures.stylize, stylizer, job, content, weights, report),
    )


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


def build_stylizer(network: Network, request: Request) -> Stylizer | SwapStylizer:
    """What turns contents into pictures: the network by its own styles, or an inverse network by style pictures."""
    import torch

    from stylenets import images
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer, encoder
    from stylenets.styles import picture_styles

    device, swap = choose_device(request.device), request.swap
    if swap is None:
        automatic = "float32" if device == "cpu" else "float16"
        precision = automatic if request.precision == "auto" else request.precision
        return Stylizer(network, device, getattr(torch, precision), request.compiled)
    vgg = encoder(network, swap.vgg_weights, swap.vgg_convention)
    paths = [
        picture
        for path in swap.paths
        for picture in (images.list_pictures(path) if path.is_dir() else [path])
    ]
    return SwapStylizer(
        network, vgg, picture_styles(paths, swap.style_size, crop=False), swap.strength, device
    )


def progress(jobs: list[Job]) -> Iterator[Job]:
    """The jobs one by one, with a bar on stderr where there are several and somebody watches."""
    from rich.console import Console
    from rich.progress import Progress

    watched = len(jobs) > 1 and sys.stderr.isatty()
    # a bar would otherwise move the lines of a redirected stdout to stderr
    with Progress(
        console=Console(stderr=True),
        disable=not watched,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        yield from bar.track(jobs, description="stylizing")
