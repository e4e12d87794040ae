"""Cubism: a guitar broken into overlapping planes, each graded from one edge, hatched with a dry brush and drawn in broken line."""

import numpy as np
from scipy import ndimage

from painting.canvas import (
    color_map,
    dry_stroke,
    emboss,
    fractal_noise,
    hex_color,
    over,
    smooth_noise,
)

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
LINE, GROUND = "#17110d", "#8a6c45"
AXES = np.deg2rad([4.0, 38.0, 62.0, 86.0, 118.0, 148.0])
PLANES = [(30, 150.0, 320.0), (80, 64.0, 160.0), (76, 22.0, 66.0)]
DABS = 16000


class Panel:
    """The picture in the making: color, broken lines, and at each pixel the facet and the direction of its brush."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.color = np.ones((size, size, 3)) * hex_color(GROUND)
        self.lines = np.zeros((size, size))
        self.angle = np.zeros((size, size))
        self.owner = np.zeros((size, size), dtype=int)
        self.warmth = smooth_noise(size, size / 7, rng) * 2 - 1
        self.streaks = [streak_field(size, axis, rng) for axis in AXES]

    def plane(
        self, corners: np.ndarray, axis: int, hole: tuple | None = None, passage: bool = True
    ) -> None:
        """One facet: convex ``corners`` (N, 2), optionally bitten or bounded by a circle (row, column, signed radius)."""
        low = np.clip(np.floor(corners.min(0)).astype(int), 0, self.size - 1)
        high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 1, self.size)
        if (high - low).min() < 3:
            return
        box = np.s_[low[0] : high[0], low[1] : high[1]]
        row, column = np.mgrid[box]
        inside = polygon_depth(corners, row, column)
        if hole is not None:
            away = np.hypot(row - hole[0], column - hole[1])
            inside = np.minimum(inside, (away - abs(hole[2])) * -np.sign(hole[2]))
        light = self.gradient(corners, row, column)
        streak = self.streaks[axis][box]
        middle = np.clip(corners.mean(0), 0, self.size - 1).astype(int)
        odds = RAMP_SHARES * np.exp(1.3 * self.warmth[*middle] * RAMP_WARMTH)
        ramp = RAMPS[self.rng.choice(len(RAMPS), p=odds / odds.sum())]
        low_tone, reach = self.rng.uniform(-0.1, 0.35), self.rng.uniform(0.6, 0.95)
        tone = low_tone + reach * light + 0.22 * (streak - 0.5)
        opacity = np.clip(0.1 + 2.2 * light + 0.8 * (streak - 0.5), 0, 1) if passage else 1.0
        cover = np.clip(inside + 0.5, 0, 1) * opacity
        self.color[box] = over(self.color[box], color_map(tone, ramp), cover)
        self.lines[box] *= 1 - 0.9 * cover
        self.angle[box] = np.where(cover > 0.5, AXES[axis], self.angle[box])
        self.owner[box] = np.where(cover > 0.5, self.owner.max() + 1, self.owner[box])
        if hole is not None and abs(hole[2]) > 12:
            self.contour(circle(*hole[:2], abs(hole[2]), self.rng), 0.8)

    def gradient(self, corners: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
        """0 at one side of the facet, 1 at the opposite one, along one of its own directions -> like ``row``."""
        side = corners[1] - corners[0] if self.rng.uniform() < 0.5 else corners[2] - corners[1]
        side = side * self.rng.choice([-1, 1]) / (np.hypot(*side) + 1e-9)
        reach = corners @ side
        return np.clip(
            (row * side[0] + column * side[1] - reach.min()) / (np.ptp(reach) + 1e-9), 0, 1
        )

    def contour(self, path: np.ndarray, ink: float) -> None:
        """A dark line that swells, thins and breaks."""
        weight = self.size / 1024 * self.rng.uniform(1.8, 7.5) * np.array([0.5, 1.0, 0.7])
        dry_stroke(self.lines, path, weight, ink, self.rng.uniform(0.0, 0.6), self.rng)


def streak_field(size: int, axis: float, rng: np.random.Generator) -> np.ndarray:
    """Marks of a dry bristle brush along ``axis`` (radians) -> (size, size), ranked to be uniform in [0, 1]."""
    wide = int(1.5 * size)
    fine = ndimage.gaussian_filter(rng.standard_normal((wide, wide)), (0.9, 22.0))
    broad = ndimage.gaussian_filter(rng.standard_normal((wide, wide)), (3.0, 34.0))
    marks = ndimage.rotate(
        fine / fine.std() + 0.8 * broad / broad.std(),
        -np.rad2deg(axis),
        reshape=False,
        order=1,
        mode="wrap",
    )
    start = (wide - size) // 2
    marks = marks[start : start + size, start : start + size]
    return 1.0 / (1.0 + np.exp(-2.2 * marks))


def polygon_depth(corners: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Distance in pixels to the nearest edge of a convex polygon, positive inside -> like ``row``."""
    edges = np.roll(corners, -1, axis=0) - corners
    after = np.roll(corners, -1, axis=0)
    turn = np.sign(np.sum(corners[:, 1] * after[:, 0] - corners[:, 0] * after[:, 1])) or 1.0
    depths = [
        turn
        * (edge[1] * (row - start[0]) - edge[0] * (column - start[1]))
        / (np.hypot(*edge) + 1e-9)
        for start, edge in zip(corners, edges, strict=True)
    ]
    return np.min(depths, axis=0)


def circle(row: float, column: float, radius: float, rng: np.random.Generator) -> np.ndarray:
    """A broken piece of a circle -> (48, 2)."""
    start = rng.uniform(0, 2 * np.pi)
    turn = start + np.linspace(0, rng.uniform(1.2, 4.5), 48)
    return np.stack([row + radius * np.sin(turn), column + radius * np.cos(turn)], -1)


def split(corners: np.ndarray, through: np.ndarray, axis: float) -> list[np.ndarray]:
    """Cut a convex polygon (N, 2) by the line along ``axis`` through a point inside it -> the two pieces."""
    side = (corners - through) @ np.array([np.cos(axis), -np.sin(axis)])
    after, side_after = np.roll(corners, -1, axis=0), np.roll(side, -1)
    pieces: list[list[np.ndarray]] = [[], []]
    for start, end, here, there in zip(corners, after, side, side_after, strict=True):
        pieces[int(here > 0)].append(start)
        if here * there < 0:
            crossing = start + (end - start) * here / (here - there)
            pieces[0].append(crossing)
            pieces[1].append(crossing)
    return [np.array(piece) for piece in pieces if len(piece) > 2]


def tiles(size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """The square cut again and again along the picture's axes, finest about the middle -> convex polygons that cover it."""
    waiting, finished = (
        [np.array([[-2, -2], [-2, size + 2], [size + 2, size + 2], [size + 2, -2]], dtype=float)],
        [],
    )
    while waiting:
        corners = waiting.pop()
        middle = corners.mean(0)
        far = np.hypot(*((middle - 0.5 * size) / size))
        if np.ptp(corners, axis=0).prod() < size**2 * (0.010 + 0.06 * far) * rng.uniform(0.5, 1.6):
            finished.append(corners)
        else:
            waiting += split(
                corners,
                middle + 0.12 * np.ptp(corners, axis=0) * rng.normal(0, 1, 2),
                rng.choice(AXES),
            )
    return finished


def facet(center: np.ndarray, reach: float, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """A sheared quadrilateral along two of the picture's axes -> corners (4, 2) and the axis it is brushed along."""
    first, second = rng.choice(len(AXES), 2, replace=False)
    directions = np.stack([np.sin(AXES), np.cos(AXES)], -1)
    a, b = (
        directions[first] * reach * rng.uniform(0.6, 1.3),
        directions[second] * reach * rng.uniform(0.3, 0.8),
    )
    corners = np.stack(
        [
            -a - b,
            a - b * rng.uniform(0.2, 1),
            a * rng.uniform(0.5, 1) + b,
            -a * rng.uniform(0.3, 1) + b,
        ]
    )
    return center + corners, int(rng.choice([first, second, rng.integers(len(AXES))]))


def guitar(panel: Panel) -> None:
    """The motif in fragments: two bouts, a sound hole, the strings over it and the curves of the flank."""
    unit, rng = panel.size / 1024, panel.rng
    lean = np.array([np.sin(AXES[4]), np.cos(AXES[4])])
    cross, heart = np.array([lean[1], -lean[0]]), unit * np.array([560.0, 500.0])
    for offset, radius in [(150, 190), (-90, 150), (0, 62), (240, 48), (-190, 80)]:
        center = heart + unit * lean * offset
        for side in (-1, 1):
            half = (
                unit * radius * np.array([-lean, lean, lean + side * cross, -lean + side * cross])
            )
            panel.plane(
                center + half, int(rng.integers(len(AXES))), (*center, unit * radius), offset > 0
            )
        for _ in range(3):
            panel.contour(
                circle(
                    *(center + unit * rng.normal(0, 9, 2)),
                    unit * radius * rng.uniform(0.95, 1.2),
                    rng,
                ),
                0.95,
            )
    for string in np.arange(-3, 3) + 0.5:
        start, end = (
            heart + unit * (cross * string * 11 + lean * 200),
            heart + unit * (cross * string * 7 - lean * 400),
        )
        for begin in rng.uniform(0, 0.7, 2):
            reach = start + (end - start) * np.linspace(begin, begin + 0.3, 16)[:, None]
            dry_stroke(panel.lines, reach, np.full(2, 2.2 * unit), 0.95, 0.2, rng)
    for _ in range(12):
        center = unit * rng.normal([530, 510], [270, 230])
        panel.contour(circle(*center, unit * rng.uniform(50, 200), rng), 0.9)


def bristle_dabs(panel: Panel) -> None:
    """Short loaded touches that follow each facet's direction, in its own color made lighter or darker; in place."""
    rng, unit, size = panel.rng, panel.size / 1024, panel.size
    reach = int(11 * unit) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1] / unit
    for y, x in rng.integers(reach, size - reach, (DABS, 2)):
        angle = panel.angle[y, x] + rng.normal(0, 0.08)
        along, off = (
            np.cos(angle) * across + np.sin(angle) * down,
            np.cos(angle) * down - np.sin(angle) * across,
        )
        touch = np.clip(1.3 - (along / 9) ** 4 - (off / 3.2) ** 4, 0, 1) * (
            0.65 + 0.35 * np.sin(3.0 * off + y)
        )
        box = np.s_[y - reach : y + reach + 1, x - reach : x + reach + 1]
        touch = touch * (panel.owner[box] == panel.owner[y, x])
        tone = panel.color[y, x] * rng.normal(1.02, 0.17) + rng.normal(0, 0.012, 3)
        panel.color[box] = over(panel.color[box], tone, 0.75 * touch)


def outline(panel: Panel, corners: np.ndarray, count: int) -> None:
    """Draw some of a facet's edges."""
    for edge in panel.rng.choice(len(corners), min(count, len(corners)), replace=False):
        panel.contour(
            np.linspace(corners[edge], corners[(edge + 1) % len(corners)], 16),
            panel.rng.uniform(0.6, 1.0),
        )


def paint(size: int, rng: np.random.Generator) -> np.ndarray:
    """A tiling of planes, then overlapping ones from large to small about the middle -> (size, size, 3) in [0, 1]."""
    panel, unit = Panel(size, rng), size / 1024
    for corners in tiles(size, rng):
        panel.plane(corners, int(rng.integers(len(AXES))), passage=False)
        outline(panel, corners, 2)
    for step, (count, low, high) in enumerate(PLANES):
        if step == 2:
            guitar(panel)
        for _ in range(count):
            corners, axis = facet(
                rng.normal(0.5 * size, [0.32 * size, 0.22 * size]),
                unit * rng.uniform(low, high) / 1.4,
                rng,
            )
            arc = (
                *corners[rng.integers(4)],
                unit * rng.uniform(low, high) * rng.choice([-0.5, 0.9]),
            )
            panel.plane(corners, axis, arc if rng.uniform() < 0.2 else None, rng.uniform() < 0.6)
            outline(panel, corners, int(rng.integers(1, 4)))
    bristle_dabs(panel)
    picture = over(panel.color, hex_color(LINE), 0.92 * panel.lines)
    relief = picture.mean(-1) * 1.4 + 0.5 * fractal_noise(size, 3.0, 3, rng)
    return np.clip(picture * np.clip(emboss(relief, 0.05), 0.75, 1.25)[..., None], 0, 1)
