"""Breaking waves with foam claws under a vermilion sun, cut in wood and printed in few inks, after the Japanese printmakers."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.interpolate import CubicSpline

from painting.canvas import color_map, fractal_noise, halve, hex_color, over, smooth_noise

INDIGO, PAPER, SUN = (hex_color(code) for code in ("#0d1f44", "#f3e8cc", "#d8402a"))
SKY = ["#6f9aa6", "#c9bf94", "#ecd7a0", "#f3e2b8", "#efcf9a", "#e3a878"]
INKS = [hex_color(code) for code in ("#123a7a", "#1f5a9e", "#5f9cc0", "#a9cbd0", "#17305f")]
MISTS = [hex_color(code) for code in ("#e58a62", "#f3e8cc", "#dc6a48", "#e9b98a")]
GRAIN = "#b08a50"
SUN_AT, SUN_RADIUS, HALO = (0.80, 0.21), 0.105, 1.75
# Each wave: its back and its hollow front from the trough up to the tip, as (column, row); stripes, size of its foam.
FAR = ([(1.25, 0.66), (1.06, 0.54), (0.93, 0.515), (0.81, 0.56), (0.745, 0.66)],
       [(1.25, 1.02), (1.02, 0.92), (0.92, 0.81), (0.86, 0.68), (0.745, 0.66)], 15, 0.024)  # fmt: skip
GREAT = ([(-0.50, 1.04), (-0.15, 0.64), (0.06, 0.36), (0.26, 0.14), (0.48, 0.10), (0.63, 0.21), (0.67, 0.36)],
         [(0.84, 1.16), (0.62, 0.97), (0.44, 0.79), (0.36, 0.58), (0.385, 0.42), (0.49, 0.31), (0.67, 0.36)], 27, 0.033)  # fmt: skip
NEAR = ([(-0.45, 1.08), (-0.12, 0.80), (0.04, 0.70), (0.17, 0.675), (0.28, 0.72), (0.335, 0.81)],
        [(0.62, 1.22), (0.42, 1.08), (0.27, 0.97), (0.21, 0.86), (0.25, 0.80), (0.335, 0.81)], 17, 0.026)  # fmt: skip
SWELLS = [
    (0.665, 0.010, 6),
    (0.705, 0.016, 6),
    (0.755, 0.024, 8),
    (0.82, 0.030, 9),
    (0.905, 0.036, 10),
]  # row, height, stripes


@dataclass
class Sheet:
    """The color blocks (S, S, 3) and the key block (S, S) of one print; points are (N, 2) columns and rows in [0, 1]."""

    color: np.ndarray
    key: np.ndarray

    def between(self, edge: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the pixels of the strip between two curves of as many points."""
        side, steps = len(self.key), len(edge) - 1
        longest = max(np.hypot(*np.diff(curve, axis=0).T).max() for curve in (edge, other))
        at = np.linspace(0, steps, int(1.5 * side * longest * steps) + 2)
        edge, other = (
            np.stack([np.interp(at, np.arange(steps + 1), axis) for axis in c.T], axis=-1)
            for c in (edge, other)
        )
        across = np.linspace(0.0, 1.0, int(1.5 * side * np.hypot(*(other - edge).T).max()) + 2)[
            :, None, None
        ]
        columns, rows = ((edge + across * (other - edge)) * side).astype(int).reshape(-1, 2).T
        inside = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
        return rows[inside], columns[inside]

    def lay(self, edge: np.ndarray, other: np.ndarray, ink: np.ndarray) -> None:
        """Print the strip between two curves in ``ink``; it hides the lines below it."""
        pixels = self.between(edge, other)
        self.color[pixels], self.key[pixels] = ink, 0.0

    def line(self, path: np.ndarray, width: float | np.ndarray) -> None:
        """Cut a line into the key block."""
        self.key[self.between(*ribbon(path, width))] = 1.0


def spline(points: list[tuple[float, float]], count: int = 240) -> np.ndarray:
    """Smooth curve through the points -> (count, 2)."""
    knots = np.asarray(points)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    return CubicSpline(arc, knots)(np.linspace(0.0, arc[-1], count))


def ribbon(path: np.ndarray, width: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both edges (N, 2) of a line along ``path`` (N, 2) that is as wide as ``width``, a number or (N,)."""
    tangent = np.gradient(path, axis=0)
    normal = tangent[:, ::-1] * [-1.0, 1.0] / (np.hypot(*tangent.T)[:, None] + 1e-9)
    offset = normal * np.broadcast_to(width, len(path))[:, None] / 2
    return path + offset, path - offset


def print_claw(
    sheet: Sheet, start: np.ndarray, angle: float, length: float, curl: float, depth: int
) -> None:
    """A hooked finger of foam, with smaller ones on its sides."""
    u = np.linspace(0.0, 1.0, 24)
    heading = angle + curl * u**1.5
    path = start + np.cumsum(
        np.stack([np.cos(heading), np.sin(heading)], axis=-1), axis=0
    ) * length / len(u)
    if depth:
        for at, side in ((6, -1), (10, 1), (15, -1), (18, 1)):
            print_claw(
                sheet,
                path[at],
                heading[at] + 0.7 * side,
                0.42 * length,
                curl * 0.9 + 0.5 * side,
                depth - 1,
            )
    width = length * (0.34 * (1.0 - u) ** 0.8 + 0.03)
    edges = ribbon(path, width)
    sheet.lay(*edges, PAPER)
    for edge in edges:
        sheet.line(edge, 0.0030 * (1.0 - 0.5 * u))
    sheet.lay(*ribbon(path[3:15], 0.18 * width[3:15]), INKS[2])


def print_scallop(
    sheet: Sheet, center: np.ndarray, radius: float, rng: np.random.Generator
) -> None:
    """A round puff of foam with an inner shadow line."""
    turn = np.linspace(0.0, 2 * np.pi, 30)
    wobble = (
        1.0
        + 0.10 * np.sin(3 * turn + 6.3 * rng.random())
        + 0.05 * np.sin(5 * turn + 6.3 * rng.random())
    )
    puff = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * (radius * wobble)[:, None]
    sheet.lay(center + puff, center + 0.0 * puff, PAPER)
    sheet.line(center + puff, 0.0028)
    for scale in (0.72, 0.42):
        arc = np.roll(puff, rng.integers(30), axis=0)[:16] * scale
        sheet.lay(
            *ribbon(center + arc, 0.005 * np.sin(np.linspace(0, np.pi, 16)) + 1e-4),
            INKS[2 + (scale < 0.5)],
        )


def print_body(
    sheet: Sheet, back: np.ndarray, front: np.ndarray, stripes: int, rng: np.random.Generator
) -> None:
    """Bands of ink that sweep from the trough to the tip, their key lines, and gouge marks along them."""
    sheet.lay(back, front, INKS[0])
    rise = np.linspace(0.0, 1.0, len(back))
    for k in range(stripes):
        swell = 0.5 + 0.32 * np.sin(5.0 * rise + 0.9 * k) + 0.12 * np.sin(13.0 * rise + 2.1 * k)
        low, high = (
            ((k + part) / stripes)[:, None] for part in (0.0 * rise, np.clip(swell, 0.12, 0.92))
        )
        edge, other = back + low * (front - back), back + high * (front - back)
        sheet.lay(edge, other, [INKS[1], INKS[2], INKS[4], PAPER, INKS[1], INKS[3]][k % 6])
        for path in (edge, other):
            sheet.line(path, 0.0022 + 0.0022 * np.sin(6.0 * rise + k))
    for _ in range(stripes * 55):
        first, span, level = rng.integers(0, len(back) - 12), rng.integers(7, 26), rng.random()
        path = (back + level * (front - back))[first : first + span]
        width = rng.uniform(0.0014, 0.0036) * np.sin(np.linspace(0.0, np.pi, len(path))) + 1e-4
        if rng.random() < 0.55:
            sheet.lay(*ribbon(path, width), PAPER if rng.random() < 0.6 else INKS[3])
        else:
            sheet.line(path, width)
    for path in (back, front):
        sheet.line(path, 0.006)


def print_spray(
    sheet: Sheet, back: np.ndarray, toward: float, size: float, rng: np.random.Generator
) -> None:
    """Drops thrown off the crest."""
    turn = np.linspace(0.0, 2 * np.pi, 14)
    for _ in range(170):
        drop = (
            back[rng.integers(len(back) // 2, len(back))]
            + rng.normal(0.0, 2.2 * size, 2)
            + [toward * size, 0.0]
        )
        circle = drop + (0.04 + 0.16 * rng.random() ** 3) * size * np.stack(
            [np.cos(turn), np.sin(turn)], axis=-1
        )
        sheet.lay(circle, drop + 0.0 * circle, PAPER)
        sheet.line(circle, 0.002)


def print_foam(
    sheet: Sheet, back: np.ndarray, front: np.ndarray, size: float, rng: np.random.Generator
) -> None:
    """Claws under the lip and along the crest, and puffs that cover the top of the wave."""
    toward, last = np.sign(front[-1, 0] - back[0, 0]), len(back) - 1
    depth = 0.08 + 0.55 * np.clip(np.linspace(-0.5, 0.5, len(back)), 0.0, None)
    foot = back + depth[:, None] * (front - back)
    start = int(0.46 * last)
    sheet.lay(back[start:], foot[start:], PAPER)
    for rim, first, reach in ((back, 0.47, 1.7), (foot, 0.47, 1.5), (front, 0.70, 2.2)):
        for at in np.linspace(first, 0.995, int(0.65 / size)):
            here = int(at * last)
            ahead = rim[min(here + 3, last)] - rim[max(here - 3, 0)]
            outward = (
                np.array([ahead[1], -ahead[0]])
                * toward
                * (-1.0 if rim is front else 1.0 if rim is back else -0.6)
            )
            across, down = outward + 0.7 * np.abs(ahead) * [toward, 0.6]
            angle, length = (
                np.arctan2(down, across) + rng.normal(0.0, 0.25),
                reach * size * rng.uniform(0.6, 1.3),
            )
            print_claw(sheet, rim[here], angle, length, toward * rng.uniform(0.6, 1.7), 1)
    sheet.line(front[int(0.66 * last) :], 0.007)
    for at in np.linspace(0.46, 1.0, int(1.9 / size)):
        here = int(at * last)
        for level in rng.uniform(0.0, 1.0, 3):
            center = back[here] + level * (foot[here] - back[here])
            print_scallop(sheet, center, size * rng.uniform(0.18, 0.62), rng)


def enlarged(noise: np.ndarray, side: int) -> np.ndarray:
    """Stretch a smooth picture (S, S) to (side, side)."""
    return ndimage.zoom(noise, side / len(noise), order=1, mode="nearest", grid_mode=True)


def cut_sky(side: int, rng: np.random.Generator) -> Sheet:
    """Drifting contour lines, and rays around the sun."""
    row, column = np.mgrid[0:side, 0:side] / side
    drift, press = (
        enlarged(fractal_noise(512, 36, 3, rng), side),
        enlarged(smooth_noise(512, 17, rng), side),
    )
    east, south = column - SUN_AT[0], row - SUN_AT[1]
    radius = np.hypot(east, south) / SUN_RADIUS
    broken = ndimage.gaussian_filter(rng.standard_normal((side, side)), (2.0, 22.0))
    broken *= 0.3 / broken.std()
    phase = np.where(
        radius < HALO, 72.0 * np.arctan2(south, east) / (2 * np.pi), 64.0 * row + 11.0 * drift
    )
    phase = np.where(radius < 1.0, 70.0 * row, phase)
    wave = np.sin(2 * np.pi * phase) + broken
    color = color_map(np.clip(row / 0.68 + 0.30 * (drift - 0.5), 0.0, 1.0), SKY)
    color = over(color, PAPER, np.clip(6.0 * (wave - 0.5), 0.0, 0.9))
    disc = over(
        np.broadcast_to(SUN, color.shape),
        hex_color("#f6b48a"),
        np.clip(6.0 * (wave - 0.9 + 0.5 * south / SUN_RADIUS), 0.0, 0.8),
    )
    key = np.clip(5.0 * (-wave - 1.05 + 0.8 * press), 0.0, 1.0) * 0.72 * (radius > 1.0)
    rim = np.minimum(np.abs(radius - 1.0), np.abs(radius - HALO))
    return Sheet(
        np.where((radius < 1.0)[..., None], disc, color),
        np.maximum(key, np.clip(1.4 - rim / 0.02, 0.0, 1.0)),
    )


def print_mist(sheet: Sheet, rng: np.random.Generator) -> None:
    """Round-ended bars of warm mist, carved along their length."""
    for k, row in enumerate(np.linspace(0.03, 0.64, 13)):
        left, length = rng.uniform(-0.1, 0.85), rng.uniform(0.14, 0.42)
        for step in range(rng.integers(2, 4)):
            middle = np.linspace(
                [left + 0.07 * step, row + 0.013 * step],
                [left + 0.05 * step + length, row + 0.013 * step],
                40,
            )
            ends = np.sqrt(np.clip(1.0 - np.linspace(-1, 1, 40) ** 10, 0.0, 1.0))
            edges = ribbon(middle, 0.013 * ends + 1e-4)
            sheet.lay(*edges, MISTS[(k + step) % 4])
            for edge in edges:
                sheet.line(edge, 0.0018)
            for low in (-0.003, 0.0, 0.003):
                first, last = np.sort(rng.integers(2, 38, 2))
                carved = middle[first : last + 2] + [0.0, low]
                sheet.lay(*ribbon(carved, 0.0018), PAPER if k % 2 else MISTS[(k + step + 2) % 4])


def print_swells(sheet: Sheet, rng: np.random.Generator) -> None:
    """Rows of rolling sea from the horizon to the lower edge."""
    column = np.linspace(-0.05, 1.05, 240)
    for k, (row, height, stripes) in enumerate(SWELLS):
        crest = row + height * (
            0.9 * np.abs(np.sin((9.0 - 1.2 * k) * column + 1.7 * k)) ** 1.4
            + 0.3 * np.sin(23.0 * column + k)
        )
        below = crest + 0.055 + 2.4 * height + 0.5 * height * np.sin(11.0 * column + 2.0 * k)
        print_body(
            sheet,
            np.stack([column, crest], axis=-1),
            np.stack([column, below], axis=-1),
            stripes,
            rng,
        )


def pressed(sheet: Sheet, rng: np.random.Generator) -> np.ndarray:
    """The print (S, S, 3): worn ink, the grain of the plank, and the key block a little out of register."""
    side = len(sheet.key)
    grain = ndimage.gaussian_filter(rng.standard_normal((side, side)), (1.2, 60.0)) * 60.0
    rings = 0.5 + 0.5 * np.sin(
        2 * np.pi * (22.0 * enlarged(fractal_noise(512, 57, 2, rng), side) + 0.12 * grain)
    )
    speckle = ndimage.gaussian_filter(rng.standard_normal((side, side)), 1.3) * 4.0
    worn = np.clip(0.10 + 0.16 * rings + 0.14 * speckle + 0.05 * grain, 0.0, 0.5)
    picture = over(sheet.color, PAPER, worn)
    shift = max(side // 700, 1)
    key = ndimage.gaussian_filter(
        ndimage.shift(sheet.key, (shift, -shift), order=0, mode="nearest"), 0.8
    )
    picture = over(picture, INDIGO, np.clip(key * (1.0 - 0.6 * worn), 0.0, 1.0))
    return over(
        picture, hex_color(GRAIN) * picture, 0.30 * rings * (0.6 + 0.4 * np.clip(grain, -1.0, 1.0))
    )


def paint(size: int, rng: np.random.Generator) -> np.ndarray:
    """A print of four waves, (size, size, 3) in [0, 1]."""
    side = 2 * size
    sheet = cut_sky(side, rng)
    print_mist(sheet, rng)
    print_swells(sheet, rng)
    for back, front, stripes, foam in (FAR, GREAT, NEAR):
        curves = spline(back), spline(front)
        print_spray(sheet, curves[0], np.sign(front[-1][0] - back[0][0]), foam, rng)
        print_body(sheet, *curves, stripes, rng)
        print_foam(sheet, *curves, foam, rng)
    return np.clip(halve(pressed(sheet, rng)), 0.0, 1.0)
