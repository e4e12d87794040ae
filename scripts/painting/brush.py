"""Curves, and a dry brush that is drawn along them. Points are (row, column) in pixels."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage
from scipy.special import expit

from painting.canvas import Array

# Pressures of a brush from start to end.
TAPER = np.array([0.25, 1.0, 0.9, 0.6, 0.1])
PRESS = np.array([0.8, 1.0, 0.9, 1.0, 0.85])
ROUND = np.sqrt(1 - np.linspace(-1, 1, 11) ** 2)


def bezier(start: ArrayLike, control: ArrayLike, end: ArrayLike, count: int = 32) -> Array:
    """Quadratic curve from ``start`` to ``end``, drawn toward ``control`` -> (count, 2)."""
    t = np.linspace(0.0, 1.0, count)[:, None]
    return (
        (1 - t) ** 2 * np.asarray(start)
        + 2 * t * (1 - t) * np.asarray(control)
        + t**2 * np.asarray(end)
    )


def dry_stroke(
    layer: Array,
    path: Array,
    width: Array,
    ink: float,
    dryness: float,
    rng: np.random.Generator,
) -> None:
    """Draw one brush along a path, in place.

    The bristles leave streaks, and with dryness the ink runs out along the stroke: the flying
    white of calligraphy.

    Args:
        layer: (H, W) coverage that is drawn into.
        path: (N, 2).
        width: (M,) pressure from start to end, in pixels.
        ink: Coverage of the wet brush.
        dryness: In [0, 1].
        rng: Where its accidents come from.
    """
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    length = arc[-1]
    widest = np.max(width)
    t = np.linspace(0.0, 1.0, max(int(2 * length), 6))
    spine = np.stack([np.interp(t * length, arc, path[:, axis]) for axis in (0, 1)], axis=-1)
    half = _half_width(t, width, rng)
    across = np.linspace(-1.0, 1.0, max(int(2 * widest), 3))
    offset = across[:, None] * (half[:, None] * _normals(spine))[:, None]
    rows, columns = np.rint(spine[:, None] + offset).astype(int).transpose(2, 0, 1)
    streaks = _streaks(t, len(across), dryness, rng)
    ends = _ragged_ends(t * length, len(across), min(widest, 0.12 * length), rng)
    _lay(layer, rows, columns, ink * ends * streaks)


def drop(layer: Array, spot: Array, wide: float, ink: float, rng: np.random.Generator) -> None:
    """One round touch of the tip of the brush, in place."""
    length = wide * rng.uniform(0.9, 1.6)
    turn = rng.uniform(-0.6, 0.6)
    reach = length * np.array([np.sin(turn), np.cos(turn)])
    dry_stroke(layer, np.linspace(spot, spot + reach, 11), wide * ROUND, ink, 0.0, rng)


def _normals(spine: Array) -> Array:
    """Unit vectors (N, 2) across a curve (N, 2)."""
    tangent = np.gradient(spine, axis=0)
    turned = np.stack([-tangent[:, 1], tangent[:, 0]], axis=-1)
    return turned / (np.hypot(*tangent.T)[:, None] + 1e-9)


def _half_width(t: Array, width: Array, rng: np.random.Generator) -> Array:
    """Half of the brush's width along the stroke, by pressure and the tremor of a hand."""
    shaking = ndimage.gaussian_filter1d(rng.standard_normal(len(t)), 8.0)
    tremor = 1.0 + np.minimum(4.0 / np.max(width), 0.5) * shaking
    return 0.5 * tremor * np.interp(t, np.linspace(0.0, 1.0, len(width)), width)


def _streaks(t: Array, bristles: int, dryness: float, rng: np.random.Generator) -> Array:
    """How much ink each bristle leaves along the stroke: (along, across) in [0, 1]."""
    noise = rng.standard_normal((len(t), bristles))
    grain = ndimage.gaussian_filter(noise, (24.0, 0.9), mode="wrap")
    loaded = grain / (grain.std() + 1e-9) + 2.2 - 3.6 * dryness * (0.3 + t[:, None])
    return expit(4.0 * loaded)


def _ragged_ends(position: Array, bristles: int, reach: float, rng: np.random.Generator) -> Array:
    """Each bristle touches down and lifts off a little elsewhere: (along, across) in [0, 1]."""
    noise = ndimage.gaussian_filter1d(rng.standard_normal((2, bristles)), 1.2)
    first, last = np.abs(noise) * reach + 0.3
    along = position[:, None]
    nearer = np.minimum(along / first, (position[-1] - along) / (2.0 * last))
    return np.clip(nearer, 0.0, 1.0) ** 2


def _lay(layer: Array, rows: Array, columns: Array, coverage: Array) -> None:
    """Put the paint of single bristles down, a little blurred, in place."""
    inside = (rows >= 0) & (rows < layer.shape[0]) & (columns >= 0) & (columns < layer.shape[1])
    if not inside.any():
        return
    rows = rows[inside]
    columns = columns[inside]
    top = max(rows.min() - 2, 0)
    left = max(columns.min() - 2, 0)
    patch = np.zeros((rows.max() + 3 - top, columns.max() + 3 - left))
    np.maximum.at(patch, (rows - top, columns - left), coverage[inside])
    target = layer[top : top + patch.shape[0], left : left + patch.shape[1]]
    patch = ndimage.gaussian_filter(patch, 0.6)[: target.shape[0], : target.shape[1]]
    target += patch * (1.0 - target)
