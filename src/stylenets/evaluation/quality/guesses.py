"""Simpler and published guesses at what stands out, to compare ``segmenter=saliency`` with.

A map of scores is divided by Otsu's threshold, for every method and every picture alike.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.filters import threshold_otsu
from torch import Tensor

from stylenets import masks
from stylenets.segmentation import Segmenter
from stylenets.segmentation.edges import opencv

BOX = 0.8  # sides of the middle box over the picture's: the best of 0.6, 0.7 and 0.8 on portraits


def guesses() -> dict[str, Segmenter]:
    """The guesses by name, of the published ones those that OpenCV has.

    They are the spectral residual (Hou & Zhang 2007) and fine-grained saliency (Montabone & Soto
    2010).

    Raises:
        UserError: The extra ``saliency`` is not installed.
    """
    saliency = opencv().saliency
    return {
        "spectral residual": Scored(saliency.StaticSaliencySpectralResidual.create()),
        "fine-grained": Scored(saliency.StaticSaliencyFineGrained.create()),
        "center box": CenterBox(),
    }


class Scored:
    """One of OpenCV's detectors, whose scores Otsu's threshold divides."""

    def __init__(self, detector: Any) -> None:
        self.detector = detector

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) -> {"object": (H, W)} of 0 and 1."""
        pixels = (255 * picture.flip(0).permute(1, 2, 0)).round().byte()
        _, scores = self.detector.computeSaliency(np.ascontiguousarray(pixels.numpy()))
        scores = torch.from_numpy(_of_floats(scores))
        scores = masks.resize(scores, *picture.shape[1:])
        return {"object": (scores > float(threshold_otsu(scores.numpy()))).float()}


class CenterBox:
    """The guess that needs no eyes: a box in the middle."""

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) -> {"object": (H, W)} of 0 and 1."""
        height, width = picture.shape[1:]
        top = round(height * (1 - BOX) / 2)
        left = round(width * (1 - BOX) / 2)
        box = torch.zeros(height, width)
        box[top : height - top, left : width - left] = 1
        return {"object": box}


def _of_floats(scores: NDArray[Any]) -> NDArray[np.float32]:
    """Scores in [0, 1]; one of the detectors gives bytes."""
    scale = 255 if scores.dtype == np.uint8 else 1
    return np.asarray(scores / scale, np.float32)
