"""How well the saliency of the loss network's activations finds people.

Its overlap with a person segmenter stands beside that of simpler guesses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Any

import torch
from skimage.filters import threshold_otsu
from torch import Tensor

from stylenets import images, masks
from stylenets.report.tables import Sheet
from stylenets.segmentation import Segmenter
from stylenets.segmentation.saliency import LAYER, SIZE, Saliency, unit_range
from stylenets.vgg.network import LossNetwork

COVERAGE = (0.1, 0.7)  # a portrait: the person covers more than a speck and leaves a background
BOX = 0.8  # sides of the middle box over the picture's: the best of 0.6, 0.7 and 0.8 on portraits


@dataclass(frozen=True)
class SaliencyOverlap:
    """How far guesses agree with a reference.

    Args:
        coverage: {photograph: share of it that the reference marks}.
        overlap: {guess: {photograph: IoU}}.
        skipped: Photographs that are no portraits, by COVERAGE.
    """

    coverage: dict[str, float]
    overlap: dict[str, dict[str, float]]
    skipped: list[str]

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the means included."""
        means = {guess: mean(values.values()) for guess, values in self.overlap.items() if values}
        return {
            "coverage": self.coverage,
            "iou": self.overlap,
            "mean_iou": means,
            "skipped": self.skipped,
        }

    def table(self) -> Sheet:
        """The same as a table, the means last."""
        rows = []
        for photo, share in self.coverage.items():
            found = [f"{values[photo]:.3f}" for values in self.overlap.values()]
            rows.append([photo, f"{share:.2f}", *found])
        if rows:
            means = [f"{mean(values.values()):.3f}" for values in self.overlap.values()]
            rows.append(["mean", f"{mean(self.coverage.values()):.2f}", *means])
        title = (
            f"Overlap (IoU) with the person segmenter on {len(self.coverage)} portraits; "
            f"{len(self.skipped)} other pictures skipped"
        )
        return Sheet(title, ["photograph", "person's share", *self.overlap], rows)


def compare_saliency(
    photos: Mapping[str, Tensor], person: Segmenter, vgg: LossNetwork, advance: Callable[[], None]
) -> SaliencyOverlap:
    """Measure the guesses on the portraits among some photographs.

    Args:
        photos: (3, H, W) by name.
        person: The reference: what it marks as "person".
        vgg: Whose activations are used.
        advance: Called after each photograph.
    """
    guesses: dict[str, Segmenter] = {
        "saliency": Saliency(vgg),
        "strength": Strength(vgg),
        "center box": CenterBox(),
    }
    coverage = {}
    skipped = []
    overlap: dict[str, dict[str, float]] = {guess: {} for guess in guesses}
    for name, picture in photos.items():
        reference = person(picture)["person"] > 0.5
        share = float(reference.float().mean())
        if COVERAGE[0] <= share <= COVERAGE[1]:
            coverage[name] = share
            for guess, segmenter in guesses.items():
                overlap[guess][name] = iou(segmenter(picture)["object"] > 0.5, reference)
        else:
            skipped.append(name)
        advance()
    return SaliencyOverlap(coverage, overlap, skipped)


def iou(guess: Tensor, reference: Tensor) -> float:
    """Intersection over union of two boolean masks; 1 where both are empty."""
    union = int((guess | reference).sum())
    return int((guess & reference).sum()) / union if union else 1.0


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


class Strength:
    """The guess that saliency refines: the norm of the activations, divided by Otsu's threshold."""

    def __init__(self, vgg: LossNetwork) -> None:
        self.vgg = vgg

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) -> {"object": (H, W)} of 0 and 1."""
        height, width = picture.shape[1:]
        resized = images.resize(picture, SIZE)[None].to(self.vgg.mean.device)
        strength = self.vgg(resized, [LAYER])[LAYER][0].norm(dim=0).float().cpu()
        score = masks.resize(unit_range(strength), height, width)
        return {"object": (score > float(threshold_otsu(score.numpy()))).float()}
