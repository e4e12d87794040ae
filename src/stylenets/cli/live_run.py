"""Paint what a camera sees, newest first, and change how by keys."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from torch import Tensor

from stylenets import images
from stylenets.cli.live_window import Window
from stylenets.errors import UserError
from stylenets.inference.settings import Controls
from stylenets.inference.stylizer import Stylizer
from stylenets.video.camera import Camera
from stylenets.video.clip import Clip
from stylenets.video.steady import PaintedFrame
from stylenets.video.writing import ClipWriter

STEP = 0.1  # of the strength, for each press of an arrow
TICK = Fraction(1, 1000)  # seconds: a recording has the times at which its frames were shown
RATE = Fraction(25)  # frames a second that a recording is laid out for


class Screen(Protocol):
    """Where painted frames are shown, and which keys were pressed since the last one."""

    def show(self, picture: Tensor, title: str) -> list[str]:
        """Show (3, H, W) in [0, 1]; the names of the keys."""


class LiveLook:
    """How it is painted: ``style`` and ``strength``, as keys change them.

    Args:
        styles: The names of a network's.
        style: The first one.
        strength: From 0 to 1.
    """

    def __init__(self, styles: list[str], style: str, strength: float) -> None:
        self.styles = styles
        self.style = style
        self.strength = strength
        self.ended = False

    def press(self, key: str) -> None:
        """1 to 9 choose a style, the arrows up and down the strength, q and Escape end it."""
        if key in ("q", "Escape"):
            self.ended = True
        elif key in ("Up", "Down"):
            step = STEP if key == "Up" else -STEP
            self.strength = round(min(1.0, max(0.0, self.strength + step)), 2)
        elif key.isdecimal() and 0 < int(key) <= len(self.styles):
            self.style = self.styles[int(key) - 1]


def show_live(
    camera: int | Path,
    network: Path,
    device: str,
    size: int,
    style: str | None,
    strength: float,
    window: bool,
    record: Path | None,
) -> None:
    """Paint until the camera ends or a key ends it. Raises UserError as the parts of it do."""
    stylizer = Stylizer.load(network, device)
    styles = stylizer.styles
    if not styles:
        raise UserError(f"ckpt={network}: live needs a network with styles of its own")
    look = LiveLook(styles, style or styles[0], strength)
    stylizer.weights(look.style)  # tells a name there is not
    with ExitStack() as closing:
        screens: list[Screen] = []
        if window:
            screens.append(closing.enter_context(Window()))
        if record:
            screens.append(closing.enter_context(Recording(record)))
        with Camera(camera) as pictures:
            count = paint_live(pictures, stylizer, look, size, screens)
            told = f"{count} frames were painted, {pictures.dropped} dropped"
        sys.stdout.write(told + "\n")


def paint_live(
    pictures: Camera, stylizer: Stylizer, look: LiveLook, size: int, screens: list[Screen]
) -> int:
    """Paint the newest picture, again and again; how many that were."""
    count = 0
    begin = time.monotonic()
    for picture in pictures:
        small = images.resize(picture, size)
        weights = stylizer.weights(look.style)
        painted = stylizer.paint(small, weights, Controls(strength=look.strength))
        count += 1
        rate = count / (time.monotonic() - begin)
        title = f"{look.style} {look.strength:.0%}, {rate:.1f} frames a second"
        for screen in screens:
            for key in screen.show(painted, title):
                look.press(key)
        if look.ended:
            break
    return count


class Recording(ExitStack):
    """A clip of what was shown, at the times at which it was. Its folder appears when it ends."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        clip = Clip(path, TICK, RATE, 0)
        self.writer = self.enter_context(ClipWriter(path, clip))
        self.begin = time.monotonic()
        self.last = -1
        self.callback(self._finish)

    def show(self, picture: Tensor, title: str) -> list[str]:
        """Add a frame; nobody presses keys here."""
        now = round((time.monotonic() - self.begin) / TICK)
        self.last = max(self.last + 1, now)
        self.writer.write(PaintedFrame(picture, self.last))
        return []

    def _finish(self) -> None:
        if self.writer.count:
            sys.stdout.write(f"{self.writer.finish()}\n")
