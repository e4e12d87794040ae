"""What the command ``infer`` makes of a picture: one per style, or one with a look a region."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

from torch import Tensor

from stylenets import images
from stylenets.cli.infer_request import Request
from stylenets.cli.infer_stylizer import build_stylizer
from stylenets.cli.region_request import RegionRequest
from stylenets.cli.regions import RegionFinder
from stylenets.cli.writing import Writer
from stylenets.inference import pictures
from stylenets.inference.photo import Photo
from stylenets.inference.pictures import Job
from stylenets.inference.regions import resolve_looks
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.tiling import Advance

ANIMATED = {".gif", ".webp"}


@dataclass(frozen=True)
class Content:
    """A content as it is read, and its regions {label: (H, W)} if any."""

    photo: Photo
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
                advance=lambda share: advance(share / len(job.files)),
            )
            shown.append((name, writer.write_bands(path, photo, bands, start)))
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
        photo = read_picture(job, self.size)
        return Content(photo, self.finder.find(job.content, photo.whole()))

    def paint(self, job: Job, content: Content, writer: Writer, advance: Advance) -> None:
        """Write its picture and the masks."""
        start = time.perf_counter()
        picture = self.stylizer.paint_partition(
            content.photo.whole(), content.regions, self.looks, self.controls
        )
        advance(1.0)
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


def read_picture(job: Job, size: int | tuple[int, int] | None) -> Photo:
    """Read a content; of an animation, which is told, the first frame."""
    if job.content.suffix.lower() in ANIMATED and images.frame_count(job.content) > 1:
        sys.stderr.write(f"note: {job.content} is animated; its first frame is taken\n")
    return pictures.read_checked(job.content, size)
