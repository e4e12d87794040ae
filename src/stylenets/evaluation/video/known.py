"""Clips made from a photograph, of which flow and occlusion are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from stylenets import images
from stylenets.video.flow import Array, load_opencv

ROOM = 1.6  # shortest side of the photograph over that of the view that moves in it
WIDE = 4 / 3  # a view's width over its height


@dataclass(frozen=True)
class KnownClip:
    """Frames, and how each goes back to the one before.

    Attributes:
        frames: (H, W, 3) in [0, 1] each.
        back: (H, W, 2) of each but the first: pixels to where a place was in the frame before.
        known: (H, W) of each but the first: where that place could be seen in both.
    """

    frames: list[Array]
    back: list[Array]
    known: list[Array]


@dataclass(frozen=True)
class Layer:
    """A photograph that moves: ``place`` takes pixels of the view to pixels of the photograph.

    Attributes:
        photo: (h, w, 3).
        place: The number of a frame -> (3, 3), an affine map.
        figure: Whether only an ellipse in its middle is there, with what is behind it around.
    """

    photo: Array
    place: Callable[[int], Array]
    figure: bool = False


def known_clip(kind: str, photo: Tensor, size: int, count: int) -> KnownClip:
    """A clip of ``count`` frames, their shortest side ``size``.

    Args:
        kind: One of MOTIONS.
        photo: (3, H, W) in [0, 1].
        size: Pixels.
        count: Frames.
    """
    large = images.resize(photo, round(ROOM * size)).clamp(0, 1)
    pixels = np.ascontiguousarray(large.permute(1, 2, 0).numpy())
    layers = MOTIONS[kind](pixels, size, count)
    width = round(WIDE * size)
    rows, columns = np.mgrid[:size, :width]
    grid = np.stack([columns, rows, np.ones_like(rows)], -1).astype(np.float64)
    drawn = [_draw(layers, grid, number) for number in range(count)]
    back, known = [], []
    for number in range(1, count):
        flow, seen = _ground_truth(layers, grid, number, drawn[number - 1][1], drawn[number][1])
        back.append(flow)
        known.append(seen)
    return KnownClip([frame for frame, _ in drawn], back, known)


def _pan(photo: Array, size: int, count: int) -> list[Layer]:
    step = 0.008 * size  # pixels a frame: 2 of 256
    return [Layer(photo, lambda k: _view(photo, size, dx=step * (k - count / 2)))]


def _zoom(photo: Array, size: int, count: int) -> list[Layer]:
    return [Layer(photo, lambda k: _view(photo, size, scale=1.15 * 0.985**k))]


def _rotation(photo: Array, size: int, count: int) -> list[Layer]:
    return [Layer(photo, lambda k: _view(photo, size, angle=math.radians(k - count / 2)))]


def _foreground(photo: Array, size: int, count: int) -> list[Layer]:
    other = np.ascontiguousarray(photo[:, ::-1])
    step = 0.01 * size  # pixels a frame: 2.5 of 256, against the motion behind it
    return [
        Layer(photo, lambda k: _view(photo, size, dx=0.002 * size * (k - count / 2))),
        Layer(other, lambda k: _view(other, size, dx=-step * (k - count / 2)), figure=True),
    ]


MOTIONS = {"pan": _pan, "zoom": _zoom, "rotation": _rotation, "foreground": _foreground}


def _view(photo: Array, size: int, dx: float = 0, scale: float = 1, angle: float = 0) -> Array:
    """The map of a view that is turned and scaled about the photograph's middle, then moved."""
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    middle = (np.array([photo.shape[1], photo.shape[0]]) - 1) / 2
    own = (np.array([round(WIDE * size), size]) - 1) / 2
    place = np.eye(3)
    place[:2, :2] = turn
    place[:2, 2] = middle + np.array([dx, 0]) - turn @ own
    return place


def _draw(layers: list[Layer], grid: Array, number: int) -> tuple[Array, Array]:
    """The frame, and the number of the layer that is seen at each place."""
    cv2 = load_opencv()
    frame = np.zeros((*grid.shape[:2], 3), np.float32)
    front = np.zeros(grid.shape[:2], np.int64)
    for index, layer in enumerate(layers):
        place = grid @ layer.place(number).T
        x, y = (place[..., axis].astype(np.float32) for axis in (0, 1))
        drawn = cv2.remap(layer.photo, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        share = _ellipse(layer.photo, x, y) if layer.figure else np.ones_like(x)
        frame += share[..., None] * (np.clip(drawn, 0, 1) - frame)
        front[share > 0.5] = index
    return frame, front


def _ellipse(photo: Array, x: Array, y: Array) -> Array:
    """1 inside an ellipse in the photograph's middle, 0 outside, with a border of about a pixel."""
    height, width = photo.shape[:2]
    radius = np.hypot((x - width / 2) / (0.18 * width), (y - height / 2) / (0.22 * height))
    share: Array = np.clip((1 - radius) * 0.2 * height + 0.5, 0, 1)
    return share


def _ground_truth(
    layers: list[Layer], grid: Array, number: int, before: Array, now: Array
) -> tuple[Array, Array]:
    """The flow back from a frame, and where it leads to what was seen in the frame before."""
    cv2 = load_opencv()
    height, width = now.shape
    back = np.zeros((height, width, 2), np.float32)
    known = np.zeros((height, width), bool)
    for index, layer in enumerate(layers):
        change = np.linalg.inv(layer.place(number - 1)) @ layer.place(number)
        was = (grid @ change.T)[..., :2]
        x, y = (was[..., axis].astype(np.float32) for axis in (0, 1))
        inside = (x >= 1) & (x <= width - 2) & (y >= 1) & (y <= height - 2)
        hidden = cv2.remap((before != index).astype(np.float32), x, y, cv2.INTER_LINEAR)
        own = now == index
        back[own] = (was - grid[..., :2])[own]
        known |= own & inside & (hidden < 0.01)
    # on a border between two layers a pixel is of both
    border = cv2.morphologyEx(now.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3)))
    return back, known & (border == 0)
