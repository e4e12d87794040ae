"""Mountains and rocks in ink, drawn into a layer of coverage (H, W), in place."""

import numpy as np
from scipy import ndimage
from scipy.special import expit

from painting.brush import PRESS, TAPER, bezier, drop, dry_stroke
from painting.canvas import Array, fractal_noise, smooth_noise

# Row, column in sides of the picture, and reach in 1/1024 of the side.
BOULDERS = [(0.93, 0.55, 190.0), (0.90, 0.86, 240.0), (1.0, 0.30, 150.0)]


def ridge_line(size: int, height: float, relief: float, rng: np.random.Generator) -> Array:
    """The crest of a range of steep peaks -> (size,) rows in pixels."""
    column = np.arange(size) / size
    crest = np.zeros(size)
    for _ in range(rng.integers(4, 7)):
        center = rng.uniform(-0.05, 1.05)
        wide = rng.uniform(0.05, 0.16)
        tall = rng.uniform(0.5, 1.0)
        crest = np.maximum(crest, tall * np.exp(-(np.abs((column - center) / wide) ** 1.6)))
    rough = sum(smooth_noise(size, size / k, rng)[0] * 2.2 / k for k in (24, 60, 140))
    return size * (height + relief * (0.75 - crest) - 0.9 * relief * rough)


def wash(layer: Array, ridge: Array, depth: float, ink: float, rng: np.random.Generator) -> None:
    """Wet ink below a ridge, darkest at its pooled edge.

    It bleeds into the damp paper, and fades to mist.
    """
    size = len(layer)
    wander = 26 * size / 1024 * (fractal_noise(size, size / 60, 4, rng) - 0.5)
    below = np.arange(size)[:, None] - ridge + wander
    damp = smooth_noise(size, size / 14, rng) > 0.55
    soft = ndimage.gaussian_filter(damp.astype(float), size / 80)
    edge = expit(below / (0.8 + 14 * soft * size / 1024))
    layer *= 1 - 0.9 * edge * np.exp(-np.maximum(below, 0) / (1.6 * depth))
    pool = 0.35 * np.exp(-np.abs(below) / (5 * size / 1024)) * (1 - soft)
    cloud = 0.3 + 1.7 * fractal_noise(size, size / 18, 5, rng)
    tone = np.clip(ink * edge * cloud * (np.exp(-np.maximum(below, 0) / depth) + pool), 0, 1)
    layer += tone * (1 - layer)


def rock_strokes(
    layer: Array, ridge: Array, depth: float, ink: float, count: int, rng: np.random.Generator
) -> None:
    """Texture strokes (cun) of rock falling away from the crest, and moss dots along it."""
    size = len(layer)
    unit = size / 1024
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
        path = bezier(start, bend, end)
        dry_stroke(layer, path, thick * TAPER, strength, rng.uniform(0.2, 0.95), rng)
    for column in rng.integers(4, size - 4, count // 4):
        spot = np.array([ridge[column] + unit * rng.normal(2, 7), column])
        drop(layer, spot, unit * rng.uniform(3, 9), ink * rng.uniform(0.6, 1), rng)


def boulders(layer: Array, rng: np.random.Generator) -> None:
    """Foreground rocks in the boldest strokes: a wide outline, then side-brush axe cuts."""
    size = len(layer)
    for row, column, reach in BOULDERS:
        center = size * np.array([row, column])
        _outline(layer, center, size / 1024, reach, rng)
        _axe_cuts(layer, center, size / 1024, reach, rng)


def _outline(
    layer: Array, center: Array, unit: float, reach: float, rng: np.random.Generator
) -> None:
    for angle in np.linspace(3.3, 6.1, 5) + rng.normal(0, 0.1, 5):
        start = center + unit * reach * _flat(angle)
        end = center + unit * reach * _flat(angle + 0.75) * rng.uniform(0.85, 1.1)
        bend = (start + end) / 2 + unit * rng.normal(0, 22, 2)
        pressure = unit * rng.uniform(14, 34) * PRESS
        dry_stroke(layer, bezier(start, bend, end), pressure, 0.97, rng.uniform(0.3, 0.8), rng)


def _axe_cuts(
    layer: Array, center: Array, unit: float, reach: float, rng: np.random.Generator
) -> None:
    for _ in range(46):
        angle = rng.uniform(3.2, 6.2)
        near = np.sqrt(rng.uniform(0.05, 0.95))
        start = center + unit * near * reach * _flat(angle)
        end = start + unit * rng.uniform(30, 110) * np.array([0.8, rng.normal(-0.5, 0.2)])
        pressure = unit * rng.uniform(8, 44) * TAPER
        ink = rng.uniform(0.4, 0.95)
        dry_stroke(layer, np.stack([start, end]), pressure, ink, rng.uniform(0.5, 1.0), rng)


def _flat(angle: float) -> Array:
    """A point of an ellipse that is three quarters as high as it is wide."""
    return np.array([0.75 * np.sin(angle), np.cos(angle)])
