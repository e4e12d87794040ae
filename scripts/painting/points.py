"""Pointillism: a sunlit landscape of round dabs of pure pigment, mixed only by the eye (Seurat's and Signac's divisionism)."""

import numpy as np

from painting.canvas import (
    color_map,
    emboss,
    fractal_noise,
    hex_color,
    over,
    smooth_noise,
)

SKY = ["#5f86d8", "#8fa8ea", "#c9b4e6", "#f6b9bf", "#fdd08f", "#ffe9a0"]
CLOUD = ["#b59be0", "#f7b3b8", "#ffe2b0", "#fff6d8"]
HILLS = ["#6a62c4", "#9a7fd0", "#e59fb4"]
MEADOW = ["#5b4bb0", "#2f8f6a", "#7fb83a", "#c9d83c", "#f3d840", "#fbb24a"]
FOLIAGE = ["#33287f", "#3b4aa8", "#1f7d6b", "#4f9f3a", "#a9c832", "#f2d43a", "#ffb347"]
TRUNK = ["#3a2468", "#7a3c6a", "#d8693a", "#ffb56b"]
FLOWERS = ["#e8477f", "#ff7a3c", "#fff0c0", "#d44ba0"]
CANVAS = "#ecd8ae"
PIGMENTS = [
    "#2a2a8c",
    "#3d5fd0",
    "#7aa7f0",
    "#b9d4fa",
    "#53309a",
    "#8a5cc8",
    "#c3a0e6",
    "#b8327a",
    "#ee6f9a",
    "#f9b5bf",
    "#c93a2a",
]
PIGMENTS += [
    "#f2692c",
    "#fb9d3c",
    "#ffc765",
    "#f7e04a",
    "#fff1a3",
    "#fffbe6",
    "#c6dc3e",
    "#7fbf3a",
    "#2f9a4a",
    "#14705c",
    "#2fa7a0",
]
TREES = [
    (0.60, 0.60, 0.05, 0.19),
    (0.68, 0.61, 0.06, 0.10),
    (0.93, 0.66, 0.13, 0.30),
    (0.14, 0.82, 0.21, 0.60),
]
TREES += [
    (0.44, 0.50, 0.03, 0.10),
    (0.49, 0.50, 0.022, 0.13),
    (0.535, 0.51, 0.03, 0.09),
    (0.36, 0.49, 0.04, 0.05),
]
SUN = np.array([-0.62, 0.55])
HORIZON, LAKE_END = 0.47, 0.62
DABS = [(7.0, 7.6, 1.0), (5.4, 7.2, 0.85), (3.4, 6.2, 0.7)]


def distance_bands(
    size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sky with streaming clouds and violet hills -> the picture (size, size, 3) and the rows and columns in [0, 1]."""
    row, column = np.mgrid[0:size, 0:size] / size
    glow = 0.35 * np.exp(-(((column - 0.72) / 0.3) ** 2 + ((row - 0.36) / 0.2) ** 2))
    picture = color_map(row / HORIZON * 0.85 + glow, SKY)
    stretch = (np.arange(size) * 3) % size
    billows = fractal_noise(size, size / 14, 4, rng)[stretch][:, np.arange(size)]
    picture = over(
        picture, color_map(billows * 1.5 - 0.35, CLOUD), np.clip(5 * billows - 2.3, 0, 0.9)
    )
    for level, tint in ((0.385, 0.9), (0.43, 0.3)):
        ridge = level + 0.09 * (smooth_noise(size, size / 14, rng)[0] - 0.5)
        lit = tint + 0.5 * (fractal_noise(size, size / 30, 3, rng) - 0.5)
        picture = over(picture, color_map(lit, HILLS), (row > ridge).astype(float))
    return picture, row, column


def plant_tree(
    picture: np.ndarray, row: np.ndarray, column: np.ndarray, tree: tuple, rng: np.random.Generator
) -> np.ndarray:
    """Trunk, crown of clumps lit by the sun, and the violet shadow on the ground -> (size, size, 3)."""
    foot, base, half_width, height = tree
    shade = np.exp(
        -(((row - base - 0.02 - 0.12 * (foot - column)) / (0.12 * half_width + 0.012)) ** 4)
    )
    shade *= np.exp(-(((column - foot + 1.1 * half_width) / (1.7 * half_width)) ** 4))
    picture = over(picture, hex_color("#5a3fae"), 0.8 * shade * (row > base - 0.02))
    lean = foot + 0.03 * height * np.sin(9 * (row - base))
    side = (column - lean) / (0.09 * half_width + 0.004)
    trunk = (np.abs(side) < 1) & (row < base) & (row > base - 0.7 * height)
    picture = over(picture, color_map(0.5 + 0.5 * side, TRUNK), trunk.astype(float))
    leaves = 0.5 * (fractal_noise(len(row), len(row) / 60, 3, rng) - 0.5)
    for _ in range(34):
        angle, reach = rng.uniform(0, 2 * np.pi), np.sqrt(rng.uniform())
        center = np.array(
            [
                base - 0.64 * height + 0.30 * height * reach * np.sin(angle),
                foot + 0.75 * half_width * reach * np.cos(angle),
            ]
        )
        radius = half_width * rng.uniform(0.22, 0.42)
        low, high = (
            np.clip(center + 1.5 * np.array([[-1], [1]]) * radius, 0, 1) * len(row)
        ).astype(int)
        box = np.s_[low[0] : high[0], low[1] : high[1]]
        down, across = (row[box] - center[0]) / radius, (column[box] - center[1]) / radius
        ragged = down**2 + across**2 + 2 * leaves[box]
        place = (center - [base - 0.64 * height, foot]) / [0.3 * height, 0.75 * half_width]
        light = 0.46 + 0.3 * (down * SUN[0] + across * SUN[1]) + 0.2 * (place @ SUN) + leaves[box]
        picture[box] = over(picture[box], color_map(light, FOLIAGE), (ragged < 1) * 1.0)
    return picture


def landscape(size: int, rng: np.random.Generator) -> np.ndarray:
    """The scene the dabs are taken from: sky, hills, lake with mirror image, meadow and trees -> (size, size, 3)."""
    picture, row, column = distance_bands(size, rng)
    for tree in TREES[4:]:
        picture = plant_tree(picture, row, column, tree, rng)
    ripple = (
        0.014
        * np.sin(row * 320 + 5 * smooth_noise(size, size / 20, rng))
        * (row - HORIZON + 0.03)
        / 0.1
    )
    source = np.clip((2 * HORIZON - row * 1.0 + ripple) * size, 0, size - 1).astype(int)
    mirrored = picture[source, np.arange(size)[None]]
    waves = np.sin(row * 260 + 9 * smooth_noise(size, size / 24, rng) + 2 * np.sin(column * 14))
    lake = over(mirrored, hex_color("#3f8fd8"), np.clip(0.3 + 0.75 * waves, 0, 0.85))
    picture = over(picture, lake, (row > HORIZON + 0.015) * 1.0)
    shore = (
        LAKE_END
        - 0.16 * np.clip(column - 0.45, 0, 1)
        + 0.1 * np.clip(0.35 - column, 0, 1)
        + 0.03 * np.sin(11 * column)
    )
    depth = (row - shore) / (1 - shore)
    tufts = fractal_noise(size, size / 11, 5, rng)[(np.arange(size) * 4) % size]
    bands = 0.5 + 0.5 * np.sin(13 * depth + 2.5 * np.sin(4 * column) + 1.0)
    grass = color_map(1.02 - 0.42 * depth + 1.3 * (tufts - 0.52) - 0.22 * bands, MEADOW)
    picture = over(picture, grass, (depth > 0) * 1.0)
    bloom = fractal_noise(size, size / 50, 3, rng)[(np.arange(size) * 2) % size]
    petals = color_map(smooth_noise(size, size / 50, rng) * 1.6 - 0.3, FLOWERS)
    picture = over(picture, petals, 0.9 * ((bloom + 0.2 * depth > 0.72) & (depth > 0.1)))
    for tree in TREES[:4]:
        picture = plant_tree(picture, row, column, tree, rng)
    return picture


def pure_colors(wanted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(N, 3) scene colors -> (N, 3) pigments, drawn so that neighbors average to the scene, one in ten a complementary."""
    pigments = np.stack([hex_color(code) for code in PIGMENTS])
    gray = wanted.mean(-1, keepdims=True)
    target = np.where(rng.uniform(size=(len(wanted), 1)) < 0.13, 1.9 * gray - 0.9 * wanted, wanted)
    target = np.clip(gray + 1.35 * (target - gray), 0, 1)
    affinity = -((target[:, None] - pigments) ** 2).sum(-1) / 0.05
    choice = np.argmax(affinity + rng.gumbel(size=affinity.shape), axis=-1)
    return np.clip(pigments[choice] + rng.normal(0, 0.025, (len(wanted), 3)), 0, 1)


def dab_shape(radius: float, rng: np.random.Generator) -> np.ndarray:
    """Coverage (S, S) of one touch of the brush: a slightly oval, slightly ragged disc."""
    reach = int(np.ceil(1.4 * radius)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
    turn, oval = rng.uniform(0, np.pi), rng.uniform(1.0, 1.18)
    first, second = (
        np.cos(turn) * across + np.sin(turn) * down,
        np.cos(turn) * down - np.sin(turn) * across,
    )
    angle = np.arctan2(second, first)
    edge = radius * (1 + 0.06 * np.sin(3 * angle + rng.uniform(0, 6.28)) + 0.04 * np.sin(5 * angle))
    return np.clip(edge - np.hypot(first / oval, second * oval) + 0.5, 0, 1)


def paint(size: int, rng: np.random.Generator) -> np.ndarray:
    """The landscape in dabs -> (size, size, 3) in [0, 1]."""
    scale, margin = size / 1024, 16
    scene = landscape(size, rng)
    canvas = np.ones((size + 2 * margin, size + 2 * margin, 3)) * hex_color(CANVAS)
    relief = 0.06 * rng.standard_normal(canvas.shape[:2])
    for radius, spacing, share in DABS:
        shapes = [dab_shape(radius * scale * rng.uniform(0.85, 1.15), rng) for _ in range(48)]
        grid = np.stack(np.meshgrid(*[np.arange(0, size, spacing * scale)] * 2), -1).reshape(-1, 2)
        spots = np.clip(
            grid + rng.normal(0, 0.3 * spacing * scale, grid.shape), 0, size - 1
        ).astype(int)
        spots = rng.permutation(spots[rng.uniform(size=len(spots)) < share])
        colors = pure_colors(scene[spots[:, 0], spots[:, 1]], rng)
        for (y, x), color, pick in zip(
            spots + margin, colors, rng.integers(0, len(shapes), len(spots)), strict=True
        ):
            shape = shapes[pick]
            reach = shape.shape[0] // 2
            box = np.s_[y - reach : y + reach + 1, x - reach : x + reach + 1]
            canvas[box] += shape[..., None] * (color - canvas[box])
            relief[box] += shape * (0.4 + shape * 0.6 - relief[box]) * 0.8
    bristle = relief + 0.05 * rng.standard_normal(relief.shape)
    lit = canvas * np.clip(emboss(bristle, 0.055), 0.72, 1.25)[..., None]
    return np.clip(lit[margin:-margin, margin:-margin], 0, 1)
