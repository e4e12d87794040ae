"""A block of VGG written out in numpy, for BGR pixels as Caffe's models take them."""

from collections.abc import Iterable

import numpy as np

Layer = tuple[np.ndarray, np.ndarray]  # (3, 3, in, out) kernel and (out,) bias


def bgr_pixels(picture: np.ndarray, mean: tuple[float, float, float]) -> np.ndarray:
    """(3, H, W) RGB in [0, 1] -> (H, W, 3) BGR, 0-255 minus the mean pixel."""
    return picture[::-1].transpose(1, 2, 0) * 255.0 - np.array(mean)


def block(pixels: np.ndarray, layers: Iterable[Layer]) -> np.ndarray:
    """Correlations with zero padding, each with its ReLU: (H, W, 3) -> (H, W, C), in float64."""
    y = pixels
    for kernel, bias in layers:
        padded = np.pad(y, ((1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
        sums = np.einsum("hwcij,ijco->hwo", windows, kernel.astype(np.float64))
        y = np.maximum(sums + bias, 0)
    return y
