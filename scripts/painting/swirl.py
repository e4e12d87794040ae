"""A night sky in thick curved oil strokes that follow whirling air, after post-impressionists."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from painting.canvas import Array, color_map, emboss, halve, over, smooth_noise

SKY = ["#070d2e", "#0d1c58", "#16389a", "#1f5fb4", "#3f95c6", "#8cc9cc", "#d6e6c4"]
GLOW = ["#2b6fb5", "#4fa3c0", "#a9cf9a", "#f2d84a", "#f08a1a", "#f8cf2a", "#fde978", "#fffbe0"]
HILLS = ["#071226", "#0d2b3d", "#17455c", "#2b6a5a"]
WATER = ["#081240", "#10307a", "#1d5aa6", "#3f92b8", "#8fd0c4"]
CYPRESS = ["#04100f", "#0b2318", "#1b3a1e", "#4a4a1c", "#7a4a1c"]
LIGHTS = [  # column, row, radius: the moon, then the stars
    (0.23, 0.21, 0.085),
    (0.49, 0.09, 0.034),
    (0.66, 0.17, 0.020),
    (0.91, 0.12, 0.046),
    (0.06, 0.45, 0.026),
    (0.96, 0.43, 0.024),
    (0.34, 0.60, 0.018),
    (0.66, 0.58, 0.026),
    (0.05, 0.05, 0.015),
    (0.78, 0.05, 0.013),
]
WHIRLS = [  # column, row, radius, spin
    (0.47, 0.37, 0.17, 1.0),
    (0.70, 0.36, 0.10, -1.0),
    (0.17, 0.57, 0.08, -1.0),
]
SHORE = 0.80  # row of the water's edge
BRUSHES = [  # length and width in 1/1024 of the side; strokes
    (110, 22, 2200),
    (72, 15, 3600),
    (46, 10, 4200),
    (26, 6, 5200),
]
BATCH = 200  # strokes at a time


def _horizon(column: Array) -> Array:
    """Row of the hills' outline at each column."""
    return 0.71 + 0.035 * np.sin(7.0 * column + 0.6) + 0.018 * np.sin(17.0 * column + 2.0)


def _cypress(column: Array, row: Array) -> Array:
    """Positive inside the flame-shaped tree, about 1 on its axis."""
    height = np.clip((1.02 - row) / 0.80, 0.0, 1.0)
    axis = 0.84 + 0.016 * np.sin(11.0 * row)
    flicker = 0.010 * np.sin(42.0 * row + 30.0 * column)
    half = 0.115 * (1.0 - height) ** 0.75 * (0.75 + 0.5 * height) + flicker
    return np.where(height < 1.0, 1.0 - np.abs(column - axis) / np.maximum(half, 1e-3), -1.0)


def _flow(column: Array, row: Array) -> Array:
    """Unit direction of the brush: wind in the sky, slopes, ripples, and flames in the tree.

    (...) columns and rows in [0, 1] -> (..., 2) as (column, row).
    """
    across = np.ones_like(column)
    down = 0.45 * np.sin(8.0 * column + 5.0 * row)
    discs = [(x, y, 2.4 * radius, 1.0) for x, y, radius in LIGHTS]
    for x, y, radius, spin in WHIRLS + discs:
        east = column - x
        south = row - y
        distance = np.hypot(east, south) + 1e-6
        pull = 9.0 * spin * np.exp(-((distance / radius) ** 2)) / distance
        across = across - pull * (south + 0.15 * east)
        down = down + pull * (east - 0.15 * south)
    slope = (_horizon(column + 0.01) - _horizon(column - 0.01)) / 0.02
    land = row > _horizon(column)
    water = row > SHORE
    tree = _cypress(column, row) > 0
    across = np.where(land, 1.0, across)
    down = np.where(land, 1.3 * slope, down)
    down = np.where(water, 0.22 * np.sin(40.0 * row + 9.0 * column), down)
    across = np.where(tree, 0.55 * np.sin(24.0 * row + 20.0 * column), across)
    down = np.where(tree, -1.0, down)
    return np.stack([across, down], axis=-1) / np.hypot(across, down)[..., None]


def _drawn_along_flow(noise: Array, steps: int) -> Array:
    """Average noise (H, W) along the flow, so that its blots become long bands.

    Stretched to [0, 1] by rank.
    """
    size = len(noise)
    row, column = np.mgrid[0:size, 0:size] / size
    total = np.zeros_like(noise)
    for _ in range(steps):
        total += noise[(row * size).astype(int) % size, (column * size).astype(int) % size]
        step = _flow(column, row) * 1.5 / size
        column = np.clip(column + step[..., 0], 0.0, 0.999)
        row = np.clip(row + step[..., 1], 0.0, 0.999)
    return (total.ravel().argsort().argsort() / total.size).reshape(total.shape)


def _composition(rng: np.random.Generator, size: int = 320) -> Array:
    """The colors that the strokes take up, (size, size, 3)."""
    row, column = np.mgrid[0:size, 0:size] / size
    bands = _drawn_along_flow(smooth_noise(size, size / 90, rng), 34)
    whirl = sum(
        np.exp(-((np.hypot(column - x, row - y) / radius) ** 2)) for x, y, radius, _ in WHIRLS
    )
    picture = color_map(np.clip(0.78 * bands + 0.30 * whirl + 0.22 * (row - 0.35), 0.0, 1.0), SKY)
    for x, y, radius in LIGHTS:
        distance = np.hypot(column - x, row - y) / radius
        halo = np.clip(1.22 - distance / 2.4 + 0.16 * np.cos(6.0 * distance), 0.0, 1.0)
        glow = color_map(halo * (0.80 + 0.20 * bands), GLOW)
        picture = over(picture, glow, np.clip(1.5 * halo, 0.0, 1.0))
    hills = color_map(bands, HILLS)
    picture = np.where((row > _horizon(column))[..., None], hills, picture)
    picture = np.where((row > SHORE)[..., None], _water(column, bands, rng), picture)
    tree = color_map(bands**1.4, CYPRESS)
    return np.where((_cypress(column, row) > 0)[..., None], tree, picture)


def _water(column: Array, bands: Array, rng: np.random.Generator) -> Array:
    """Ripples (S, S, 3) that glint below the moon and the stars."""
    size = len(bands)
    glints = _drawn_along_flow(smooth_noise(size, size / 160, rng), 14)
    lights = sum(np.exp(-(((column - x) / (0.5 * radius + 0.012)) ** 2)) for x, _, radius in LIGHTS)
    sparkle = np.clip(4.0 * lights * (glints - 0.5), 0.0, 1.0)
    return over(color_map(bands, WATER), color_map(0.45 + 0.5 * bands, GLOW), sparkle)


def _stroke_points(
    starts: Array, length: float, width: float, unit: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Follow the flow from ``starts`` (N, 2), as dense ribbons.

    Returns:
        Rows and columns (N, along, across) in pixels.
    """
    along = max(int(1.6 * length * unit), 8)
    across = max(int(1.6 * width * unit), 5)
    steps = 12
    spine = [starts]
    for _ in range(steps):
        spine.append(spine[-1] + _flow(spine[-1][:, 0], spine[-1][:, 1]) * length / 1024 / steps)
    dense = ndimage.zoom(np.stack(spine, axis=1), (1, along / (steps + 1), 1), order=1)
    tangent = np.gradient(dense, axis=1)
    size = np.hypot(tangent[..., 0], tangent[..., 1])[..., None] + 1e-12
    normal = tangent[..., ::-1] * [-1.0, 1.0] / size
    offset = np.linspace(-0.5, 0.5, across) * width / 1024
    points = (dense[:, :, None] + offset[:, None] * normal[:, :, None]) * 1024 * unit
    return np.rint(points[..., 1]).astype(int), np.rint(points[..., 0]).astype(int)


def _bristle_relief(shape: tuple[int, int, int], rng: np.random.Generator) -> Array:
    """Paint thickness (N, along, across) of ribbons; below 0 there is no paint.

    The bristles make ridges, a rim and ragged ends.
    """
    along = np.linspace(-1, 1, shape[1])[:, None]
    across = np.linspace(-1, 1, shape[2])
    noise = rng.standard_normal((2, shape[0], 1, shape[2]))
    first, last = ndimage.gaussian_filter1d(noise, 0.9, axis=-1) * 1.7
    ridges = first + (0.5 + 0.5 * along) * (last - first)
    outline = 1.0 - np.abs(along) ** 5 - np.abs(across) ** 4
    return outline + 0.26 * ridges


def paint(size: int, rng: np.random.Generator) -> Array:
    """A night of whirls, moons and a cypress over water, (size, size, 3) in [0, 1]."""
    colors = _composition(rng)
    side = 2 * size
    nearest = np.arange(side) * len(colors) // side
    canvas = colors[nearest[:, None], nearest]
    relief = np.zeros((side, side))
    for length, width, count in BRUSHES:
        for _ in range(count // BATCH):
            starts = rng.uniform(-0.03, 1.03, (BATCH, 2))
            rows, columns = _stroke_points(starts, length, width, side / 1024)
            thickness = _bristle_relief(rows.shape, rng)
            middle = np.stack([rows, columns])[:, :, rows.shape[1] // 2, rows.shape[2] // 2]
            picked = colors[tuple(np.clip(middle * len(colors) // side, 0, len(colors) - 1))]
            color = picked * rng.normal(1.0, 0.13, (BATCH, 1)) + rng.normal(0.0, 0.035, (BATCH, 3))
            tinted = color[:, None, None] * (0.72 + 0.36 * np.clip(thickness, 0.0, 1.4)[..., None])
            on_canvas = (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
            painted = (thickness > 0.12) & on_canvas
            canvas[rows[painted], columns[painted]] = tinted[painted]
            relief[rows[painted], columns[painted]] = thickness[painted] * width / 12
    light = emboss(ndimage.gaussian_filter(relief, 1.1), 0.16)
    return np.clip(halve(canvas * np.clip(light, 0.55, 1.6)[..., None]), 0.0, 1.0)
