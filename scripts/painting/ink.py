"""Ink wash (sumi-e): misty mountains, axe-cut rocks and bamboo in one black ink on rice paper, with a red seal."""

from itertools import pairwise

import numpy as np
from scipy import ndimage
from scipy.special import expit

from painting.canvas import (
    bezier,
    color_map,
    dry_stroke,
    fractal_noise,
    hex_color,
    over,
    smooth_noise,
)

INK = ["#efe4cb", "#cfc5b0", "#9a948a", "#5b5956", "#2a2a2c", "#0b0b0e"]
SEAL = "#b3261e"
RANGES = [
    (0.10, 0.20, 0.30),
    (0.25, 0.24, 0.42),
    (0.42, 0.24, 0.58),
    (0.60, 0.22, 0.78),
    (0.80, 0.20, 1.0),
]
DROP = np.sqrt(1 - np.linspace(-1, 1, 11) ** 2)
TAPER = np.array([0.25, 1.0, 0.9, 0.6, 0.1])
PRESS = np.array([0.8, 1.0, 0.9, 1.0, 0.85])
LEAF = np.array([0.15, 0.7, 1.0, 0.75, 0.4, 0.08])
STALKS = [(0.09, 0.13, 30.0, 0.95), (0.20, 0.155, 22.0, 0.8), (0.035, 0.05, 16.0, 0.5)]


def ridge_line(size: int, height: float, relief: float, rng: np.random.Generator) -> np.ndarray:
    """The crest of a range of steep peaks -> (size,) rows in pixels."""
    column = np.arange(size) / size
    crest = np.zeros(size)
    for _ in range(rng.integers(4, 7)):
        center, wide, tall = (
            rng.uniform(-0.05, 1.05),
            rng.uniform(0.05, 0.16),
            rng.uniform(0.5, 1.0),
        )
        crest = np.maximum(crest, tall * np.exp(-(np.abs((column - center) / wide) ** 1.6)))
    rough = sum(smooth_noise(size, size / k, rng)[0] * 2.2 / k for k in (24, 60, 140))
    return size * (height + relief * (0.75 - crest) - 0.9 * relief * rough)


def wash(
    layer: np.ndarray, ridge: np.ndarray, depth: float, ink: float, rng: np.random.Generator
) -> None:
    """Wet ink below a ridge, darkest at its pooled edge, bleeding into the damp paper and fading to mist; in place."""
    size = len(layer)
    below = (
        np.arange(size)[:, None]
        - ridge
        + 26 * size / 1024 * (fractal_noise(size, size / 60, 4, rng) - 0.5)
    )
    damp = smooth_noise(size, size / 14, rng) > 0.55
    soft = ndimage.gaussian_filter(damp.astype(float), size / 80)
    edge = expit(below / (0.8 + 14 * soft * size / 1024))
    layer *= 1 - 0.9 * edge * np.exp(-np.maximum(below, 0) / (1.6 * depth))
    pool = 0.35 * np.exp(-np.abs(below) / (5 * size / 1024)) * (1 - soft)
    cloud = 0.3 + 1.7 * fractal_noise(size, size / 18, 5, rng)
    tone = np.clip(ink * edge * cloud * (np.exp(-np.maximum(below, 0) / depth) + pool), 0, 1)
    layer += tone * (1 - layer)


def cun(
    layer: np.ndarray,
    ridge: np.ndarray,
    depth: float,
    ink: float,
    count: int,
    rng: np.random.Generator,
) -> None:
    """Texture strokes of rock falling away from the crest, and moss dots along it; in place."""
    size, unit = len(layer), len(layer) / 1024
    slope = ndimage.gaussian_filter1d(np.gradient(ridge), 10 * unit)
    for column in rng.integers(0, size, count):
        fall = depth * rng.exponential(0.5)
        start = np.array([ridge[column] + 2 + fall, column])
        lean = np.clip(slope[column], -1.2, 1.2) * rng.uniform(0.3, 1.2) + rng.normal(0, 0.2)
        length = unit * rng.uniform(14, 70)
        end = start + length * np.array([0.9, np.sign(lean) * min(abs(lean), 1.0)])
        bend = (start + end) / 2 + rng.normal(0, 0.12 * length, 2)
        strength = ink * np.exp(-fall / (1.3 * depth)) * rng.uniform(0.4, 1.0)
        thick = unit * rng.choice([2.0, 3.5, 7.0, 13.0], p=[0.4, 0.35, 0.17, 0.08])
        dry_stroke(
            layer,
            bezier(tuple(start), tuple(bend), tuple(end)),
            thick * TAPER,
            strength,
            rng.uniform(0.2, 0.95),
            rng,
        )
    for column in rng.integers(4, size - 4, count // 4):
        spot = np.array([ridge[column] + unit * rng.normal(2, 7), column])
        drop(layer, spot, unit * rng.uniform(3, 9), ink * rng.uniform(0.6, 1), rng)


def pines(
    layer: np.ndarray, ridge: np.ndarray, ink: float, count: int, rng: np.random.Generator
) -> None:
    """Small pines on a crest: a crooked trunk and flat fans of needles; in place."""
    unit = len(layer) / 1024
    for column in rng.integers(0, len(ridge), count):
        foot, tall = np.array([ridge[column] + 8 * unit, column]), unit * rng.uniform(45, 95)
        top = foot + [-tall, rng.normal(0, 0.2 * tall)]
        trunk = bezier(
            tuple(foot), tuple((foot + top) / 2 + [0, rng.normal(0, 12 * unit)]), tuple(top)
        )
        dry_stroke(layer, trunk, unit * np.array([7.0, 4.5, 2.5]), ink, 0.3, rng)
        for heart in trunk[10::3]:
            for _ in range(14):
                root = heart + unit * rng.normal(0, [3, 13])
                tip = root + unit * rng.normal([-7, 0], [3, 9])
                dry_stroke(
                    layer,
                    np.stack([root, tip]),
                    unit * np.array([2.4, 0.8]),
                    ink * rng.uniform(0.4, 1),
                    0.1,
                    rng,
                )


def bamboo(layer: np.ndarray, rng: np.random.Generator) -> None:
    """Jointed stalks pulled upward with a drying brush, and clusters of pointed leaves; in place."""
    size, unit = len(layer), len(layer) / 1024
    for foot, head, wide, ink in STALKS:
        joints = np.arange(1.02, -0.15, -0.125) + rng.normal(0, 0.008, 10)
        for low, high in pairwise(joints):
            rows = np.linspace(low - 0.004, high + 0.006, 20)
            columns = foot + (head - foot) * (1 - rows) + 0.012 * np.sin(5 * rows + 9 * foot)
            path = size * np.stack([rows, columns], -1)
            dry_stroke(layer, path, unit * wide * PRESS, ink, rng.uniform(0.35, 0.8), rng)
            ring = path[-1] + unit * wide * np.array([[-0.1, -0.6], [-0.28, 0.0], [-0.1, 0.6]])
            dry_stroke(layer, ring, unit * np.array([5.0, 3.0, 5.0]), ink, 0.1, rng)
            if rng.uniform() < 0.75:
                leaves(layer, path[-1], unit * wide * 1.1, ink, rng)


def leaves(
    layer: np.ndarray, joint: np.ndarray, wide: float, ink: float, rng: np.random.Generator
) -> None:
    """A twig from ``joint`` and its bunches of hanging leaves, each one press of the brush; in place."""
    unit, side = len(layer) / 1024, rng.choice([-1, 1], p=[0.35, 0.65])
    tip = joint + unit * np.array([rng.uniform(-50, 20), side * rng.uniform(60, 150)])
    twig = bezier(tuple(joint), tuple((joint + tip) / 2 - [15 * unit, 0]), tuple(tip))
    dry_stroke(layer, twig, unit * np.array([5.0, 3.0, 2.0]), ink, 0.3, rng)
    for root in twig[[12, 20, 27, 31]]:
        for angle in rng.normal(0.95, 0.5, rng.integers(2, 5)):
            reach = unit * rng.uniform(60, 135)
            end = root + reach * np.array([np.sin(angle), side * np.cos(angle)])
            bend = (root + end) / 2 - [0.12 * reach, 0]
            tone = np.clip(ink * rng.choice([1.0, 0.95, 0.55]), 0, 1)
            pressure = wide * rng.uniform(0.5, 0.95) * LEAF
            dry_stroke(
                layer,
                bezier(tuple(root), tuple(bend), tuple(end)),
                pressure,
                tone,
                rng.uniform(0, 0.55),
                rng,
            )


def sweeps(
    layer: np.ndarray,
    rows: tuple[float, float],
    wide: tuple[float, float],
    ink: float,
    count: int,
    rng: np.random.Generator,
) -> None:
    """Broad level strokes of a flat dry brush: cloud, mist, water; in place."""
    size = len(layer)
    for _ in range(count):
        start = size * np.array([rng.uniform(*rows), rng.uniform(-0.2, 0.8)])
        reach = size * rng.uniform(0.2, 0.6)
        end, bend = (
            start + [rng.normal(0, 0.06 * reach), reach],
            start + [rng.normal(0, 0.2 * reach), reach / 2],
        )
        width = size / 1024 * rng.uniform(*wide)
        dry_stroke(
            layer,
            bezier(tuple(start), tuple(bend), tuple(end)),
            width * PRESS,
            ink * rng.uniform(0.4, 1),
            rng.uniform(0.4, 1),
            rng,
        )


def boulders(layer: np.ndarray, rng: np.random.Generator) -> None:
    """Foreground rocks in the boldest strokes: a wide outline, then side-brush axe cuts; in place."""
    size, unit = len(layer), len(layer) / 1024
    for row, column, reach in [(0.93, 0.55, 190.0), (0.90, 0.86, 240.0), (1.0, 0.30, 150.0)]:
        center = size * np.array([row, column])
        for angle in np.linspace(3.3, 6.1, 5) + rng.normal(0, 0.1, 5):
            start = center + unit * reach * np.array([0.75 * np.sin(angle), np.cos(angle)])
            end = center + unit * reach * np.array(
                [0.75 * np.sin(angle + 0.75), np.cos(angle + 0.75)]
            ) * rng.uniform(0.85, 1.1)
            bend = (start + end) / 2 + unit * rng.normal(0, 22, 2)
            pressure = unit * rng.uniform(14, 34) * PRESS
            dry_stroke(
                layer,
                bezier(tuple(start), tuple(bend), tuple(end)),
                pressure,
                0.97,
                rng.uniform(0.3, 0.8),
                rng,
            )
        for _ in range(46):
            angle, near = rng.uniform(3.2, 6.2), np.sqrt(rng.uniform(0.05, 0.95))
            start = center + unit * near * reach * np.array([0.75 * np.sin(angle), np.cos(angle)])
            end = start + unit * rng.uniform(30, 110) * np.array([0.8, rng.normal(-0.5, 0.2)])
            dry_stroke(
                layer,
                np.stack([start, end]),
                unit * rng.uniform(8, 44) * TAPER,
                rng.uniform(0.4, 0.95),
                rng.uniform(0.5, 1.0),
                rng,
            )


def drop(
    layer: np.ndarray, spot: np.ndarray, wide: float, ink: float, rng: np.random.Generator
) -> None:
    """One round touch of the tip of the brush; in place."""
    reach = (
        wide
        * rng.uniform(0.9, 1.6)
        * np.array([np.sin(turn := rng.uniform(-0.6, 0.6)), np.cos(turn)])
    )
    dry_stroke(layer, np.linspace(spot, spot + reach, 11), wide * DROP, ink, 0.0, rng)


def verse(layer: np.ndarray, rng: np.random.Generator) -> None:
    """Two columns of running script, written without lifting the brush for long; in place."""
    unit = len(layer) / 1024
    for column, first, last in [(945, 170, 420), (885, 60, 330)]:
        for row in np.arange(first, last, 44) + rng.normal(0, 3, len(np.arange(first, last, 44))):
            knots = np.array([row, column]) + rng.uniform(-1, 1, (6, 2)) * [19, 21]
            for start, bend, end in zip(knots[:-2], knots[1:-1], knots[2:], strict=True):
                wide = unit * rng.uniform(3.0, 8.0)
                dry_stroke(
                    layer,
                    unit * bezier(tuple(start), tuple(bend), tuple(end)),
                    wide * TAPER,
                    0.95,
                    rng.uniform(0, 0.5),
                    rng,
                )


def splashes(layer: np.ndarray, count: int, rng: np.random.Generator) -> None:
    """Drops flung from the brush; in place."""
    unit = len(layer) / 1024
    for spot in rng.uniform(0, len(layer), (count, 2)):
        drop(layer, spot, unit * (2 + min(rng.exponential(3.5), 16)), rng.uniform(0.25, 0.95), rng)


def paper(size: int, rng: np.random.Generator) -> np.ndarray:
    """Long fibers and blotches of handmade paper -> (size, size) about 0."""
    fibers = np.zeros((size, size))
    for _ in range(450):
        start, turn = rng.uniform(0, size, 2), rng.uniform(0, np.pi)
        end = start + size / 1024 * rng.uniform(20, 110) * np.array([np.sin(turn), np.cos(turn)])
        bend = (start + end) / 2 + size / 1024 * rng.normal(0, 14, 2)
        dry_stroke(
            fibers,
            bezier(tuple(start), tuple(bend), tuple(end)),
            np.full(2, 1.2),
            rng.choice([-0.05, 0.08]),
            0.0,
            rng,
        )
    grain = ndimage.gaussian_filter(rng.standard_normal((size, size)), 0.8)
    return (
        fibers + 0.018 * grain / grain.std() + 0.1 * (fractal_noise(size, size / 12, 5, rng) - 0.5)
    )


def paint(size: int, rng: np.random.Generator) -> np.ndarray:
    """The hanging scroll, from far to near -> (size, size, 3) in [0, 1]."""
    layer, depth = np.zeros((size, size)), 0.13 * size
    sweeps(layer, (0.0, 0.3), (30, 130), 0.38, 22, rng)
    for height, relief, ink in RANGES:
        ridge = ridge_line(size, height, relief, rng)
        wash(layer, ridge, depth, 0.85 * ink, rng)
        cun(layer, ridge, depth, ink, 800, rng)
        pines(layer, ridge, ink, int(9 * ink), rng)
        sweeps(layer, (height + 0.1, height + 0.2), (12, 60), 0.32 * ink, 7, rng)
    boulders(layer, rng)
    bamboo(layer, rng)
    verse(layer, rng)
    splashes(layer, 160, rng)
    layer = layer + paper(size, rng) * (1.0 + 1.5 * layer) * (1 - 0.6 * layer)
    picture = color_map(np.clip(layer, 0, 1), INK)
    row, column = np.mgrid[0:size, 0:size] / size
    sunk = np.maximum(np.abs(row - 0.10), 1.2 * np.abs(column - 0.925)) < 0.034
    carved = (np.sin(row * 400) + np.sin(column * 330 + 2 * np.sin(row * 160)) > 0.2) & sunk
    return np.clip(over(picture, hex_color(SEAL), 0.9 * sunk * (1 - 0.8 * carved)), 0, 1)
