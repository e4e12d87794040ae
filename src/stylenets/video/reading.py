"""Read a clip frame by frame: a file, or numbered pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.video import is_numbered
from stylenets.video.clip import Clip, Frame
from stylenets.video.numbered import numbered_frames

USUAL_RATE = Fraction(25)  # frames a second, where a file does not say
FEW = 2  # frames that may be missing at the end, for containers that round
SHORT = 0.25  # seconds that may be missing


@dataclass
class Damage:
    """What could not be decoded: ``places`` in seconds, and in ``end`` how it ends too early."""

    places: list[float] = field(default_factory=list)
    end: str = ""

    def __str__(self) -> str:
        """In words; empty where there is no damage."""
        shown = ", ".join(f"{place:.2f}" for place in self.places[:5])
        more = f" and {len(self.places) - 5} more" if len(self.places) > 5 else ""
        lost = f"what comes at {shown} s{more} could not be decoded" if shown else ""
        return "; ".join(part for part in (lost, self.end) if part)


def open_av(path: Path) -> Any:
    """The file in PyAV. Raises UserError if it is no clip, or PyAV is not installed."""
    try:
        import av
    except ImportError as error:
        raise UserError("clips need an extra: pip install 'stylenets[video]'") from error
    try:
        return av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"cannot read {path}: it is damaged, or no clip") from error


def look_into(path: Path) -> Clip:
    """What the file says of itself.

    Raises:
        UserError: It cannot be read, or has no pictures.
    """
    with open_av(path) as container:
        if not container.streams.video:
            raise UserError(f"cannot read {path}: there are no pictures in it")
        stream = container.streams.video[0]
        rate = stream.average_rate or stream.guessed_rate or USUAL_RATE
        count = stream.frames
        if not count and container.duration:
            count = round(container.duration / 1e6 * rate)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        if _is_on_its_side(container, stream):
            aspect = 1 / aspect
        sound = bool(container.streams.audio)
        return Clip(path, stream.time_base, rate, count, aspect, sound)


def _is_on_its_side(container: Any, stream: Any) -> bool:
    """Whether its frames are marked as turned by a quarter; damaged ones say nothing."""
    found = _frames_of(container, stream, Damage())
    first = next(found, None)
    return first is not None and bool(round(first.rotation / 90) % 2)


def frames(clip: Clip, damage: Damage | None = None) -> Iterator[Frame]:
    """The clip's frames in the order in which they are shown, from its start to its end.

    Args:
        clip: What ``look_into`` or ``numbered_clip`` gave.
        damage: Told what could not be decoded, which is left out.
    """
    read = (
        numbered_frames(clip) if is_numbered(clip.path.name) else _decoded(clip, damage or Damage())
    )
    shift = round(clip.start / clip.tick)
    for frame in read:
        if clip.end is not None and frame.time * clip.tick >= clip.end:
            return
        if not shift or frame.time >= shift:
            yield replace(frame, time=frame.time - shift)


def at_rate(shown: Iterable[Frame], tick: Fraction, rate: Fraction) -> Iterator[Frame]:
    """The frames at an even rate, left out or repeated; times are then in units of 1 / rate."""
    latest: Frame | None = None
    number = 0
    for frame in shown:
        if latest is None:
            number = round(frame.time * tick * rate)
        while latest and number / rate < frame.time * tick:
            yield replace(latest, time=number)
            number += 1
        latest = frame
    if latest:
        yield replace(latest, time=number)


def _decoded(clip: Clip, damage: Damage) -> Iterator[Frame]:
    count = 0
    known = 0
    step = max(1, round(1 / (clip.rate * clip.tick)))
    with open_av(clip.path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        if clip.start:
            container.seek(int(clip.start / clip.tick), stream=stream)
        for frame in _frames_of(container, stream, damage):
            time = frame.pts if frame.pts is not None else known
            known = time + step
            count += 1
            yield Frame(_upright(frame), time)
        if not clip.start and 0 < count + FEW < stream.frames:
            damage.end = f"it should have {stream.frames} frames, and ends after {count}"


def _frames_of(container: Any, stream: Any, damage: Damage) -> Iterator[Any]:
    """The frames of the packets that can be decoded."""
    import av

    packets = container.demux()  # of all streams, to see how far they come
    reached = 0.0
    while True:
        packet = None
        try:
            packet = next(packets, None)
            if packet is None:
                break
            if packet.pts is not None:
                reached = max(reached, float(packet.pts * packet.time_base))
            if packet.stream is stream:
                yield from packet.decode()
        except av.FFmpegError as found:
            if packet is None:
                damage.end = f"it ends too early, at {reached:.2f} s: {found.strerror}"
                return
            if packet.pts is not None:
                damage.places.append(float(packet.pts * packet.time_base))
    lasts = (container.duration or 0) / 1e6
    if reached + SHORT < lasts:
        damage.end = f"it should last {lasts:.2f} s, and ends after {reached:.2f} s"


def _upright(frame: Any) -> Tensor:
    """A decoded frame, turned as its metadata say -> (3, H, W) in [0, 1]."""
    pixels = frame.to_ndarray(format="rgb24")
    turned = np.rot90(pixels, round(frame.rotation / 90)) if frame.rotation else pixels
    return torch.from_numpy(np.ascontiguousarray(turned)).permute(2, 0, 1).float() / 255
