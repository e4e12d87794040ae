"""Pointillism: a sunlit landscape of round dabs of pure pigment, mixed only by the eye.

After Seurat's and Signac's divisionism.
"""

import numpy as np
from numpy.typing import NDArray

from painting.canvas import Array, emboss, hex_color
from painting.landscape import landscape

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
# Radius and spacing in 1/1024 of the side, and the share of places that get a dab.
DABS = [(7.0, 7.6, 1.0), (5.4, 7.2, 0.85), (3.4, 6.2, 0.7)]
MARGIN = 16  # pixels painted beyond the edges, and cut off


def _pure_colors(wanted: Array, rng: np.random.Generator) -> Array:
    """(N, 3) scene colors -> (N, 3) pigments whose neighbors average to the scene.

    One in eight is of the complementary color.
    """
    pigments = np.stack([hex_color(code) for code in PIGMENTS])
    gray = wanted.mean(-1, keepdims=True)
    opposed = rng.uniform(size=(len(wanted), 1)) < 0.13
    target = np.where(opposed, 1.9 * gray - 0.9 * wanted, wanted)
    target = np.clip(gray + 1.35 * (target - gray), 0, 1)
    affinity = -((target[:, None] - pigments) ** 2).sum(-1) / 0.05
    choice = np.argmax(affinity + rng.gumbel(size=affinity.shape), axis=-1)
    return np.clip(pigments[choice] + rng.normal(0, 0.025, (len(wanted), 3)), 0, 1)


def _dab_shape(radius: float, rng: np.random.Generator) -> Array:
    """Coverage (S, S) of one touch of the brush: a slightly oval, slightly ragged disc."""
    reach = int(np.ceil(1.4 * radius)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
    turn = rng.uniform(0, np.pi)
    oval = rng.uniform(1.0, 1.18)
    long = np.cos(turn) * across + np.sin(turn) * down
    short = np.cos(turn) * down - np.sin(turn) * across
    angle = np.arctan2(short, long)
    ragged = 0.06 * np.sin(3 * angle + rng.uniform(0, 6.28))
    edge = radius * (1 + ragged + 0.04 * np.sin(5 * angle))
    return np.clip(edge - np.hypot(long / oval, short * oval) + 0.5, 0, 1)


def _places(size: int, spacing: float, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows and columns (N, 2) of dabs about a grid, in random order."""
    steps = np.arange(0, size, spacing)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    moved = grid + rng.normal(0, 0.3 * spacing, grid.shape)
    spots = np.clip(moved, 0, size - 1).astype(int)
    return rng.permutation(spots[rng.uniform(size=len(spots)) < share])


def paint(size: int, rng: np.random.Generator) -> Array:
    """The landscape in dabs -> (size, size, 3) in [0, 1]."""
    scale = size / 1024
    scene = landscape(size, rng)
    canvas = np.ones((size + 2 * MARGIN, size + 2 * MARGIN, 3)) * hex_color(CANVAS)
    relief = 0.06 * rng.standard_normal(canvas.shape[:2])
    for radius, spacing, share in DABS:
        shapes = [_dab_shape(radius * scale * rng.uniform(0.85, 1.15), rng) for _ in range(48)]
        spots = _places(size, spacing * scale, share, rng)
        colors = _pure_colors(scene[spots[:, 0], spots[:, 1]], rng)
        picks = rng.integers(0, len(shapes), len(spots))
        for (y, x), color, pick in zip(spots + MARGIN, colors, picks, strict=True):
            shape = shapes[pick]
            reach = shape.shape[0] // 2
            box = np.s_[y - reach : y + reach + 1, x - reach : x + reach + 1]
            canvas[box] += shape[..., None] * (color - canvas[box])
            relief[box] += shape * (0.4 + shape * 0.6 - relief[box]) * 0.8
    bristle = relief + 0.05 * rng.standard_normal(relief.shape)
    lit = canvas * np.clip(emboss(bristle, 0.055), 0.72, 1.25)[..., None]
    return np.clip(lit[MARGIN:-MARGIN, MARGIN:-MARGIN], 0, 1)
