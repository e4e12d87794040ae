"""What every painter needs: smooth noise, palettes, paint laid over a canvas, light on its relief.

Pictures are (H, W, 3), everything else (H, W), float in [0, 1].
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float64]


def smooth_noise(size: int, scale: float, rng: np.random.Generator) -> Array:
    """White noise through a Gaussian filter, stretched to [0, 1] -> (size, size); it tiles.

    Its features are about ``scale`` pixels wide.
    """
    noise = ndimage.gaussian_filter(rng.standard_normal((size, size)), scale, mode="wrap")
    return (noise - noise.min()) / (noise.max() - noise.min())


def fractal_noise(size: int, scale: float, octaves: int, rng: np.random.Generator) -> Array:
    """The sum of smooth noises, each half as wide and half as strong as the one before.

    Stretched to [0, 1] -> (size, size).
    """
    total = sum(smooth_noise(size, scale / 2**k, rng) / 2**k for k in range(octaves))
    return (total - total.min()) / (total.max() - total.min())


def hex_color(code: str) -> Array:
    """'#1f3a6e' -> (3,) in [0, 1]."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def color_map(values: Array, palette: list[str]) -> Array:
    """(...) in [0, 1] -> (..., 3): linear interpolation along the palette's hex colors."""
    colors = np.stack([hex_color(code) for code in palette])
    stops = np.linspace(0.0, 1.0, len(colors))
    return np.stack([np.interp(values, stops, colors[:, c]) for c in range(3)], axis=-1)


def over(canvas: Array, color: Array, alpha: Array) -> Array:
    """Lay ``color``, (3,) or (H, W, 3), over a picture with coverage ``alpha`` (H, W)."""
    return canvas + alpha[..., None] * (color - canvas)


def emboss(height: Array, strength: float) -> Array:
    """Light from the upper left on a relief -> (H, W) factors of brightness around 1."""
    return 1.0 + strength * (ndimage.sobel(height, 0) + ndimage.sobel(height, 1))


def halve(canvas: Array) -> Array:
    """(2H, 2W, ...) -> (H, W, ...): means of 2 x 2 blocks, which make smooth edges."""
    height = canvas.shape[0] // 2
    width = canvas.shape[1] // 2
    return canvas.reshape(height, 2, width, 2, *canvas.shape[2:]).mean((1, 3))
