"""How well the saliency of the loss network's activations finds people: overlap with a person segmenter, beside simpler guesses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import mean
from typing import Any

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.evaluation.quality.tables import Sheet
from stylenets.segmentation import Segmenter
from stylenets.segmentation.saliency import LAYER, SIZE, Saliency, unit_range
from stylenets.vgg.network import LossNetwork

COVERAGE = (0.1, 0.7)  # a portrait: the person covers more than a speck and leaves a background
BOX = 0.8  # sides of the box in the middle over the picture's: the best of 0.6, 0.7 and 0.8 on the portraits at hand


@dataclass(frozen=True)
class Attention:
    """{photograph: share of it that the reference marks} and {guess: {photograph: IoU}}; ``skipped``: not portraits by COVERAGE."""

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

    def sheet(self) -> Sheet:
        """The same as a table, the means last."""
        guesses = list(self.overlap)
        rows = [
            [
                photo,
                f"{self.coverage[photo]:.2f}",
                *(f"{self.overlap[guess][photo]:.3f}" for guess in guesses),
            ]
            for photo in self.coverage
        ]
        if rows:
            means = [mean(self.overlap[guess].values()) for guess in guesses]
            rows.append(
                [
                    "mean",
                    f"{mean(self.coverage.values()):.2f}",
                    *(f"{value:.3f}" for value in means),
                ]
            )
        title = f"Overlap (IoU) with the person segmenter on {len(self.coverage)} portraits; {len(self.skipped)} other pictures skipped"
        return Sheet(title, ["photograph", "person's share", *guesses], rows)


def compare(
    photos: Mapping[str, Tensor], person: Segmenter, vgg: LossNetwork, advance: Callable[[], None]
) -> Attention:
    """Photographs (3, H, W) by name; those of which ``person`` marks 10 to 70 % as "person" are measured."""
    guesses = {"saliency": Saliency(vgg), "strength": Strength(vgg), "center box": CenterBox()}
    coverage, skipped, overlap = {}, [], {guess: {} for guess in guesses}
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
    return Attention(coverage, overlap, skipped)


def iou(guess: Tensor, reference: Tensor) -> float:
    """Intersection over union of two boolean masks; 1 where both are empty."""
    union = int((guess | reference).sum())
    return int((guess & reference).sum()) / union if union else 1.0


class CenterBox:
    """The guess that needs no eyes: a box in the middle."""

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) -> {"object": (H, W)} of 0 and 1."""
        height, width = picture.shape[1:]
        top, left = round(height * (1 - BOX) / 2), round(width * (1 - BOX) / 2)
        box = torch.zeros(height, width)
        box[top : height - top, left : width - left] = 1
        return {"object": box}


class Strength:
    """The guess of which saliency is the refinement: the norm of the activations over the channels, divided by Otsu's threshold."""

    def __init__(self, vgg: LossNetwork) -> None:
        self.vgg = vgg

    @torch.inference_mode()
    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """(3, H, W) -> {"object": (H, W)} of 0 and 1."""
        from skimage.filters import threshold_otsu

        resized = images.resize(picture, SIZE)[None].to(self.vgg.mean.device)
        score = masks.resize(
            unit_range(self.vgg(resized, [LAYER])[LAYER][0].norm(dim=0).float().cpu()),
            *picture.shape[1:],
        )
        return {"object": (score > float(threshold_otsu(score.numpy()))).float()}
