"""The lessons of the command ``teach``: photographs and what a person segmenter marks in them."""

from collections.abc import Callable
from pathlib import Path

import torch

from stylenets import images
from stylenets.inference.devices import choose_device
from stylenets.segmentation.attention import WEIGHTS
from stylenets.segmentation.selfie import Selfie
from stylenets.segmentation.teaching import SIZES, Lesson, lessons
from stylenets.vgg.network import LossNetwork


def read_lessons(
    paths: list[Path],
    nothing: float,
    device: str,
    generator: torch.Generator,
    advance: Callable[[], None],
) -> list[Lesson]:
    """Two lessons of each photograph.

    Args:
        paths: The photographs.
        nothing: Share of a photograph; where less is marked, nothing stands out.
        device: Where VGG computes.
        generator: Of the turns.
        advance: Called after each photograph.
    """
    teacher = Selfie()
    vgg = LossNetwork(19, WEIGHTS).to(choose_device(device))
    learned = []
    for path in paths:
        picture = images.read(path, max(SIZES))
        mask = teacher(picture)["person"]
        mask = mask if float((mask > 0.5).float().mean()) >= nothing else torch.zeros_like(mask)
        learned += lessons(vgg, picture, mask, generator)
        advance()
    return learned
