"""How fast clips are painted, and what the time goes into."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import TypeVar

import torch

from stylenets.video.clip import Clip, Frame
from stylenets.video.flow import Array
from stylenets.video.pipeline import Behind, prefetched
from stylenets.video.reading import frames, look_into
from stylenets.video.steady import Moved, PaintedFrame, SteadyPainter, with_motion
from stylenets.video.writing import ClipWriter

RATE = Fraction(25)  # frames a second of the clip that is painted
Result = TypeVar("Result")
MakePainter = Callable[[tuple[str, ...]], SteadyPainter]


def write_clip(path: Path, pictures: Iterable[Array]) -> None:
    """A clip of pictures (H, W, 3) in [0, 1]."""
    with ClipWriter(path, Clip(path, 1 / RATE, RATE, 0)) as writer:
        for number, picture in enumerate(pictures):
            writer.write(PaintedFrame(torch.from_numpy(picture).permute(2, 0, 1), number))
        writer.finish()


def paint_file(path: Path, paint: SteadyPainter, steady: bool) -> float:
    """Paint a clip as the command does, into a file beside it; the seconds it took."""
    begin = time.perf_counter()
    clip = look_into(path)
    out = path.with_name(f"painted{path.suffix}")
    with ClipWriter(out, clip) as writer:
        with Behind(writer.write) as write:
            for frame in paint.clip(prefetched(_moved(frames(clip), steady))):
                write(frame)
        writer.finish()
    return time.perf_counter() - begin


def _moved(shown: Iterable[Frame], steady: bool) -> Iterator[Moved]:
    return with_motion(shown) if steady else ((frame, None) for frame in shown)


def measure_pace(path: Path, make_painter: MakePainter, repeats: int) -> dict[str, float]:
    """Milliseconds a frame of each stage by itself, and of the whole at work.

    Args:
        path: A clip, of which all frames are kept in memory for this.
        make_painter: Makes what paints it, of a choice of ``stylenets.video.STEADY``.
        repeats: How often the network alone and the whole take turns; the medians count.
    """
    shown, decode = _timed(lambda: list(frames(look_into(path))))
    moved, flow = _timed(lambda: list(with_motion(shown)))
    alone = make_painter(())
    painted = [alone(frame, None) for frame in shown]
    blend = SteadyPainter(lambda frame: frame.picture, before=0, after=0.8)
    _, blending = _timed(lambda: [blend(frame, motion) for frame, motion in moved])
    made = [PaintedFrame(one, frame.time) for one, frame in zip(painted, shown, strict=True)]
    _, encode = _timed(lambda: _encoded(path, made))
    taken: dict[str, list[float]] = {"paint": [], "frame by frame": [], "steady": []}
    for _ in range(repeats):
        taken["paint"].append(_timed(lambda: [alone(frame, None) for frame in shown])[1])
        taken["frame by frame"].append(paint_file(path, make_painter(()), steady=False))
        taken["steady"].append(paint_file(path, make_painter(("after",)), steady=True))
    stages = {"decode": decode, "flow": flow, "blend": blending, "encode": encode}
    whole = {name: median(seconds) for name, seconds in taken.items()}
    return {name: 1000 * seconds / len(shown) for name, seconds in {**stages, **whole}.items()}


def _encoded(path: Path, made: list[PaintedFrame]) -> None:
    with ClipWriter(path.with_name("encoded.mp4"), look_into(path)) as writer:
        for frame in made:
            writer.write(frame)
        writer.finish()


def _timed(action: Callable[[], Result]) -> tuple[Result, float]:
    begin = time.perf_counter()
    result = action()
    return result, time.perf_counter() - begin
