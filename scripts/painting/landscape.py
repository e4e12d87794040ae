"""The scene that the pointillist's dabs are taken from."""

import numpy as np

from painting.canvas import Array, color_map, fractal_noise, hex_color, over, smooth_noise

SKY = ["#5f86d8", "#8fa8ea", "#c9b4e6", "#f6b9bf", "#fdd08f", "#ffe9a0"]
CLOUD = ["#b59be0", "#f7b3b8", "#ffe2b0", "#fff6d8"]
HILLS = ["#6a62c4", "#9a7fd0", "#e59fb4"]
MEADOW = ["#5b4bb0", "#2f8f6a", "#7fb83a", "#c9d83c", "#f3d840", "#fbb24a"]
FOLIAGE = ["#33287f", "#3b4aa8", "#1f7d6b", "#4f9f3a", "#a9c832", "#f2d43a", "#ffb347"]
TRUNK = ["#3a2468", "#7a3c6a", "#d8693a", "#ffb56b"]
FLOWERS = ["#e8477f", "#ff7a3c", "#fff0c0", "#d44ba0"]
SHADOW = "#5a3fae"
LAKE = "#3f8fd8"
# Of a tree: columns of its foot, row of its foot, half of its width, height.
NEAR_TREES = [
    (0.60, 0.60, 0.05, 0.19),
    (0.68, 0.61, 0.06, 0.10),
    (0.93, 0.66, 0.13, 0.30),
    (0.14, 0.82, 0.21, 0.60),
]
FAR_TREES = [
    (0.44, 0.50, 0.03, 0.10),
    (0.49, 0.50, 0.022, 0.13),
    (0.535, 0.51, 0.03, 0.09),
    (0.36, 0.49, 0.04, 0.05),
]
SUN = np.array([-0.62, 0.55])
HORIZON = 0.47
LAKE_END = 0.62


def landscape(size: int, rng: np.random.Generator) -> Array:
    """Sky, hills, a lake that mirrors them, meadow and trees -> (size, size, 3)."""
    row, column = np.mgrid[0:size, 0:size] / size
    picture = _sky_and_hills(row, column, rng)
    for tree in FAR_TREES:
        picture = _plant_tree(picture, row, column, tree, rng)
    picture = _flood(picture, row, column, rng)
    picture = _sow_meadow(picture, row, column, rng)
    for tree in NEAR_TREES:
        picture = _plant_tree(picture, row, column, tree, rng)
    return picture


def _sky_and_hills(row: Array, column: Array, rng: np.random.Generator) -> Array:
    """Streaming clouds over violet hills."""
    size = len(row)
    glow = 0.35 * np.exp(-(((column - 0.72) / 0.3) ** 2 + ((row - 0.36) / 0.2) ** 2))
    picture = color_map(row / HORIZON * 0.85 + glow, SKY)
    billows = fractal_noise(size, size / 14, 4, rng)[(np.arange(size) * 3) % size]
    clouds = color_map(billows * 1.5 - 0.35, CLOUD)
    picture = over(picture, clouds, np.clip(5 * billows - 2.3, 0, 0.9))
    for level, tint in ((0.385, 0.9), (0.43, 0.3)):
        ridge = level + 0.09 * (smooth_noise(size, size / 14, rng)[0] - 0.5)
        lit = tint + 0.5 * (fractal_noise(size, size / 30, 3, rng) - 0.5)
        picture = over(picture, color_map(lit, HILLS), (row > ridge).astype(float))
    return picture


def _flood(picture: Array, row: Array, column: Array, rng: np.random.Generator) -> Array:
    """Below the horizon, a lake that mirrors what is above it."""
    size = len(row)
    wave = np.sin(row * 320 + 5 * smooth_noise(size, size / 20, rng))
    ripple = 0.014 * wave * (row - HORIZON + 0.03) / 0.1
    source = np.clip((2 * HORIZON - row * 1.0 + ripple) * size, 0, size - 1).astype(int)
    mirrored = picture[source, np.arange(size)[None]]
    waves = np.sin(row * 260 + 9 * smooth_noise(size, size / 24, rng) + 2 * np.sin(column * 14))
    lake = over(mirrored, hex_color(LAKE), np.clip(0.3 + 0.75 * waves, 0, 0.85))
    return over(picture, lake, (row > HORIZON + 0.015) * 1.0)


def _sow_meadow(picture: Array, row: Array, column: Array, rng: np.random.Generator) -> Array:
    """Grass in bands from the shore on, and flowers in it."""
    size = len(row)
    shore = LAKE_END - 0.16 * np.clip(column - 0.45, 0, 1) + 0.1 * np.clip(0.35 - column, 0, 1)
    shore = shore + 0.03 * np.sin(11 * column)
    depth = (row - shore) / (1 - shore)
    tufts = fractal_noise(size, size / 11, 5, rng)[(np.arange(size) * 4) % size]
    bands = 0.5 + 0.5 * np.sin(13 * depth + 2.5 * np.sin(4 * column) + 1.0)
    grass = color_map(1.02 - 0.42 * depth + 1.3 * (tufts - 0.52) - 0.22 * bands, MEADOW)
    picture = over(picture, grass, (depth > 0) * 1.0)
    bloom = fractal_noise(size, size / 50, 3, rng)[(np.arange(size) * 2) % size]
    petals = color_map(smooth_noise(size, size / 50, rng) * 1.6 - 0.3, FLOWERS)
    return over(picture, petals, 0.9 * ((bloom + 0.2 * depth > 0.72) & (depth > 0.1)))


def _plant_tree(
    picture: Array,
    row: Array,
    column: Array,
    tree: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> Array:
    """Violet shadow on the ground, trunk, and a crown of clumps lit by the sun."""
    foot, base, half_width, height = tree
    reach = (row - base - 0.02 - 0.12 * (foot - column)) / (0.12 * half_width + 0.012)
    shade = np.exp(-(reach**4))
    shade *= np.exp(-(((column - foot + 1.1 * half_width) / (1.7 * half_width)) ** 4))
    picture = over(picture, hex_color(SHADOW), 0.8 * shade * (row > base - 0.02))
    lean = foot + 0.03 * height * np.sin(9 * (row - base))
    side = (column - lean) / (0.09 * half_width + 0.004)
    trunk = (np.abs(side) < 1) & (row < base) & (row > base - 0.7 * height)
    picture = over(picture, color_map(0.5 + 0.5 * side, TRUNK), trunk.astype(float))
    leaves = 0.5 * (fractal_noise(len(row), len(row) / 60, 3, rng) - 0.5)
    for _ in range(34):
        _add_clump(picture, row, column, tree, leaves, rng)
    return picture


def _add_clump(
    picture: Array,
    row: Array,
    column: Array,
    tree: tuple[float, float, float, float],
    leaves: Array,
    rng: np.random.Generator,
) -> None:
    """One ragged ball of a tree's crown, in place."""
    foot, base, half_width, height = tree
    heart = np.array([base - 0.64 * height, foot])
    extent = np.array([0.30 * height, 0.75 * half_width])
    angle = rng.uniform(0, 2 * np.pi)
    reach = np.sqrt(rng.uniform())
    center = heart + extent * reach * np.array([np.sin(angle), np.cos(angle)])
    radius = half_width * rng.uniform(0.22, 0.42)
    corners = np.clip(center + 1.5 * np.array([[-1], [1]]) * radius, 0, 1) * len(row)
    low, high = corners.astype(int)
    box = np.s_[low[0] : high[0], low[1] : high[1]]
    down = (row[box] - center[0]) / radius
    across = (column[box] - center[1]) / radius
    ragged = down**2 + across**2 + 2 * leaves[box]
    place = (center - heart) / extent
    light = 0.46 + 0.3 * (down * SUN[0] + across * SUN[1]) + 0.2 * (place @ SUN) + leaves[box]
    picture[box] = over(picture[box], color_map(light, FOLIAGE), (ragged < 1) * 1.0)
