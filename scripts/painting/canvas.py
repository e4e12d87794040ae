"""What every painter needs: seeded smooth noise, palettes, and paint laid over a canvas. Arrays are (H, W[, 3]) float in [0, 1]."""

import numpy as np
from scipy import ndimage
from scipy.special import expit


def smooth_noise(size: int, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian-filtered white noise with features about ``scale`` pixels wide -> (size, size), stretched to [0, 1]; tiles."""
    noise = ndimage.gaussian_filter(rng.standard_normal((size, size)), scale, mode="wrap")
    return (noise - noise.min()) / (noise.max() - noise.min())


def fractal_noise(size: int, scale: float, octaves: int, rng: np.random.Generator) -> np.ndarray:
    """Sum of ``octaves`` smooth noises, each half as wide and half as strong as the one before -> (size, size) in [0, 1]."""
    total = sum(smooth_noise(size, scale / 2**k, rng) / 2**k for k in range(octaves))
    return (total - total.min()) / (total.max() - total.min())


def hex_color(code: str) -> np.ndarray:
    """'#1f3a6e' -> (3,) float in [0, 1]."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def color_map(values: np.ndarray, palette: list[str]) -> np.ndarray:
    """(...) in [0, 1] -> (..., 3): linear interpolation along the palette's hex colors."""
    colors = np.stack([hex_color(code) for code in palette])
    stops = np.linspace(0.0, 1.0, len(colors))
    return np.stack([np.interp(values, stops, colors[:, c]) for c in range(3)], axis=-1)


def over(canvas: np.ndarray, color: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Lay ``color`` (3,) or (H, W, 3) over the canvas with coverage ``alpha`` (H, W) -> (H, W, 3)."""
    return canvas + alpha[..., None] * (color - canvas)


def emboss(height: np.ndarray, strength: float) -> np.ndarray:
    """Light from the upper left on a relief (H, W) -> (H, W) brightness factor around 1: the thickness of paint."""
    return 1.0 + strength * (ndimage.sobel(height, 0) + ndimage.sobel(height, 1))


def bezier(
    start: tuple[float, float],
    control: tuple[float, float],
    end: tuple[float, float],
    count: int = 32,
) -> np.ndarray:
    """Quadratic curve through (row, column) points -> (count, 2)."""
    t = np.linspace(0.0, 1.0, count)[:, None]
    return (
        (1 - t) ** 2 * np.asarray(start)
        + 2 * t * (1 - t) * np.asarray(control)
        + t**2 * np.asarray(end)
    )


def dry_stroke(
    layer: np.ndarray,
    path: np.ndarray,
    width: np.ndarray,
    ink: float,
    dryness: float,
    rng: np.random.Generator,
) -> None:
    """Draw one brush along ``path`` (N, 2) of (row, column) into the coverage ``layer`` (H, W), in place.

    ``width`` (M,) is the pressure from start to end in pixels. The bristles leave streaks, and with ``dryness`` in [0, 1]
    the ink runs out along the stroke: the flying white of calligraphy.
    """
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    t = np.linspace(0.0, 1.0, max(int(2 * arc[-1]), 6))
    spine = np.stack([np.interp(t * arc[-1], arc, path[:, axis]) for axis in (0, 1)], axis=-1)
    tangent = np.gradient(spine, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=-1) / (
        np.hypot(*tangent.T)[:, None] + 1e-9
    )
    tremor = 1.0 + np.minimum(4.0 / np.max(width), 0.5) * ndimage.gaussian_filter1d(
        rng.standard_normal(len(t)), 8.0
    )
    half = 0.5 * tremor * np.interp(t, np.linspace(0.0, 1.0, len(width)), width)
    across = np.linspace(-1.0, 1.0, max(int(2 * np.max(width)), 3))
    rows, columns = (
        np.rint(spine[:, None] + across[:, None] * (half[:, None] * normal)[:, None])
        .astype(int)
        .transpose(2, 0, 1)
    )
    grain = ndimage.gaussian_filter(rng.standard_normal(rows.shape), (24.0, 0.9), mode="wrap")
    loaded = grain / (grain.std() + 1e-9) + 2.2 - 3.6 * dryness * (0.3 + t[:, None])
    ragged = (
        np.abs(ndimage.gaussian_filter1d(rng.standard_normal((2, len(across))), 1.2))
        * min(np.max(width), 0.12 * arc[-1])
        + 0.3
    )
    position = t[:, None] * arc[-1]
    ends = (
        np.clip(
            np.minimum(position / ragged[0], (arc[-1] - position) / (2.0 * ragged[1])), 0.0, 1.0
        )
        ** 2
    )
    coverage = ink * ends * expit(4.0 * loaded)
    inside = (rows >= 0) & (rows < layer.shape[0]) & (columns >= 0) & (columns < layer.shape[1])
    if not inside.any():
        return
    rows, columns, coverage = rows[inside], columns[inside], coverage[inside]
    top, left = max(rows.min() - 2, 0), max(columns.min() - 2, 0)
    patch = np.zeros((rows.max() + 3 - top, columns.max() + 3 - left))
    np.maximum.at(patch, (rows - top, columns - left), coverage)
    target = layer[top : top + patch.shape[0], left : left + patch.shape[1]]
    patch = ndimage.gaussian_filter(patch, 0.6)[: target.shape[0], : target.shape[1]]
    target += patch * (1.0 - target)


def halve(canvas: np.ndarray) -> np.ndarray:
    """(2H, 2W, ...) -> (H, W, ...): mean of each 2 by 2 block, so that a picture painted at double size has smooth edges."""
    height, width = canvas.shape[0] // 2, canvas.shape[1] // 2
    return canvas.reshape(height, 2, width, 2, *canvas.shape[2:]).mean((1, 3))
