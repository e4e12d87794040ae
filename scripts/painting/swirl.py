"""A night sky in thick curved oil strokes that follow whirling air, after the post-impressionists."""

import numpy as np
from scipy import ndimage

from painting.canvas import color_map, emboss, halve, over, smooth_noise

SKY = ["#070d2e", "#0d1c58", "#16389a", "#1f5fb4", "#3f95c6", "#8cc9cc", "#d6e6c4"]
GLOW = ["#2b6fb5", "#4fa3c0", "#a9cf9a", "#f2d84a", "#f08a1a", "#f8cf2a", "#fde978", "#fffbe0"]
HILLS = ["#071226", "#0d2b3d", "#17455c", "#2b6a5a"]
WATER = ["#081240", "#10307a", "#1d5aa6", "#3f92b8", "#8fd0c4"]
CYPRESS = ["#04100f", "#0b2318", "#1b3a1e", "#4a4a1c", "#7a4a1c"]
MOON = (0.23, 0.21, 0.085)  # column, row, radius
STARS = [(0.49, 0.09, 0.034), (0.66, 0.17, 0.020), (0.91, 0.12, 0.046), (0.06, 0.45, 0.026), (0.96, 0.43, 0.024),
         (0.34, 0.60, 0.018), (0.66, 0.58, 0.026), (0.05, 0.05, 0.015), (0.78, 0.05, 0.013)]  # fmt: skip
WHIRLS = [
    (0.47, 0.37, 0.17, 1.0),
    (0.70, 0.36, 0.10, -1.0),
    (0.17, 0.57, 0.08, -1.0),
]  # column, row, radius, spin
SHORE = 0.80  # row of the water's edge
BRUSHES = [
    (110, 22, 2200),
    (72, 15, 3600),
    (46, 10, 4200),
    (26, 6, 5200),
]  # length, width in 1/1024 of the side; strokes


def horizon(column: np.ndarray) -> np.ndarray:
    """Row of the hills' outline at each column."""
    return 0.71 + 0.035 * np.sin(7.0 * column + 0.6) + 0.018 * np.sin(17.0 * column + 2.0)


def cypress(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Positive inside the flame-shaped tree, about 1 on its axis."""
    height = np.clip((1.02 - row) / 0.80, 0.0, 1.0)
    axis = 0.84 + 0.016 * np.sin(11.0 * row)
    half = 0.115 * (1.0 - height) ** 0.75 * (0.75 + 0.5 * height) + 0.010 * np.sin(
        42.0 * row + 30.0 * column
    )
    return np.where(height < 1.0, 1.0 - np.abs(column - axis) / np.maximum(half, 1e-3), -1.0)


def flow(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Unit direction (..., 2) as (column, row) of the brush: wind in the sky, slopes, ripples, and flames in the tree."""
    across, down = np.ones_like(column), 0.45 * np.sin(8.0 * column + 5.0 * row)
    discs = [(x, y, 2.4 * radius, 1.0) for x, y, radius in [MOON, *STARS]]
    for x, y, radius, spin in WHIRLS + discs:
        east, south = column - x, row - y
        distance = np.hypot(east, south) + 1e-6
        pull = 9.0 * spin * np.exp(-((distance / radius) ** 2)) / distance
        across, down = across - pull * (south + 0.15 * east), down + pull * (east - 0.15 * south)
    slope = (horizon(column + 0.01) - horizon(column - 0.01)) / 0.02
    land, water, tree = row > horizon(column), row > SHORE, cypress(column, row) > 0
    across, down = np.where(land, 1.0, across), np.where(land, 1.3 * slope, down)
    down = np.where(water, 0.22 * np.sin(40.0 * row + 9.0 * column), down)
    across = np.where(tree, 0.55 * np.sin(24.0 * row + 20.0 * column), across)
    down = np.where(tree, -1.0, down)
    return np.stack([across, down], axis=-1) / np.hypot(across, down)[..., None]


def drawn_along_flow(noise: np.ndarray, steps: int) -> np.ndarray:
    """Average the noise (H, W) along the flow, so that its blots become long bands; stretched to [0, 1] by rank."""
    size = len(noise)
    row, column = np.mgrid[0:size, 0:size] / size
    total = np.zeros_like(noise)
    for _ in range(steps):
        total += noise[(row * size).astype(int) % size, (column * size).astype(int) % size]
        step = flow(column, row) * 1.5 / size
        column, row = (
            np.clip(column + step[..., 0], 0.0, 0.999),
            np.clip(row + step[..., 1], 0.0, 0.999),
        )
    return (total.ravel().argsort().argsort() / total.size).reshape(total.shape)


def composition(rng: np.random.Generator, size: int = 320) -> np.ndarray:
    """The colors that the strokes take up, (size, size, 3)."""
    row, column = np.mgrid[0:size, 0:size] / size
    bands = drawn_along_flow(smooth_noise(size, size / 90, rng), 34)
    whirl = sum(
        np.exp(-((np.hypot(column - x, row - y) / radius) ** 2)) for x, y, radius, _ in WHIRLS
    )
    picture = color_map(np.clip(0.78 * bands + 0.30 * whirl + 0.22 * (row - 0.35), 0.0, 1.0), SKY)
    for x, y, radius in [MOON, *STARS]:
        distance = np.hypot(column - x, row - y) / radius
        halo = np.clip(1.22 - distance / 2.4 + 0.16 * np.cos(6.0 * distance), 0.0, 1.0)
        picture = over(
            picture, color_map(halo * (0.80 + 0.20 * bands), GLOW), np.clip(1.5 * halo, 0.0, 1.0)
        )
    picture = np.where((row > horizon(column))[..., None], color_map(bands, HILLS), picture)
    glints = drawn_along_flow(smooth_noise(size, size / 160, rng), 14)
    lights = sum(
        np.exp(-(((column - x) / (0.5 * radius + 0.012)) ** 2)) for x, _, radius in [MOON, *STARS]
    )
    sparkle = np.clip(4.0 * lights * (glints - 0.5), 0.0, 1.0)
    water = over(color_map(bands, WATER), color_map(0.45 + 0.5 * bands, GLOW), sparkle)
    picture = np.where((row > SHORE)[..., None], water, picture)
    return np.where((cypress(column, row) > 0)[..., None], color_map(bands**1.4, CYPRESS), picture)


def stroke_points(
    starts: np.ndarray, length: float, width: float, unit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Follow the flow from ``starts`` (N, 2) -> rows and columns (N, along, across) in pixels of a dense ribbon each."""
    along, across = max(int(1.6 * length * unit), 8), max(int(1.6 * width * unit), 5)
    steps = 12
    spine = [starts]
    for _ in range(steps):
        spine.append(spine[-1] + flow(spine[-1][:, 0], spine[-1][:, 1]) * length / 1024 / steps)
    spine = ndimage.zoom(np.stack(spine, axis=1), (1, along / (steps + 1), 1), order=1)
    tangent = np.gradient(spine, axis=1)
    normal = (
        tangent[..., ::-1]
        * [-1.0, 1.0]
        / (np.hypot(tangent[..., 0], tangent[..., 1])[..., None] + 1e-12)
    )
    offset = np.linspace(-0.5, 0.5, across) * width / 1024
    points = (spine[:, :, None] + offset[:, None] * normal[:, :, None]) * 1024 * unit
    return np.rint(points[..., 1]).astype(int), np.rint(points[..., 0]).astype(int)


def bristle_relief(shape: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """Paint thickness (N, along, across) of ribbons: ridges of the bristles, a rim, ragged ends; below 0 no paint."""
    along, across = np.linspace(-1, 1, shape[1])[:, None], np.linspace(-1, 1, shape[2])
    first, last = (
        ndimage.gaussian_filter1d(rng.standard_normal((2, shape[0], 1, shape[2])), 0.9, axis=-1)
        * 1.7
    )
    ridges = first + (0.5 + 0.5 * along) * (last - first)
    outline = 1.0 - np.abs(along) ** 5 - np.abs(across) ** 4
    return outline + 0.26 * ridges


def paint(size: int, rng: np.random.Generator) -> np.ndarray:
    """A night of whirls, moons and a cypress over water, (size, size, 3) in [0, 1]."""
    colors, side, batch = composition(rng), 2 * size, 200
    nearest = np.arange(side) * len(colors) // side
    canvas, relief = colors[nearest[:, None], nearest], np.zeros((side, side))
    for length, width, count in BRUSHES:
        for _ in range(count // batch):
            rows, columns = stroke_points(
                rng.uniform(-0.03, 1.03, (batch, 2)), length, width, side / 1024
            )
            thickness = bristle_relief(rows.shape, rng)
            middle = np.stack([rows, columns])[:, :, rows.shape[1] // 2, rows.shape[2] // 2]
            picked = colors[tuple(np.clip(middle * len(colors) // side, 0, len(colors) - 1))]
            color = picked * rng.normal(1.0, 0.13, (batch, 1)) + rng.normal(0.0, 0.035, (batch, 3))
            inside = (
                (thickness > 0.12) & (rows >= 0) & (rows < side) & (columns >= 0) & (columns < side)
            )
            tinted = color[:, None, None] * (0.72 + 0.36 * np.clip(thickness, 0.0, 1.4)[..., None])
            canvas[rows[inside], columns[inside]] = tinted[inside]
            relief[rows[inside], columns[inside]] = thickness[inside] * width / 12
    light = emboss(ndimage.gaussian_filter(relief, 1.1), 0.16)
    return np.clip(halve(canvas * np.clip(light, 0.55, 1.6)[..., None]), 0.0, 1.0)
