"""Dense optical flow between frames, and what of it can be trusted. OpenCV computes it.

The flow is DIS (Kroeger et al. 2016), which needs no weights. It is trusted where the flow back and
the flow forth agree, as Sundaram et al. 2010 have it and Ruder et al. 2016, sec. 5, use it, and
where the colors agree, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stylenets.errors import UserError

Array = NDArray[Any]

SIDE = 320  # pixels: the shortest side at which the flow is found; larger frames are halved
# Ruder et al. 2016, eq. 5: back and forth may differ by a hundredth of their squares, and half a
# pixel's square
RELATIVE = 0.01
ABSOLUTE = 0.5
COLOR = 0.1  # mean difference of colors in [0, 1] from which on they are another thing's, by half
SOFT = 1.0  # pixels by which the border of what is trusted is blurred
CUT = 0.3  # share of a frame that must be found again in the one before, or it is a cut


@dataclass(frozen=True)
class Motion:
    """Where the pixels of a frame were in the frame before.

    Attributes:
        back: (H, W, 2) pixels to go from each place, to the right and down.
        trust: (H, W) in [0, 1]; 0 where it was hidden, outside, or is not found.
        cut: Whether the frame before shows something else.
    """

    back: Array
    trust: Array
    cut: bool


def load_opencv() -> Any:
    """The module. Raises UserError where it is not installed."""
    try:
        import cv2
    except ImportError as error:
        message = "steady= needs an extra: pip install 'stylenets[video]', or give steady=off"
        raise UserError(message) from error
    return cv2


class FlowFinder:
    """Finds the motion from frame to frame of one clip."""

    def __init__(self) -> None:
        cv2 = load_opencv()
        self.dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def find(self, before: Array, now: Array) -> Motion:
        """The motion between two frames (H, W, 3) of float32 in [0, 1]."""
        height, width = now.shape[:2]
        small = [_gray(_halved(one)) for one in (before, now)]
        scale = height / small[0].shape[0]
        back = self._flow(small[1], small[0])
        forth = self._flow(small[0], small[1])
        agrees = _agreement(back, forth)
        cv2 = load_opencv()
        back = cv2.resize(scale * back, (width, height))
        agrees = cv2.resize(agrees, (width, height))
        difference = brightness(cv2.absdiff(warped(before, back), now))
        agrees *= np.clip(1.5 - difference / COLOR, 0, 1)
        trust = cv2.GaussianBlur(cv2.erode(agrees, np.ones((3, 3))), (0, 0), SOFT)
        return Motion(back, trust, bool(agrees.mean() < CUT))

    def _flow(self, start: Array, end: Array) -> Array:
        flow: Array = self.dis.calc(start, end, None)
        return flow


def warped(picture: Array, back: Array) -> Array:
    """(H, W, C) as it looks after the motion: at each place what was at place + ``back``."""
    cv2 = load_opencv()
    moved: Array = cv2.remap(
        picture, *_reached(back), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return moved


def brightness(picture: Array) -> Array:
    """The mean of the colors: (H, W, 3) -> (H, W)."""
    return _weighed(picture, [1 / 3] * 3)


def _weighed(channels: Array, weights: list[float]) -> Array:
    """(H, W, C) -> (H, W); numpy takes ten times as long to sum so few channels."""
    total: Array = load_opencv().transform(channels, np.array([weights]))
    return total


def _reached(back: Array) -> tuple[Array, Array]:
    """The columns and rows (H, W) to which ``back`` leads, in float32."""
    height, width = back.shape[:2]
    columns = np.arange(width, dtype=np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    return columns + back[..., 0], rows + back[..., 1]


def _agreement(back: Array, forth: Array) -> Array:
    """1 where going back and then forth ends where it began, inside the frame; else 0."""
    height, width = back.shape[:2]
    returned = warped(forth, back)
    off = _squared(returned + back)
    length = _squared(returned) + _squared(back)
    x, y = _reached(back)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    agrees: Array = (off < RELATIVE * length + ABSOLUTE) & inside
    return agrees.astype(np.float32)


def _squared(flow: Array) -> Array:
    """(H, W, 2) -> (H, W), the squares of the lengths."""
    return _weighed(flow * flow, [1.0, 1.0])


def _halved(picture: Array) -> Array:
    """The frame, halved until its shortest side is less than twice SIDE."""
    cv2 = load_opencv()
    while min(picture.shape[:2]) >= 2 * SIDE:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = cv2.resize(picture, half, interpolation=cv2.INTER_AREA)
    return picture


def _gray(picture: Array) -> Array:
    """(H, W, 3) in [0, 1] -> (H, W) bytes of luma."""
    luma = _weighed(picture, [0.299, 0.587, 0.114])
    return (255 * luma).round().astype(np.uint8)
