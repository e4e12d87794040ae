"""Put the parts of a clip into one file, packet by packet, with the sound of its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from stylenets.errors import UserError
from stylenets.video.clip import Clip
from stylenets.video.reading import open_av

NAME = re.compile(r"(\d{6})_at_(-?\d+)")
FORMATS = {".m4v": "mp4"}  # FFmpeg takes it for another thing


@dataclass(frozen=True)
class Part:
    """A clip of some of the frames, with ``time`` of the first in the source's ticks."""

    path: Path
    time: int


def part_name(number: int, time: int) -> str:
    """What a whole part is called, without its ending."""
    return f"{number:06d}_at_{time}"


def parts_in(folder: Path, suffix: str) -> list[Part]:
    """The whole parts in a folder, in order, up to the first that is missing."""
    found = sorted((match, path) for path in folder.glob(f"*{suffix}") if (match := _named(path)))
    return [Part(path, time) for k, ((number, time), path) in enumerate(found) if number == k]


def _named(path: Path) -> tuple[int, int] | None:
    match = NAME.fullmatch(path.stem)
    return (int(match[1]), int(match[2])) if match else None


def container_to_write(path: Path) -> Any:
    """A container of PyAV's. Raises UserError where it cannot be written."""
    import av

    # sound may begin before 0
    options = {"avoid_negative_ts": "disabled"}
    try:
        return av.open(str(path), "w", format=FORMATS.get(path.suffix), options=options)
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"cannot write {path}: {error}") from error


def join(parts: list[Part], path: Path, source: Clip, whole: bool) -> None:
    """Write the parts into one file, and the packets of the source's sound as they are.

    Args:
        parts: At least one.
        path: The file.
        source: The clip whose sound it has.
        whole: Whether the sound goes on behind the last frame.

    Raises:
        UserError: The container does not take the sound.
    """
    import av

    with container_to_write(path) as container, ExitStack() as closing:
        with open_av(parts[0].path) as first:
            shown = container.add_stream_from_template(first.streams.video[0], opaque=True)
            shown.time_base = source.tick
        sound = _Sound(source, container, closing)
        try:
            for packet in _pictures(parts, source.tick):
                sound.mux(float(packet.pts * packet.time_base))
                packet.stream = shown
                container.mux(packet)
            if whole:
                sound.mux(float("inf"))
        except av.FFmpegError as error:
            raise UserError(
                f"cannot put the sound of {source.path} into {path.suffix}: give another out="
            ) from error


def _pictures(parts: list[Part], tick: Fraction) -> Iterator[Any]:
    """The packets of the parts, at their times in ``tick``."""
    for part in parts:
        with open_av(part.path) as container:
            for packet in container.demux(video=0):
                if packet.dts is None:
                    continue
                time = round(packet.pts * packet.time_base / tick)
                packet.pts = time + part.time
                packet.dts = packet.pts
                packet.time_base = tick
                yield packet


class _Sound:
    """Copies the sound between two times of a clip."""

    def __init__(self, source: Clip, container: Any, closing: ExitStack) -> None:
        self.container = container
        self.source = source
        self.packets: Iterator[Any] = iter(())
        if source.sound and container.format.name != "gif":
            heard = closing.enter_context(open_av(source.path)).streams.audio[0]
            self.stream = container.add_stream_from_template(heard)
            self.packets = heard.container.demux(heard)
        self.waiting = next(self.packets, None)

    def mux(self, until: float) -> None:
        """Copy what is heard up to ``until``, in seconds of the result."""
        while self.waiting is not None:
            packet = self.waiting
            if packet.dts is not None:
                time = packet.dts * packet.time_base - self.source.start
                if time > until:
                    return
                self._copy(packet, time)
            self.waiting = next(self.packets, None)

    def _copy(self, packet: Any, time: Fraction) -> None:
        # without start= what comes before the first picture is kept, too
        late = self.source.end is not None and time >= self.source.end - self.source.start
        if late or (self.source.start and time < 0):
            return
        shift = round(self.source.start / packet.time_base)
        packet.pts -= shift
        packet.dts -= shift
        packet.stream = self.stream
        self.container.mux(packet)
