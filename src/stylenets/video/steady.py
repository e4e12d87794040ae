"""Paint frames so that what was painted moves with what is shown (Ruder et al. 2016, sec. 5).

The last painted frame is warped by the motion and blended with the new one: ``before`` the network,
which is given something painted to go on with, or ``after`` it. An average of two paintings has
weaker strokes than each, so what is blended gets back the contrast of a frame painted by itself.
At a cut all starts anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from stylenets.video.clip import Frame
from stylenets.video.flow import Array, FlowFinder, Motion, brightness, load_opencv, warped
from stylenets.video.pipeline import at_once

Moved = tuple[Frame, Motion | None]
State = dict[str, Tensor]

LAST = "last"  # in a state, the last painted frame in bytes; what else is carried has other names

BEFORE = 0.2  # of what the network is given: with more, it paints over its own painting
AFTER = 0.8  # of the result: with more, less of what is new comes through
DETAIL = 1.0  # pixels: standard deviation of the blur whose difference is the detail
MOST = 1.3  # times: the largest gain of detail


@dataclass(frozen=True)
class PaintedFrame(Frame):
    """A painted frame, and what the next one depends on."""

    state: State = field(default_factory=dict)


class Memory(Protocol):
    """What is carried from frame to frame beside the last painted frame."""

    def forget(self) -> None:
        """Start anew."""

    def state(self) -> State:
        """What is carried."""

    def load_state(self, state: State) -> None:
        """Go on with that."""


class SteadyPainter:
    """Paints the frames of a clip one after the other.

    Args:
        paint: What paints a frame, as (3, H, W).
        before: Share of the last painted frame in what is given to ``paint``.
        after: Share of the last painted frame in the result.
        memory: What else is carried from frame to frame.
        together: How many frames are painted at once, where none depends on the one before.
        kept: The share (H, W) of a frame that ``paint`` leaves as it is: nothing is blended there.
    """

    def __init__(
        self,
        paint: Callable[[Frame], Tensor],
        before: float,
        after: float,
        memory: Memory | None = None,
        together: int = 1,
        kept: Callable[[Frame], Tensor | None] = lambda frame: None,
    ) -> None:
        self.paint = paint
        self.kept = kept
        self.before = before
        self.after = after
        self.memory = memory
        self.together = together
        self.last: Tensor | None = None

    def __call__(self, frame: Frame, motion: Motion | None) -> Tensor:
        """Paint a frame.

        Args:
            frame: With its picture (3, H, W) in [0, 1].
            motion: Since the frame before; None of the first.

        Returns:
            (3, H, W) in [0, 1].
        """
        return self._settled(frame, self.paint(self._given(frame, motion)), motion)

    def clip(self, frames: Iterable[Moved]) -> Iterator[PaintedFrame]:
        """Paint the frames of a clip, several at once where none has to wait for the last one."""
        pairs: Iterator[tuple[Moved, Tensor]]
        if self.before or self.memory:
            pairs = ((one, self.paint(self._given(*one))) for one in frames)
        else:
            pairs = at_once(frames, lambda one: self.paint(one[0]), self.together)
        for (frame, motion), new in pairs:
            shown = self._settled(frame, new, motion)
            yield PaintedFrame(shown, frame.time, state=self.state())

    def _given(self, frame: Frame, motion: Motion | None) -> Frame:
        """What the network is given."""
        last = self._last_of(motion)
        if motion is None or last is None:
            if self.memory:
                self.memory.forget()
            return frame
        if not self.before:
            return frame
        seen = _pixels(frame.picture)
        given = _picture(seen + self.before * self._trust(frame, motion)[..., None] * (last - seen))
        return replace(frame, picture=given)

    def _settled(self, frame: Frame, new: Tensor, motion: Motion | None) -> Tensor:
        """What is shown of a frame painted by itself."""
        last = self._last_of(motion) if self.after else None
        if motion is not None and last is not None:
            new = _picture(blended(_pixels(new), last, self.after * self._trust(frame, motion)))
        # as a file has it: a clip that is taken up again goes on with the same
        self.last = (255 * new).round() / 255
        return self.last

    def _trust(self, frame: Frame, motion: Motion) -> Array:
        """How far the motion is trusted, (H, W): not where something of the frame is kept."""
        kept = self.kept(frame)
        trust: Array = motion.trust if kept is None else motion.trust * (kept == 0).numpy()
        return trust

    def _last_of(self, motion: Motion | None) -> Array | None:
        """The last painted frame after the motion; None where there is none, as at a cut."""
        if motion is None or motion.cut or self.last is None:
            return None
        moved: Array = np.clip(warped(_pixels(self.last), motion.back), 0, 1)
        return moved

    def state(self) -> State:
        """What the next frame depends on."""
        if self.last is None or not (self.before or self.after or self.memory):
            return {}
        carried = self.memory.state() if self.memory else {}
        return {LAST: (255 * self.last).round().byte().contiguous(), **carried}

    def load_state(self, state: State) -> None:
        """Go on from what ``state`` gave."""
        carried = dict(state)
        last = carried.pop(LAST, None)
        self.last = None if last is None else last.float() / 255
        if self.memory:
            self.memory.load_state(carried)


def with_motion(frames: Iterable[Frame]) -> Iterator[Moved]:
    """Each frame with its motion since the one before; None of the first."""
    finder = FlowFinder()
    before: Array | None = None
    for frame in frames:
        now = _pixels(frame.picture)
        yield frame, None if before is None else finder.find(before, now)
        before = now


def blended(new: Array, moved: Array, share: Array) -> Array:
    """A share of ``moved`` in ``new``, with as much contrast of detail as ``new`` has.

    Args:
        new: (H, W, 3) in [0, 1].
        moved: The same.
        share: (H, W) in [0, 1].

    Returns:
        (H, W, 3) in [0, 1].
    """
    most = float(share.max())
    if not most:
        return new
    cv2 = load_opencv()
    shares = cv2.merge([share] * 3)  # numpy takes ten times as long to repeat it along the colors
    average = new + shares * (moved - new)
    low = cv2.GaussianBlur(average, (0, 0), DETAIL)
    detail = average - low
    gain = _gain(*(brightness(one) for one in (new, low, detail)))
    average += (gain - 1) / most * shares * detail
    clipped: np.ndarray[Any, Any] = np.clip(average, 0, 1)
    return clipped


def _gain(new: Array, low: Array, detail: Array) -> float:
    """The g from 1 to MOST for which low + g * detail has the gradients' energy of ``new``.

    All three are brightness, (H, W).
    """
    ours = [_gradients(one) for one in (low, detail)]
    aim = sum(float(np.vdot(one, one)) for one in _gradients(new))
    constant = sum(float(np.vdot(one, one)) for one in ours[0]) - aim
    linear = sum(float(np.vdot(one, two)) for one, two in zip(*ours, strict=True))
    square = sum(float(np.vdot(one, one)) for one in ours[1])
    if square == 0:
        return 1.0
    root = max(0.0, linear**2 - square * constant) ** 0.5
    return float(np.clip((root - linear) / square, 1, MOST))


def _gradients(gray: Array) -> tuple[Array, Array]:
    """Differences downward and to the right."""
    return np.diff(gray, axis=0), np.diff(gray, axis=1)


def _pixels(picture: Tensor) -> np.ndarray[Any, Any]:
    """(3, H, W) -> (H, W, 3)."""
    return np.ascontiguousarray(picture.permute(1, 2, 0).numpy())


def _picture(pixels: Array) -> Tensor:
    """(H, W, 3) -> (3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(pixels, np.float32)).permute(2, 0, 1)
