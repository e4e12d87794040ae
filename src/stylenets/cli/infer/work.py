"""What the command ``infer`` makes of a picture: one per style, or one with a look a region."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.cli.file_request import FileRequest
from stylenets.cli.infer.request import Request
from stylenets.cli.infer.stylizer import build_stylizer, files_of
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.regions import RegionFinder
from stylenets.cli.writing import Writer
from stylenets.images import NO_METADATA, Metadata
from stylenets.inference import pictures
from stylenets.inference.photo import Photo
from stylenets.inference.pictures import Job
from stylenets.inference.regions import Looks, resolve_looks
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.tiling import Advance

STYLE_SIZE = 384  # pixels, as networks are trained
ANIMATED = {".gif", ".webp"}


@dataclass(frozen=True)
class Content:
    """A content as it is read, what its file tells, and its regions {label: (H, W)} if any."""

    photo: Photo
    metadata: Metadata = NO_METADATA
    regions: dict[str, Tensor] = field(default_factory=dict)


class StyleWork:
    """Paints a content in every style, or one picture of it in a mix.

    ``names`` of the pictures that come out of each content, ``masks`` that are written beside them.
    """

    def __init__(self, stylizer: Stylizer, request: Request) -> None:
        self.stylizer = stylizer
        self.size = request.size
        self.files = request.files
        self.controls = request.controls
        self.painter = refined_painter(stylizer, request) if request.refine else None
        names = request.styles or stylizer.given or stylizer.styles
        mixes = {"mix": request.mix} if request.mix else {name: {name: 1.0} for name in names}
        self.weights = {name: stylizer.weights(mix) for name, mix in mixes.items()}
        self.names = list(mixes)
        self.masks: list[str] = []

    def look(self, name: str) -> Tensor:
        """The weights (S,) of a picture by its name."""
        return self.weights[name]

    def read(self, job: Job) -> Content:
        """Read a content. Raises UserError where that cannot be."""
        return read_picture(job, self.size, self.files)

    def paint(self, job: Job, content: Content, writer: Writer, advance: Advance) -> None:
        """Write its pictures and, of several, the contact sheet."""
        photo = content.photo
        shown = [("content", photo.scaled(*pictures.thumbnail_size(photo)).clamp(0, 1))]
        for name, path in job.files.items():
            start = time.perf_counter()
            bands = self.stylizer.paint_bands(
                photo,
                self.weights[name],
                self.controls,
                self.painter,
                advance=lambda share: advance(share / len(job.files)),
            )
            thumbnail = writer.write_bands(path, photo, bands, start, content.metadata)
            shown.append((name, thumbnail))
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
        self.files = request.files
        self.controls = request.controls
        self.looks = resolve_looks(stylizer.painter, regions.regions)
        self.finder = RegionFinder(regions, str(stylizer.painter.device))
        self.names = ["regions"]
        self.masks = list(self.looks)

    def look(self, name: str) -> Looks:
        """The look of each region."""
        return self.looks

    def read(self, job: Job) -> Content:
        """Read a content and find its regions. Raises UserError where that cannot be."""
        content = read_picture(job, self.size, self.files)
        regions = self.finder.find(job.content, content.photo.whole())
        return replace(content, regions=regions)

    def paint(self, job: Job, content: Content, writer: Writer, advance: Advance) -> None:
        """Write its picture and the masks."""
        start = time.perf_counter()
        picture = self.stylizer.paint_partition(
            content.photo.whole(), content.regions, self.looks, self.controls
        )
        advance(1.0)
        writer.write(job.files["regions"], picture, start, content.metadata)
        for label, path in job.masks.items():
            gray = content.regions[label].expand(3, -1, -1)
            writer.write(path, gray, time.perf_counter())


def build_work(request: Request) -> StyleWork | RegionWork:
    """What the request asks for, with its network loaded."""
    stylizer = build_stylizer(request)
    if request.regions:
        return RegionWork(stylizer, request, request.regions)
    return StyleWork(stylizer, request)


def refined_painter(stylizer: Stylizer, request: Request) -> Any:
    """What paints as ``refine=`` says."""
    from stylenets.cli.infer.refine import with_refinement  # slow to import

    swap = request.swap
    given = [file for path in swap.paths for file in files_of(path)] if swap else []
    size = swap.style_size if swap else STYLE_SIZE
    return with_refinement(stylizer.painter, given, size, request.refine)


def read_picture(job: Job, size: int | tuple[int, int] | None, files: FileRequest) -> Content:
    """Read a content; of an animation, which is told, the first frame."""
    if job.content.suffix.lower() in ANIMATED and images.frame_count(job.content) > 1:
        sys.stderr.write(f"note: {job.content} is animated; its first frame is taken\n")
    photo = pictures.read_checked(job.content, size, deep=files.bits > 8)
    return Content(photo, images.read_metadata(job.content) if files.metadata else NO_METADATA)
