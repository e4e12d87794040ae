"""The work of the command ``infer``: a picture per style, or one with a look for each region."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from torch import Tensor

from stylenets import images
from stylenets.cli.entry import of_the_machine
from stylenets.cli.infer_request import Request
from stylenets.cli.infer_stylizer import build_stylizer
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.regions import RegionFinder
from stylenets.cli.writing import Writer
from stylenets.errors import UserError
from stylenets.inference import pictures
from stylenets.inference.pictures import Job
from stylenets.inference.regions import resolve_looks
from stylenets.inference.stylizer import Stylizer

ANIMATED = {".gif", ".webp"}


def stylize_all(request: Request) -> None:
    """Stylize every content; one that cannot be read is left out and told at the end.

    Raises:
        UserError: If nothing can be done, a picture cannot be written, or some could not be read.
    """
    contents = pictures.find_contents(request.contents, request.out)
    work = build_work(request)
    jobs = plan(request, contents, work)
    if request.resume:
        jobs = left_to_do(jobs)
    tell_replaced(jobs)
    failures: dict[Path, str] = {}
    with Writer() as writer:
        for job, content in read_ahead(work, jobs):
            if isinstance(content, UserError):
                failures[job.content] = str(content)
                continue
            try:
                work.paint(job, content, writer)
            except (MemoryError, RuntimeError) as error:
                failures[job.content] = str(told_of_machine(job, error))
    for job in jobs:
        unwritten = [writer.failures[path] for path in job.outputs() if path in writer.failures]
        if unwritten:
            failures[job.content] = "; ".join(unwritten)
    if failures:
        several = len(jobs) > 1
        counted = f"{len(failures)} of {len(jobs)} pictures were not stylized: " if several else ""
        raise UserError(counted + "; ".join(dict.fromkeys(failures.values())))


def told_of_machine(job: Job, error: MemoryError | RuntimeError) -> UserError:
    """What is said where the machine could not do a job; raises an error that is another."""
    told = of_the_machine(error)
    if told is None:
        raise error
    return UserError(f"{job.content}: {told}")


def read_ahead(
    work: StyleWork | RegionWork, jobs: list[Job]
) -> Iterator[tuple[Job, Content | UserError]]:
    """Each job with its content, or with what is wrong with it; the next is read meanwhile."""

    def read(job: Job) -> Content | UserError:
        try:
            return work.read(job)
        except UserError as error:
            return error
        except (MemoryError, RuntimeError) as error:
            return told_of_machine(job, error)

    with ThreadPoolExecutor(1) as reader:
        ahead = [reader.submit(read, job) for job in jobs[:1]]
        for job, following in zip(picture_progress(jobs), [*jobs[1:], None], strict=True):
            content = ahead.pop().result()
            if following is not None:
                ahead.append(reader.submit(read, following))
            yield job, content


def plan(request: Request, contents: dict[Path, Path], work: StyleWork | RegionWork) -> list[Job]:
    """What is written where."""
    if request.name:
        return pictures.plan_one(contents, request.out / request.name, work.names)
    return pictures.plan_jobs(contents, request.out, work.names, request.format, work.masks)


def left_to_do(jobs: list[Job]) -> list[Job]:
    """The jobs of which a file is missing; how many are done is told on stderr."""
    left = [job for job in jobs if not all(path.is_file() for path in job.outputs())]
    sys.stderr.write(f"note: {len(jobs) - len(left)} of {len(jobs)} pictures are done already\n")
    return left


def tell_replaced(jobs: list[Job]) -> None:
    """Tell on stderr which pictures are there and will be replaced."""
    there = [path for job in jobs for path in job.outputs() if path.exists()]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        verb = "are" if more else "is"
        sys.stderr.write(f"note: {there[0]}{more} {verb} there already and will be replaced\n")


@dataclass(frozen=True)
class Content:
    """A content as it is read: (3, H, W) in [0, 1], and its regions {label: (H, W)} if any."""

    picture: Tensor
    regions: dict[str, Tensor] = field(default_factory=dict)


class StyleWork:
    """Paints a content in every style, or one picture of it in a mix.

    ``names`` of the pictures that come out of each content, ``masks`` that are written beside them.
    """

    def __init__(self, stylizer: Stylizer, request: Request) -> None:
        self.stylizer = stylizer
        self.size = request.size
        self.controls = request.controls
        names = request.styles or stylizer.given or stylizer.styles
        mixes = {"mix": request.mix} if request.mix else {name: {name: 1.0} for name in names}
        self.weights = {name: stylizer.weights(mix) for name, mix in mixes.items()}
        self.names = list(mixes)
        self.masks: list[str] = []

    def read(self, job: Job) -> Content:
        """Read a content. Raises UserError where that cannot be."""
        return Content(read_picture(job, self.size))

    def paint(self, job: Job, content: Content, writer: Writer) -> None:
        """Write its pictures and, of several, the contact sheet."""
        shown = [("content", pictures.thumbnail(content.picture))]
        for name, path in job.files.items():
            start = time.perf_counter()
            picture = self.stylizer.paint(content.picture, self.weights[name], self.controls)
            writer.write(path, picture, start)
            shown.append((name, pictures.thumbnail(picture)))
        if job.sheet:
            start = time.perf_counter()
            writer.write(job.sheet, pictures.contact_sheet(shown), start)


class RegionWork:
    """Paints a content with a look for each region, and writes the regions' masks.

    ``names`` and ``masks`` as ``StyleWork``.
    """

    def __init__(self, stylizer: Stylizer, request: Request, regions: RegionRequest) -> None:
        self.stylizer = stylizer
        self.size = request.size
        self.controls = request.controls
        self.looks = resolve_looks(stylizer.painter, regions.regions)
        self.finder = RegionFinder(regions, str(stylizer.painter.device))
        self.names = ["regions"]
        self.masks = list(self.looks)

    def read(self, job: Job) -> Content:
        """Read a content and find its regions. Raises UserError where that cannot be."""
        picture = read_picture(job, self.size)
        return Content(picture, self.finder.find(job.content, picture))

    def paint(self, job: Job, content: Content, writer: Writer) -> None:
        """Write its picture and the masks."""
        start = time.perf_counter()
        picture = self.stylizer.paint_partition(
            content.picture, content.regions, self.looks, self.controls
        )
        writer.write(job.files["regions"], picture, start)
        for label, path in job.masks.items():
            gray = content.regions[label].expand(3, -1, -1)
            writer.write(path, gray, time.perf_counter())


def build_work(request: Request) -> StyleWork | RegionWork:
    """What the request asks for, with its network loaded."""
    stylizer = build_stylizer(request)
    if request.regions:
        return RegionWork(stylizer, request, request.regions)
    return StyleWork(stylizer, request)


def read_picture(job: Job, size: int | tuple[int, int] | None) -> Tensor:
    """Read a content; of an animation, which is told, the first frame."""
    if job.content.suffix.lower() in ANIMATED and images.frame_count(job.content) > 1:
        sys.stderr.write(f"note: {job.content} is animated; its first frame is taken\n")
    return pictures.read_checked(job.content, size)


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
