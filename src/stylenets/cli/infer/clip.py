"""Clips of the command ``infer``: each style makes one, with the sound of the original."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TimeRemainingColumn
from torch import Tensor

from stylenets.cli.infer.clip_frames import chosen_clip, clip_file, frames_to_paint, written_clip
from stylenets.cli.infer.clip_regions import ClipRegions
from stylenets.cli.infer.request import Request
from stylenets.cli.infer.work import RegionWork, build_work
from stylenets.cli.streams import tell_file
from stylenets.errors import UserError
from stylenets.inference.clips import steady_painter
from stylenets.video import is_numbered
from stylenets.video.clip import Clip
from stylenets.video.encoding import Encoding
from stylenets.video.flow import load_opencv
from stylenets.video.numbered import PictureWriter
from stylenets.video.pipeline import Behind, prefetched
from stylenets.video.reading import Damage
from stylenets.video.steady import Moved, SteadyPainter
from stylenets.video.writing import ClipWriter


def paint_clips(request: Request, clips: list[Path]) -> None:
    """Paint clips in every style.

    Raises:
        UserError: For a clip that cannot be read to its end, or what cannot be written.
    """
    if request.clip.steady:
        load_opencv()
    chosen = [chosen_clip(path, request.clip) for path in clips]
    work = build_work(request)
    several = len(clips) * len(work.names) > 1
    for clip in chosen:
        for name in work.names:
            out = clip_file(request, clip.path, name, several)
            if request.files.resume and out.is_file():
                sys.stderr.write(f"note: {out} is done already\n")
                continue
            look = work.look(name)
            paint = steady_painter(work.stylizer, look, request.clip.steady, request.controls)
            told = look.tolist() if isinstance(look, Tensor) else request.regions
            writer = open_writer(out, clip, request, f"{name} {told}")
            regions = ClipRegions(work.finder, clip.path) if isinstance(work, RegionWork) else None
            paint_clip(clip, request, paint, writer, regions)


def open_writer(out: Path, clip: Clip, request: Request, style: str) -> ClipWriter | PictureWriter:
    """What writes the painted clip; with ``resume=true`` it goes on with what is there."""
    size = 0 if is_numbered(clip.path.name) else clip.path.stat().st_size
    source = "/".join(clip.path.absolute().parts[-2:])
    parts = [f"{source} {size}", request.ckpt, style, request.size, request.controls]
    settings = "\n".join(map(str, [*parts, request.swap, request.clip]))
    if is_numbered(out.name):
        return PictureWriter(out, settings, request.files.resume)
    encoding = Encoding(request.clip.codec, request.clip.quality)
    written = written_clip(clip, request.clip.fps)
    return ClipWriter(out, written, encoding, settings, request.files.resume)


def paint_clip(
    clip: Clip,
    request: Request,
    paint: SteadyPainter,
    writer: ClipWriter | PictureWriter,
    regions: ClipRegions | None = None,
) -> None:
    """Paint a clip; stopped or damaged, what was done stays as a clip of its own.

    Raises:
        UserError: It is damaged, or cannot be written.
        KeyboardInterrupt: When somebody stopped it.
    """
    start = time.perf_counter()
    damage = Damage()
    paint.load_state(writer.state())
    shown = frames_to_paint(clip, request, writer.done, damage)
    if regions:
        shown = regions.of(shown)
    size = (0, 0)
    with writer:
        try:
            with Behind(writer.write) as write:
                for frame in paint.clip(shown_progress(prefetched(shown), clip, writer.done)):
                    write(frame)
                    size = (frame.picture.shape[1], frame.picture.shape[2])
            if str(damage):
                raise UserError(f"{clip.path} is damaged: {damage}")
        except (KeyboardInterrupt, UserError):
            if writer.count:
                kept = writer.finish(whole=False)
                told = f"note: {writer.count} frames were painted and are in {kept}"
                sys.stderr.write(f"{told}; resume=true goes on with them\n")
            raise
        tell_file(writer.finish(), *size, time.perf_counter() - start)
    if regions:
        regions.tell_empty()


def shown_progress(painted: Iterator[Moved], clip: Clip, done: int) -> Iterator[Moved]:
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
        left = max(0, clip.count - done) or None
        yield from bar.track(painted, total=left, description=clip.path.name)
