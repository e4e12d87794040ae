"""Breaking waves with foam claws under a vermilion sun, after the Japanese printmakers.

Cut in wood, and printed in few inks.
"""

import numpy as np
from scipy import ndimage

from painting.canvas import Array, color_map, fractal_noise, halve, hex_color, over, smooth_noise
from painting.woodcut_blocks import PAPER, Blocks, ribbon, spline
from painting.woodcut_waves import print_body, print_foam, print_spray

INDIGO = hex_color("#0d1f44")
SUN = hex_color("#d8402a")
SUN_LIGHT = hex_color("#f6b48a")
SKY = ["#6f9aa6", "#c9bf94", "#ecd7a0", "#f3e2b8", "#efcf9a", "#e3a878"]
MISTS = [hex_color(code) for code in ("#e58a62", "#f3e8cc", "#dc6a48", "#e9b98a")]
GRAIN = hex_color("#b08a50")
SUN_AT = (0.80, 0.21)  # column, row
SUN_RADIUS = 0.105
HALO = 1.75  # radii of the sun
# Each wave: its back and its hollow front from the trough up to the tip, as (column, row); stripes;
# size of its foam.
FAR = (
    [(1.25, 0.66), (1.06, 0.54), (0.93, 0.515), (0.81, 0.56), (0.745, 0.66)],
    [(1.25, 1.02), (1.02, 0.92), (0.92, 0.81), (0.86, 0.68), (0.745, 0.66)],
    15,
    0.024,
)
GREAT = (
    [
        (-0.50, 1.04),
        (-0.15, 0.64),
        (0.06, 0.36),
        (0.26, 0.14),
        (0.48, 0.10),
        (0.63, 0.21),
        (0.67, 0.36),
    ],
    [
        (0.84, 1.16),
        (0.62, 0.97),
        (0.44, 0.79),
        (0.36, 0.58),
        (0.385, 0.42),
        (0.49, 0.31),
        (0.67, 0.36),
    ],
    27,
    0.033,
)
NEAR = (
    [(-0.45, 1.08), (-0.12, 0.80), (0.04, 0.70), (0.17, 0.675), (0.28, 0.72), (0.335, 0.81)],
    [(0.62, 1.22), (0.42, 1.08), (0.27, 0.97), (0.21, 0.86), (0.25, 0.80), (0.335, 0.81)],
    17,
    0.026,
)
# Row, height and stripes of the rolling sea.
SWELLS = [
    (0.665, 0.010, 6),
    (0.705, 0.016, 6),
    (0.755, 0.024, 8),
    (0.82, 0.030, 9),
    (0.905, 0.036, 10),
]


def _enlarged(noise: Array, side: int) -> Array:
    """Stretch a smooth picture (S, S) to (side, side)."""
    return ndimage.zoom(noise, side / len(noise), order=1, mode="nearest", grid_mode=True)


def _cut_sky(side: int, rng: np.random.Generator) -> Blocks:
    """Drifting contour lines, and rays around the sun."""
    row, column = np.mgrid[0:side, 0:side] / side
    drift = _enlarged(fractal_noise(512, 36, 3, rng), side)
    press = _enlarged(smooth_noise(512, 17, rng), side)
    broken = ndimage.gaussian_filter(rng.standard_normal((side, side)), (2.0, 22.0))
    broken *= 0.3 / broken.std()
    east = column - SUN_AT[0]
    south = row - SUN_AT[1]
    radius = np.hypot(east, south) / SUN_RADIUS
    rays = 72.0 * np.arctan2(south, east) / (2 * np.pi)
    phase = np.where(radius < HALO, rays, 64.0 * row + 11.0 * drift)
    phase = np.where(radius < 1.0, 70.0 * row, phase)
    wave = np.sin(2 * np.pi * phase) + broken
    color = color_map(np.clip(row / 0.68 + 0.30 * (drift - 0.5), 0.0, 1.0), SKY)
    color = over(color, PAPER, np.clip(6.0 * (wave - 0.5), 0.0, 0.9))
    light = np.clip(6.0 * (wave - 0.9 + 0.5 * south / SUN_RADIUS), 0.0, 0.8)
    disc = over(np.broadcast_to(SUN, color.shape), SUN_LIGHT, light)
    key = np.clip(5.0 * (-wave - 1.05 + 0.8 * press), 0.0, 1.0) * 0.72 * (radius > 1.0)
    rim = np.minimum(np.abs(radius - 1.0), np.abs(radius - HALO))
    key = np.maximum(key, np.clip(1.4 - rim / 0.02, 0.0, 1.0))
    return Blocks(np.where((radius < 1.0)[..., None], disc, color), key)


def _print_mist(blocks: Blocks, rng: np.random.Generator) -> None:
    """Round-ended bars of warm mist, carved along their length."""
    ends = np.sqrt(np.clip(1.0 - np.linspace(-1, 1, 40) ** 10, 0.0, 1.0))
    for k, row in enumerate(np.linspace(0.03, 0.64, 13)):
        left = rng.uniform(-0.1, 0.85)
        length = rng.uniform(0.14, 0.42)
        for step in range(rng.integers(2, 4)):
            level = row + 0.013 * step
            first = [left + 0.07 * step, level]
            middle = np.linspace(first, [left + 0.05 * step + length, level], 40)
            edges = ribbon(middle, 0.013 * ends + 1e-4)
            blocks.lay(edges, MISTS[(k + step) % 4])
            for edge in edges:
                blocks.line(edge, 0.0018)
            for low in (-0.003, 0.0, 0.003):
                begin, end = np.sort(rng.integers(2, 38, 2))
                carved = middle[begin : end + 2] + np.array([0.0, low])
                ink = PAPER if k % 2 else MISTS[(k + step + 2) % 4]
                blocks.lay(ribbon(carved, 0.0018), ink)


def _print_swells(blocks: Blocks, rng: np.random.Generator) -> None:
    """Rows of rolling sea from the horizon to the lower edge."""
    column = np.linspace(-0.05, 1.05, 240)
    for k, (row, height, stripes) in enumerate(SWELLS):
        rolling = 0.9 * np.abs(np.sin((9.0 - 1.2 * k) * column + 1.7 * k)) ** 1.4
        crest = row + height * (rolling + 0.3 * np.sin(23.0 * column + k))
        below = crest + 0.055 + 2.4 * height + 0.5 * height * np.sin(11.0 * column + 2.0 * k)
        back = np.stack([column, crest], axis=-1)
        front = np.stack([column, below], axis=-1)
        print_body(blocks, back, front, stripes, rng)


def _pressed(blocks: Blocks, rng: np.random.Generator) -> Array:
    """The print (S, S, 3): worn ink, the plank's grain, the key block a little out of register."""
    side = len(blocks.key)
    grain = ndimage.gaussian_filter(rng.standard_normal((side, side)), (1.2, 60.0)) * 60.0
    years = 22.0 * _enlarged(fractal_noise(512, 57, 2, rng), side) + 0.12 * grain
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * years)
    speckle = ndimage.gaussian_filter(rng.standard_normal((side, side)), 1.3) * 4.0
    worn = np.clip(0.10 + 0.16 * rings + 0.14 * speckle + 0.05 * grain, 0.0, 0.5)
    picture = over(blocks.color, PAPER, worn)
    shift = max(side // 700, 1)
    key = ndimage.shift(blocks.key, (shift, -shift), order=0, mode="nearest")
    key = ndimage.gaussian_filter(key, 0.8)
    picture = over(picture, INDIGO, np.clip(key * (1.0 - 0.6 * worn), 0.0, 1.0))
    shade = 0.30 * rings * (0.6 + 0.4 * np.clip(grain, -1.0, 1.0))
    return over(picture, GRAIN * picture, shade)


def paint(size: int, rng: np.random.Generator) -> Array:
    """A print of four waves, (size, size, 3) in [0, 1]."""
    blocks = _cut_sky(2 * size, rng)
    _print_mist(blocks, rng)
    _print_swells(blocks, rng)
    for back_points, front_points, stripes, foam in (FAR, GREAT, NEAR):
        back = spline(back_points)
        front = spline(front_points)
        toward = np.sign(front_points[-1][0] - back_points[0][0])
        print_spray(blocks, back, toward, foam, rng)
        print_body(blocks, back, front, stripes, rng)
        print_foam(blocks, back, front, foam, rng)
    return np.clip(halve(_pressed(blocks, rng)), 0.0, 1.0)
