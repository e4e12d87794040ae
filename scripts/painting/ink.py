"""Ink wash (sumi-e): misty mountains, axe-cut rocks and bamboo, with a red seal.

It is all one black ink on rice paper.
"""

import numpy as np
from scipy import ndimage

from painting.brush import PRESS, TAPER, bezier, drop, dry_stroke
from painting.canvas import Array, color_map, fractal_noise, hex_color, over
from painting.ink_plants import bamboo, pines
from painting.ink_rocks import boulders, ridge_line, rock_strokes, wash

INK = ["#efe4cb", "#cfc5b0", "#9a948a", "#5b5956", "#2a2a2c", "#0b0b0e"]
SEAL = "#b3261e"
# Height and relief of each range of mountains in sides of the picture, and its ink; far to near.
RANGES = [
    (0.10, 0.20, 0.30),
    (0.25, 0.24, 0.42),
    (0.42, 0.24, 0.58),
    (0.60, 0.22, 0.78),
    (0.80, 0.20, 1.0),
]
VERSE = [(945, 170, 420), (885, 60, 330)]  # column, first and last row of each line of script


def _sweeps(
    layer: Array,
    rows: tuple[float, float],
    wide: tuple[float, float],
    ink: float,
    count: int,
    rng: np.random.Generator,
) -> None:
    """Broad level strokes of a flat dry brush, for cloud, mist and water; in place."""
    size = len(layer)
    for _ in range(count):
        start = size * np.array([rng.uniform(*rows), rng.uniform(-0.2, 0.8)])
        reach = size * rng.uniform(0.2, 0.6)
        end = start + np.array([rng.normal(0, 0.06 * reach), reach])
        bend = start + np.array([rng.normal(0, 0.2 * reach), reach / 2])
        width = size / 1024 * rng.uniform(*wide)
        strength = ink * rng.uniform(0.4, 1)
        dryness = rng.uniform(0.4, 1)
        dry_stroke(layer, bezier(start, bend, end), width * PRESS, strength, dryness, rng)


def _verse(layer: Array, rng: np.random.Generator) -> None:
    """Two lines of running script, written without lifting the brush for long; in place."""
    unit = len(layer) / 1024
    for column, first, last in VERSE:
        rows = np.arange(first, last, 44)
        for row in rows + rng.normal(0, 3, len(rows)):
            knots = np.array([row, column]) + rng.uniform(-1, 1, (6, 2)) * [19, 21]
            for start, bend, end in zip(knots[:-2], knots[1:-1], knots[2:], strict=True):
                pressure = unit * rng.uniform(3.0, 8.0) * TAPER
                path = unit * bezier(start, bend, end)
                dry_stroke(layer, path, pressure, 0.95, rng.uniform(0, 0.5), rng)


def _splashes(layer: Array, count: int, rng: np.random.Generator) -> None:
    """Drops flung from the brush; in place."""
    unit = len(layer) / 1024
    for spot in rng.uniform(0, len(layer), (count, 2)):
        wide = unit * (2 + min(rng.exponential(3.5), 16))
        drop(layer, spot, wide, rng.uniform(0.25, 0.95), rng)


def _paper(size: int, rng: np.random.Generator) -> Array:
    """Long fibers and blotches of handmade paper -> (size, size) about 0."""
    fibers = np.zeros((size, size))
    for _ in range(450):
        start = rng.uniform(0, size, 2)
        turn = rng.uniform(0, np.pi)
        end = start + size / 1024 * rng.uniform(20, 110) * np.array([np.sin(turn), np.cos(turn)])
        bend = (start + end) / 2 + size / 1024 * rng.normal(0, 14, 2)
        shade = rng.choice([-0.05, 0.08])
        dry_stroke(fibers, bezier(start, bend, end), np.full(2, 1.2), shade, 0.0, rng)
    grain = ndimage.gaussian_filter(rng.standard_normal((size, size)), 0.8)
    blotches = 0.1 * (fractal_noise(size, size / 12, 5, rng) - 0.5)
    return fibers + 0.018 * grain / grain.std() + blotches


def _sealed(picture: Array) -> Array:
    """The picture with a carved seal in its corner."""
    size = len(picture)
    row, column = np.mgrid[0:size, 0:size] / size
    sunk = np.maximum(np.abs(row - 0.10), 1.2 * np.abs(column - 0.925)) < 0.034
    carved = (np.sin(row * 400) + np.sin(column * 330 + 2 * np.sin(row * 160)) > 0.2) & sunk
    return over(picture, hex_color(SEAL), 0.9 * sunk * (1 - 0.8 * carved))


def paint(size: int, rng: np.random.Generator) -> Array:
    """The hanging scroll, from far to near -> (size, size, 3) in [0, 1]."""
    layer = np.zeros((size, size))
    depth = 0.13 * size
    _sweeps(layer, (0.0, 0.3), (30, 130), 0.38, 22, rng)
    for height, relief, ink in RANGES:
        ridge = ridge_line(size, height, relief, rng)
        wash(layer, ridge, depth, 0.85 * ink, rng)
        rock_strokes(layer, ridge, depth, ink, 800, rng)
        pines(layer, ridge, ink, int(9 * ink), rng)
        _sweeps(layer, (height + 0.1, height + 0.2), (12, 60), 0.32 * ink, 7, rng)
    boulders(layer, rng)
    bamboo(layer, rng)
    _verse(layer, rng)
    _splashes(layer, 160, rng)
    layer = layer + _paper(size, rng) * (1.0 + 1.5 * layer) * (1 - 0.6 * layer)
    return np.clip(_sealed(color_map(np.clip(layer, 0, 1), INK)), 0, 1)
