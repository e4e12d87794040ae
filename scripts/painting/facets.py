"""Cubism: a guitar broken into overlapping planes.

Each plane is graded from one edge, hatched with a dry brush and drawn in broken line.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from painting.brush import dry_stroke
from painting.canvas import (
    Array,
    color_map,
    emboss,
    fractal_noise,
    hex_color,
    over,
    smooth_noise,
)
from painting.polygons import AXES, arc, depth_inside, facet, tiles

RAMPS = [
    ["#2b1d14", "#5f4026", "#a87b42", "#e6cf9a"],
    ["#33240f", "#8a5a1e", "#c9923a", "#f0dba6"],
    ["#1c2022", "#474f52", "#8a8f8c", "#dcd8c6"],
    ["#262418", "#57552f", "#8f8a52", "#dcd3a4"],
    ["#2c1a12", "#7b4a2a", "#bf8355", "#f1dcbc"],
    ["#12161a", "#30404c", "#66798a", "#c3c8c2"],
    ["#6a5a3c", "#b39a66", "#e2d0a0", "#f7eed2"],
    ["#3a120c", "#8e2f1c", "#bf5636", "#e8b48c"],
]
RAMP_SHARES = np.array([0.20, 0.17, 0.15, 0.11, 0.13, 0.08, 0.12, 0.035])
RAMP_WARMTH = np.array([0.7, 1.0, -1.0, -0.5, 0.8, -1.2, 0.1, 0.4])
LINE = "#17110d"
GROUND = "#8a6c45"
# Count, and smallest and largest reach in 1/1024 of the side, from the back to the front.
PLANES = [(30, 150.0, 320.0), (80, 64.0, 160.0), (76, 22.0, 66.0)]
# Of the guitar's rounds: place along its axis and radius, in 1/1024 of the side.
ROUNDS = [(150, 190), (-90, 150), (0, 62), (240, 48), (-190, 80)]
DABS = 16000


class Circle(NamedTuple):
    """What bounds a facet, or, where the radius is negative, is bitten out of it."""

    row: float
    column: float
    radius: float

    def clip(self, depth: Array, row: Array, column: Array) -> Array:
        """The depth inside of a polygon -> that inside of what the circle leaves of it."""
        away = np.hypot(row - self.row, column - self.column)
        return np.minimum(depth, (away - abs(self.radius)) * -np.sign(self.radius))


class Panel:
    """The picture in the making: color, broken lines, and whose each pixel is.

    ``owner`` is the number of a pixel's facet, ``angle`` the direction of the brush there.
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size = size
        self.rng = rng
        self.color = np.ones((size, size, 3)) * hex_color(GROUND)
        self.lines = np.zeros((size, size))
        self.angle = np.zeros((size, size))
        self.owner = np.zeros((size, size), dtype=int)
        self.warmth = smooth_noise(size, size / 7, rng) * 2 - 1
        self.streaks = [_streak_field(size, axis, rng) for axis in AXES]

    def plane(
        self, corners: Array, axis: int, circle: Circle | None = None, passage: bool = True
    ) -> None:
        """Paint one facet.

        Args:
            corners: (N, 2) of a convex polygon.
            axis: Index of the direction of its brush.
            circle: What bounds it or is bitten out of it.
            passage: Whether it fades into what lies behind it.
        """
        low = np.clip(np.floor(corners.min(0)).astype(int), 0, self.size - 1)
        high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 1, self.size)
        if (high - low).min() < 3:
            return
        box = np.s_[low[0] : high[0], low[1] : high[1]]
        row, column = np.mgrid[box]
        depth = depth_inside(corners, row, column)
        if circle is not None:
            depth = circle.clip(depth, row, column)
        light = self._gradient(corners, row, column)
        streak = self.streaks[axis][box] - 0.5
        ramp = self._ramp(corners)
        darkest = self.rng.uniform(-0.1, 0.35)
        tone = darkest + self.rng.uniform(0.6, 0.95) * light + 0.22 * streak
        opacity = np.clip(0.1 + 2.2 * light + 0.8 * streak, 0, 1) if passage else 1.0
        self._lay(box, color_map(tone, ramp), np.clip(depth + 0.5, 0, 1) * opacity, AXES[axis])
        if circle is not None and abs(circle.radius) > 12:
            self.contour(arc(circle.row, circle.column, abs(circle.radius), self.rng), 0.8)

    def contour(self, path: Array, ink: float) -> None:
        """A dark line that swells, thins and breaks."""
        weight = self.size / 1024 * self.rng.uniform(1.8, 7.5) * np.array([0.5, 1.0, 0.7])
        dry_stroke(self.lines, path, weight, ink, self.rng.uniform(0.0, 0.6), self.rng)

    def outline(self, corners: Array, count: int) -> None:
        """Draw some of a facet's edges."""
        for edge in self.rng.choice(len(corners), min(count, len(corners)), replace=False):
            path = np.linspace(corners[edge], corners[(edge + 1) % len(corners)], 16)
            self.contour(path, self.rng.uniform(0.6, 1.0))

    def _ramp(self, corners: Array) -> list[str]:
        """Colors for a facet: warm ones are likelier where the picture is warm."""
        middle = np.clip(corners.mean(0), 0, self.size - 1).astype(int)
        odds = RAMP_SHARES * np.exp(1.3 * self.warmth[*middle] * RAMP_WARMTH)
        return RAMPS[self.rng.choice(len(RAMPS), p=odds / odds.sum())]

    def _gradient(self, corners: Array, row: Array, column: Array) -> Array:
        """0 at one side of a facet, 1 at the opposite one, along one of its own directions."""
        side = corners[1] - corners[0] if self.rng.uniform() < 0.5 else corners[2] - corners[1]
        side = side * self.rng.choice([-1, 1]) / (np.hypot(*side) + 1e-9)
        reach = corners @ side
        along = row * side[0] + column * side[1] - reach.min()
        return np.clip(along / (np.ptp(reach) + 1e-9), 0, 1)

    def _lay(self, box: tuple[slice, slice], color: Array, cover: Array, angle: float) -> None:
        self.color[box] = over(self.color[box], color, cover)
        self.lines[box] *= 1 - 0.9 * cover
        self.angle[box] = np.where(cover > 0.5, angle, self.angle[box])
        self.owner[box] = np.where(cover > 0.5, self.owner.max() + 1, self.owner[box])


def _streak_field(size: int, axis: float, rng: np.random.Generator) -> Array:
    """Marks of a dry bristle brush along ``axis`` (radians) -> (size, size) in [0, 1]."""
    wide = int(1.5 * size)
    fine = ndimage.gaussian_filter(rng.standard_normal((wide, wide)), (0.9, 22.0))
    broad = ndimage.gaussian_filter(rng.standard_normal((wide, wide)), (3.0, 34.0))
    marks = fine / fine.std() + 0.8 * broad / broad.std()
    marks = ndimage.rotate(marks, -np.rad2deg(axis), reshape=False, order=1, mode="wrap")
    start = (wide - size) // 2
    marks = marks[start : start + size, start : start + size]
    return 1.0 / (1.0 + np.exp(-2.2 * marks))


def _guitar(panel: Panel) -> None:
    """The motif in fragments: two bouts, a sound hole, the strings over it, curves of the flank."""
    unit = panel.size / 1024
    rng = panel.rng
    lean = np.array([np.sin(AXES[4]), np.cos(AXES[4])])
    cross = np.array([lean[1], -lean[0]])
    heart = unit * np.array([560.0, 500.0])
    for offset, radius in ROUNDS:
        center = heart + unit * lean * offset
        circle = Circle(*center, unit * radius)
        for side in (-1, 1):
            box = np.array([-lean, lean, lean + side * cross, -lean + side * cross])
            axis = int(rng.integers(len(AXES)))
            panel.plane(center + unit * radius * box, axis, circle, offset > 0)
        for _ in range(3):
            row, column = center + unit * rng.normal(0, 9, 2)
            panel.contour(arc(row, column, unit * radius * rng.uniform(0.95, 1.2), rng), 0.95)
    for string in np.arange(-3, 3) + 0.5:
        start = heart + unit * (cross * string * 11 + lean * 200)
        end = heart + unit * (cross * string * 7 - lean * 400)
        for begin in rng.uniform(0, 0.7, 2):
            path = start + (end - start) * np.linspace(begin, begin + 0.3, 16)[:, None]
            dry_stroke(panel.lines, path, np.full(2, 2.2 * unit), 0.95, 0.2, rng)
    for _ in range(12):
        row, column = unit * rng.normal([530, 510], [270, 230])
        panel.contour(arc(row, column, unit * rng.uniform(50, 200), rng), 0.9)


def _bristle_dabs(panel: Panel) -> None:
    """Short touches along each facet's direction, in its own color, lighter or darker; in place."""
    rng = panel.rng
    unit = panel.size / 1024
    reach = int(11 * unit) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1] / unit
    for y, x in rng.integers(reach, panel.size - reach, (DABS, 2)):
        angle = panel.angle[y, x] + rng.normal(0, 0.08)
        along = np.cos(angle) * across + np.sin(angle) * down
        off = np.cos(angle) * down - np.sin(angle) * across
        shape = np.clip(1.3 - (along / 9) ** 4 - (off / 3.2) ** 4, 0, 1)
        touch = shape * (0.65 + 0.35 * np.sin(3.0 * off + y))
        box = np.s_[y - reach : y + reach + 1, x - reach : x + reach + 1]
        touch = touch * (panel.owner[box] == panel.owner[y, x])
        tone = panel.color[y, x] * rng.normal(1.02, 0.17) + rng.normal(0, 0.012, 3)
        panel.color[box] = over(panel.color[box], tone, 0.75 * touch)


def _planes(panel: Panel, count: int, low: float, high: float) -> None:
    """Overlapping planes of one size about the middle, one in five with a circle."""
    rng = panel.rng
    unit = panel.size / 1024
    for _ in range(count):
        center = rng.normal(0.5 * panel.size, [0.32 * panel.size, 0.22 * panel.size])
        corners, axis = facet(center, unit * rng.uniform(low, high) / 1.4, rng)
        row, column = corners[rng.integers(4)]
        circle = Circle(row, column, unit * rng.uniform(low, high) * rng.choice([-0.5, 0.9]))
        round_one = rng.uniform() < 0.2
        panel.plane(corners, axis, circle if round_one else None, rng.uniform() < 0.6)
        panel.outline(corners, int(rng.integers(1, 4)))


def paint(size: int, rng: np.random.Generator) -> Array:
    """A tiling of planes, then overlapping ones from large to small -> (size, size, 3)."""
    panel = Panel(size, rng)
    for corners in tiles(size, rng):
        panel.plane(corners, int(rng.integers(len(AXES))), passage=False)
        panel.outline(corners, 2)
    for step, (count, low, high) in enumerate(PLANES):
        if step == 2:
            _guitar(panel)
        _planes(panel, count, low, high)
    _bristle_dabs(panel)
    picture = over(panel.color, hex_color(LINE), 0.92 * panel.lines)
    relief = picture.mean(-1) * 1.4 + 0.5 * fractal_noise(size, 3.0, 3, rng)
    return np.clip(picture * np.clip(emboss(relief, 0.05), 0.75, 1.25)[..., None], 0, 1)
