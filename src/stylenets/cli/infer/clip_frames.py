"""The frames of clips for the command ``infer``: as many, as large and as fast as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.cli.infer.clip_request import ClipRequest
from stylenets.cli.infer.request import Request
from stylenets.errors import UserError
from stylenets.inference.inputs import check_sides
from stylenets.video import CODECS, is_numbered
from stylenets.video.clip import Clip, Frame
from stylenets.video.numbered import USUAL_RATE, numbered_clip
from stylenets.video.reading import Damage, at_rate, frames, look_into
from stylenets.video.steady import Moved, with_motion


def chosen_clip(path: Path, request: ClipRequest) -> Clip:
    """The part of a clip that is asked for. Raises UserError where it cannot be read."""
    if is_numbered(path.name):
        clip = numbered_clip(path, request.fps or USUAL_RATE)
    else:
        clip = look_into(path)
    seconds = clip.count / clip.rate
    end = seconds if request.end is None else min(seconds, request.end)
    if clip.count and request.start >= end:
        raise UserError(f"start={request.start}: {path} lasts {float(seconds):.2f} s")
    count = round((end - request.start) * clip.rate)
    return replace(clip, count=count, start=request.start, end=request.end)


def written_clip(clip: Clip, fps: Fraction | None) -> Clip:
    """The clip as it is written: at another rate, where that is asked for."""
    if fps is None or is_numbered(clip.path.name):
        return clip
    return replace(clip, tick=1 / fps, rate=fps, count=round(clip.count * fps / clip.rate))


def frames_to_paint(clip: Clip, request: Request, done: int, damage: Damage) -> Iterator[Moved]:
    """The frames behind those that are ``done``, as large as they are painted, with their motion.

    Raises:
        UserError: One is too small or too large.
    """
    fps = written_clip(clip, request.clip.fps).rate
    shown = frames(clip, damage)
    if fps != clip.rate:
        shown = at_rate(shown, clip.tick, fps)
    if not request.clip.steady:
        return ((frame, None) for frame in _fitting(islice(shown, done, None), request.size))
    # the motion of the first is that since the one before it
    known = min(1, done)
    moved = with_motion(_fitting(islice(shown, done - known, None), request.size))
    return islice(moved, known, None)


def _fitting(shown: Iterator[Frame], size: int | tuple[int, int] | None) -> Iterator[Frame]:
    for frame in shown:
        picture = frame.picture if size is None else fitted(frame.picture, size)
        check_sides(picture.shape[1], picture.shape[2], "a frame")
        yield replace(frame, picture=picture)


def fitted(picture: Tensor, size: int | tuple[int, int]) -> Tensor:
    """The frame by its shortest side, or to fit into a width and a height."""
    if isinstance(size, int):
        return images.resize(picture, size)
    height, width = picture.shape[1:]
    scale = min(size[0] / width, size[1] / height)
    return images.resize(picture, max(1, round(scale * min(height, width))))


def clip_file(request: Request, path: Path, style: str, several: bool) -> Path:
    """Where a painted clip goes. Raises UserError if that is the clip itself, or no clip."""
    if is_numbered(path.name):
        name = f"{path.absolute().parent.name}_{style}/{path.stem}.{request.files.format}"
    else:
        name = f"{path.stem}_{style}{path.suffix.lower()}"
    if request.files.name and several:
        raise UserError(
            f"out={request.files.name} is one clip, and this makes several: give a folder"
        )
    out = request.out / (request.files.name or name)
    if out.suffix.lower() not in CODECS and not is_numbered(out.name):
        raise UserError(
            f"out={out} is no clip: give one of {', '.join(CODECS)}, or numbers as in %04d.png"
        )
    if out.resolve() == path.resolve():
        raise UserError(f"{out} is the clip itself: give another out=")
    return out
