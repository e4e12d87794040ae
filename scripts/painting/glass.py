"""A rose window: petals and rays of jewel-colored glass in dark lead, after the cathedral glaziers.

It is lit from behind.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from painting.canvas import (
    Array,
    color_map,
    emboss,
    fractal_noise,
    halve,
    hex_color,
    over,
    smooth_noise,
)

Labels = NDArray[np.int64]

LEAD = hex_color("#0b0c10")
SHINE = hex_color("#8d93a0")
RUBY = ["#3d0208", "#8e0615", "#d41224", "#ff4a3a"]
COBALT = ["#050f4a", "#0b2aa0", "#1c56e0", "#5fa4ff"]
EMERALD = ["#02301c", "#04683a", "#12a45a", "#7be08a"]
AMBER = ["#7a3200", "#d07400", "#ffb41e", "#fff09a"]
VIOLET = ["#1e0640", "#4b1390", "#8a3fd0", "#d79cff"]
AZURE = ["#033a52", "#0b7fa8", "#3cc4e0", "#c8f6f4"]
CENTER = (0.5, 0.5)  # column, row
RINGS = [  # radius, petals, depth of the lobes, glass of even and odd petals; from the outside in
    (2.00, 32, 0.00, COBALT, VIOLET),
    (0.56, 32, 0.05, RUBY, AZURE),
    (0.47, 16, 0.20, EMERALD, COBALT),
    (0.388, 64, 0.01, AZURE, AMBER),
    (0.360, 16, 0.00, AMBER, RUBY),
    (0.335, 16, 0.24, COBALT, COBALT),
    (0.235, 8, 0.30, RUBY, VIOLET),
    (0.150, 8, 0.26, AMBER, EMERALD),
    (0.062, 8, 0.05, AZURE, RUBY),
    (0.026, 1, 0.00, AMBER, AMBER),
]
PANES = 28  # Voronoi panes along a side


def _rosette(column: Array, row: Array) -> tuple[Labels, Labels, Array]:
    """Ring, petal within the ring and distance to the center of each point of the unit square."""
    radius = np.hypot(column - CENTER[0], row - CENTER[1])
    turn = np.arctan2(row - CENTER[1], column - CENTER[0]) / (2 * np.pi) + 0.5
    ring = np.zeros(radius.shape, int)
    petal = np.zeros(radius.shape, int)
    for index, (reach, count, depth, _, _) in enumerate(RINGS):
        position = (turn * count + 0.5 * index) % count
        lobe = np.abs(np.sin(np.pi * position)) ** 0.7
        inside = radius < reach * (1.0 - depth * (1.0 - lobe))
        ring[inside] = index
        petal[inside] = position.astype(int)[inside]
    return ring, petal, radius


def _broken_into_panes(
    column: Array, row: Array, petals: Labels, rng: np.random.Generator
) -> Labels:
    """A label for each piece of glass: a petal within a Voronoi cell."""
    corners = np.mgrid[0:PANES, 0:PANES].reshape(2, -1).T
    sites = (corners + rng.uniform(-0.05, 1.05, (PANES**2, 2))) / PANES
    cell = cKDTree(sites).query(np.stack([row, column], axis=-1))[1]
    return cell * 7 + petals * 7919


def _distance_to_seams(labels: Labels) -> Array:
    """Pixels to the nearest boundary between two labels, (H, W)."""
    seam = np.zeros(labels.shape, bool)
    seam[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    seam[1:] |= labels[1:] != labels[:-1]
    return ndimage.distance_transform_edt(~seam)


def _streaks(side: int, angle: Array, rng: np.random.Generator) -> Array:
    """Streaks of drawn glass along ``angle`` (H, W), which is constant in each pane; in [0, 1]."""
    noise = ndimage.gaussian_filter(rng.standard_normal((1024, 1024)), (1.6, 34.0), mode="wrap")
    broad = ndimage.gaussian_filter(rng.standard_normal((1024, 1024)), (7.0, 70.0), mode="wrap")
    noise += 1.5 * broad * 2.5
    noise = np.clip(0.5 + 0.22 * noise / noise.std(), 0.0, 1.0)
    row, column = np.mgrid[0:side, 0:side] * (2048 / side)
    along = column * np.cos(angle) + row * np.sin(angle) + 999.0 * angle
    across = row * np.cos(angle) - column * np.sin(angle)
    return noise[(across * 0.7).astype(int) % 1024, (along * 0.7).astype(int) % 1024]


def _bubbles(side: int, count: int, rng: np.random.Generator) -> Array:
    """Relief (side, side) of small air bubbles and seeds."""
    relief = np.zeros((side, side))
    grid = np.mgrid[-12:13, -12:13]
    for row, column in rng.integers(12, side - 13, (count, 2)):
        radius = rng.uniform(2.0, 5.0) * side / 2048 * (1.0 + (rng.random() < 0.15))
        dome = np.clip(1.0 - (grid**2).sum(0) / radius**2, 0.0, 1.0) ** 0.5
        relief[row - 12 : row + 13, column - 12 : column + 13] += dome
    return relief


def _brushwork(side: int, angle: Array, chosen: Array, wobble: Array) -> Array:
    """Dark hatching scratched into some of the panes, coverage (side, side).

    ``chosen``: a random number in [0, 1) for each pane; low ones are hatched, the lowest crossed.
    """
    row, column = np.mgrid[0:side, 0:side] * (2048 / side)
    across = row * np.cos(angle) - column * np.sin(angle) + 60.0 * wobble
    along = row * np.sin(angle) + column * np.cos(angle) + 60.0 * wobble
    hatch = np.clip(2.2 * np.sin(across * 0.42) - 0.9 + wobble, 0.0, 1.0)
    cross = np.clip(2.2 * np.sin(along * 0.42) - 1.1 + wobble, 0.0, 1.0)
    return np.select([chosen < 0.16, chosen < 0.34], [np.maximum(hatch, cross), hatch], 0.0) * 0.62


def _glaze(ring: Labels, petal: Labels, tone: Array) -> Array:
    """Color (H, W, 3) of each point from the glass of its petal and a light ``tone`` in [0, 1]."""
    picture = np.zeros((*ring.shape, 3))
    for index, (_, _, _, even, odd) in enumerate(RINGS):
        for parity, glass in enumerate((even, odd)):
            inside = (ring == index) & (petal % 2 == parity)
            picture[inside] = color_map(tone[inside], glass)
    return picture


def _distance_to_lead(petals: Labels, panes: Labels, wobble: Array) -> Array:
    """Half widths to the middle of the nearest lead: heavy around petals, light around panes."""
    unit = len(panes) / 2048
    heavy = _distance_to_seams(petals) / unit
    light = _distance_to_seams(panes) / unit
    return np.minimum(heavy / (8.5 + 5.0 * wobble), light / (3.2 + 3.6 * wobble))


def _metal(lead: Array, wobble: Array) -> Array:
    """Color (H, W, 3) of rounded lead that catches light from the upper left."""
    rounded = ndimage.gaussian_filter(np.sqrt(np.clip(1.0 - lead**2, 0.0, 1.0)), len(lead) / 1024)
    glint = np.clip(emboss(rounded, 0.6) - 1.45, 0.0, 0.75)
    return over(LEAD * (1.0 + 0.8 * wobble[..., None]), SHINE, glint)


def paint(size: int, rng: np.random.Generator) -> Array:
    """A rose window of some thousand panes, (size, size, 3) in [0, 1]."""
    side = 2 * size
    unit = size / 1024
    bent = np.stack([smooth_noise(side, side / 18, rng) - 0.5 for _ in range(2)])
    row, column = np.mgrid[0:side, 0:side] / side + 0.020 * bent
    ring, petal, radius = _rosette(column, row)
    petals = ring * 100 + petal
    panes = _broken_into_panes(column, row, petals, rng)
    turn, tilt, start, shade, painted = rng.random((5, 65536))[:, panes % 65536]
    wobble = smooth_noise(side, 24 * unit, rng)
    lead = _distance_to_lead(petals, panes, wobble)
    angle = 2 * np.pi * turn

    slope = np.sin((column * np.cos(6.3 * tilt) + row * np.sin(6.3 * tilt)) * 30.0 + 6.3 * start)
    tone = 0.42 + 0.44 * (shade - 0.5) + 0.20 * slope + 0.50 * (_streaks(side, angle, rng) - 0.5)
    cloud = fractal_noise(side, 60 * unit, 4, rng) - 0.5
    tone += 0.30 * np.exp(-((radius / 0.30) ** 2)) + 0.22 * cloud
    picture = _glaze(ring, petal, np.clip(tone - 0.30 * np.exp(-0.5 * lead), 0.0, 1.0))
    relief = ndimage.gaussian_filter(_bubbles(side, 6000, rng), 0.7)
    picture *= np.clip(emboss(relief, 0.11), 0.5, 1.7)[..., None]
    picture = over(picture, 0.22 * picture, _brushwork(side, angle, painted, wobble))
    leaded = over(picture, _metal(lead, wobble), np.clip(3.0 - 3.0 * lead, 0.0, 1.0))
    glass = halve(leaded)
    glow = ndimage.gaussian_filter(glass, (14 * unit, 14 * unit, 0))
    return np.clip(1.0 - (1.0 - glass) * (1.0 - 0.34 * glow), 0.0, 1.0)
