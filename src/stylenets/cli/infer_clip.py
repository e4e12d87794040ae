"""Clips of the command ``infer``: each style makes one, with the sound of the original."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TimeRemainingColumn
from torch import Tensor

from stylenets import images
from stylenets.cli.entry import tell_file
from stylenets.cli.infer_request import Request
from stylenets.cli.infer_stylizer import build_stylizer
from stylenets.cli.infer_work import StyleWork
from stylenets.errors import UserError
from stylenets.inference.carrying import CarriedNorms
from stylenets.inference.inputs import check_sides
from stylenets.video.flow import load_opencv
from stylenets.video.pipeline import Behind, prefetched
from stylenets.video.reading import Clip, Frame, frames, look_into
from stylenets.video.steady import AFTER, BEFORE, Moved, SteadyPainter, with_motion
from stylenets.video.writing import ClipWriter


def paint_clips(request: Request, clips: list[Path]) -> None:
    """Paint clips in every style.

    Raises:
        UserError: For a clip that cannot be read to its end, or what cannot be written.
    """
    if request.regions:
        raise UserError("regions= are for pictures: a clip is painted as a whole")
    if request.clip.steady:
        load_opencv()
    looked_into = [look_into(path) for path in clips]
    work = StyleWork(build_stylizer(request), request)
    for clip in looked_into:
        for name in work.names:
            out = clip_file(request, clip.path, name, several=len(clips) * len(work.names) > 1)
            shown = fitting_frames(clip, request.size)
            moved = with_motion(shown) if request.clip.steady else ((one, None) for one in shown)
            paint_clip(clip, out, moved, painter(work, name, request))


def clip_file(request: Request, path: Path, style: str, several: bool) -> Path:
    """Where a painted clip goes. Raises UserError if that is the clip itself."""
    name = f"{path.stem}_{style}{path.suffix.lower()}"
    out = request.out / (name if several else request.files.name or name)
    if out.resolve() == path.resolve():
        raise UserError(f"{out} is the clip itself: give another out=")
    return out


def painter(work: StyleWork, style: str, request: Request) -> SteadyPainter:
    """What paints the frames of a clip in a style."""
    steady = request.clip.steady
    norms = CarriedNorms(work.stylizer) if "norms" in steady else None
    stylizer = norms.stylizer if norms else work.stylizer

    def paint(picture: Tensor) -> Tensor:
        return stylizer.paint(picture, work.weights[style], request.controls)

    return SteadyPainter(
        paint,
        before=BEFORE if "before" in steady else 0,
        after=AFTER if "after" in steady else 0,
        forget=norms.forget if norms else lambda: None,
    )


def fitting_frames(clip: Clip, size: int | tuple[int, int] | None) -> Iterator[Frame]:
    """The frames as large as they are painted."""
    for frame in frames(clip):
        picture = frame.picture if size is None else fitted(frame.picture, size)
        check_sides(picture.shape[1], picture.shape[2], "a frame")
        yield Frame(picture, frame.time)


def fitted(picture: Tensor, size: int | tuple[int, int]) -> Tensor:
    """The frame by its shortest side, or to fit into a width and a height."""
    if isinstance(size, int):
        return images.resize(picture, size)
    height, width = picture.shape[1:]
    scale = min(size[0] / width, size[1] / height)
    return images.resize(picture, max(1, round(scale * min(height, width))))


def paint_clip(clip: Clip, out: Path, shown: Iterator[Moved], paint: SteadyPainter) -> None:
    """Paint a clip; stopped or damaged, what was done stays as a clip of its own.

    Raises:
        UserError: It is damaged, or cannot be written.
        KeyboardInterrupt: When somebody stopped it.
    """
    start = time.perf_counter()
    done = 0
    size = (0, 0)
    with ClipWriter(out, clip) as writer:
        try:
            with Behind(writer.write) as write:
                for frame, motion in shown_progress(prefetched(shown), clip):
                    picture = paint(frame.picture, motion)
                    write(Frame(picture, frame.time))
                    size = (picture.shape[1], picture.shape[2])
                    done += 1
        except (KeyboardInterrupt, UserError) as stopped:
            kept = writer.finish(whole=False)
            sys.stderr.write(f"note: {done} frames were painted and are in {kept}\n")
            raise stopped
        tell_file(writer.finish(), *size, time.perf_counter() - start)


def shown_progress(painted: Iterator[Moved], clip: Clip) -> Iterator[Moved]:
    """The frames, with a bar and the time to go where somebody watches."""
    watched = sys.stderr.isatty()
    with Progress(
        *Progress.get_default_columns()[:-1],
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not watched,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        yield from bar.track(painted, total=clip.count or None, description=clip.path.name)
