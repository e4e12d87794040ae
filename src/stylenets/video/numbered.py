"""A clip as a folder of numbered pictures, such as frames/%04d.png: in and out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from types import TracebackType

from stylenets import images
from stylenets.errors import UserError
from stylenets.files import write_text
from stylenets.video import NUMBER
from stylenets.video.clip import Clip, Frame
from stylenets.video.resuming import check_same_settings
from stylenets.video.steady import LAST, PaintedFrame, State

USUAL_RATE = Fraction(25)  # pictures a second, where nothing else is said


def numbered_clip(pattern: Path, rate: Fraction = USUAL_RATE) -> Clip:
    """The clip of the pictures that ``pattern`` names. Raises UserError where there are none."""
    count = len(_pictures(pattern))
    if not count:
        raise UserError(f"no pictures {pattern}: %04d stands for the numbers in their names")
    return Clip(pattern, 1 / rate, rate, count)


def numbered_frames(clip: Clip) -> Iterator[Frame]:
    """The pictures one after the other, in the order of their numbers.

    Raises:
        UserError: One cannot be read, or is not as large as the others.
    """
    size = None
    for number, path in enumerate(_pictures(clip.path)):
        picture = images.read(path)
        size = size or picture.shape
        if picture.shape != size:
            height, width = picture.shape[1:]
            raise UserError(f"{path} is {width} x {height} pixels, unlike those before it")
        yield Frame(picture, number, path)


class PictureWriter:
    """Writes the frames of a clip as pictures, numbered from 1.

    ``done`` is the number of pictures that are there already, if they are to be gone on with,
    ``count`` that of all.

    Args:
        pattern: Such as painted/%04d.png.
        settings: What the frames depend on, in words; noted beside them, in painted/%04d.settings.
        resume: Whether to go on behind the pictures that lie there.

    Raises:
        UserError: What lies there has other settings.
    """

    def __init__(self, pattern: Path, settings: str = "", resume: bool = False) -> None:
        self.pattern = pattern
        self.settings = settings
        self.note = pattern.with_suffix(".settings")
        self.done = self._take_up() if resume else 0
        self.count = self.done
        if not resume and self.note.is_file():  # an earlier run's own, which may be more of them
            for path in _pictures(pattern):
                path.unlink()

    def __enter__(self) -> PictureWriter:
        return self

    def state(self) -> State:
        """What the frame after those that are done depends on: the last of them."""
        if not self.done:
            return {}
        return {LAST: (255 * images.read(self._path(self.done))).round().byte()}

    def write(self, frame: PaintedFrame) -> None:
        """Write the next picture; its state is the picture itself."""
        if not self.count:
            write_text(self.note, self.settings)
        self.count += 1
        images.write(self._path(self.count), frame.picture)

    def finish(self, whole: bool = True) -> Path:
        """Where the pictures are."""
        return self.pattern

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Every picture is whole already."""

    def _take_up(self) -> int:
        """How many pictures there are up to the first that is missing."""
        numbers = iter(range(1, 10**9))
        there = list(takewhile(lambda number: self._path(number).is_file(), numbers))
        if there:
            check_same_settings(self.note, self.settings, self.pattern)
        return len(there)

    def _path(self, number: int) -> Path:
        return self.pattern.with_name(self.pattern.name % number)


def _pictures(pattern: Path) -> list[Path]:
    """The files, in the order of their numbers."""
    before, after = (re.escape(part) for part in NUMBER.split(pattern.name, maxsplit=1))
    name = re.compile(rf"{before}(\d+){after}")
    matches = ((name.fullmatch(path.name), path) for path in pattern.parent.glob("*"))
    return [path for _, path in sorted((int(one[1]), path) for one, path in matches if one)]
