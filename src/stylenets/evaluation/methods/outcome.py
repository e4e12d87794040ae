"""What is measured of an optimized picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from stylenets.evaluation.methods.segments import (
    border_gradient,
    leaks,
    near_border,
    style_in_segments,
)
from stylenets.masks import sharpened
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.harmony import color_step
from stylenets.optimize.mixed import relative_improvements
from stylenets.optimize.saved_run import StepRecord
from stylenets.optimize.scene import Scene


@dataclass(frozen=True)
class Outcome:
    """One run of a method.

    Args:
        stem: Its name among the files.
        picture: (1, 3, H, W) RGB in [0, 1].
        rows: Its steps.
        figures: As ``measure_picture`` gives them, and the seconds.
        strips: {caption: pictures (3, h, w) by label}: what came before it, and what it is made of.
    """

    stem: str
    picture: Tensor
    rows: list[StepRecord]
    figures: dict[str, Any]
    strips: dict[str, dict[str, Tensor]] = field(default_factory=dict)


@torch.no_grad()
def measure_picture(
    picture: Tensor, scene: Scene, criterion: Criterion, rows: Sequence[StepRecord]
) -> dict[str, Any]:
    """The figures of a picture of ``scene``.

    Args:
        picture: (1, 3, H, W) RGB in [0, 1].
        scene: What was to be painted.
        criterion: The losses.
        rows: The steps that led to it; none for a network's picture.

    Returns:
        Steps and stages, content loss and relative improvement by style; where regions are painted
        in more than one style, also what ``segments`` measures.
    """
    styles = list(scene.style_pictures().values())
    improvements = relative_improvements(picture, scene.content, styles, criterion)
    content = criterion.content_loss(
        criterion.features(picture), criterion.content_of(scene.content)
    )
    figures: dict[str, Any] = {
        "steps": len(rows),
        "stages": summarize_stages(rows),
        "content": float(content),
        "relative_improvement": dict(zip(scene.styles, improvements, strict=True)),
    }
    if len(set(scene.painted_in.values())) > 1:
        figures |= _measure_regions(picture, scene, criterion)
    return figures


def _measure_regions(picture: Tensor, scene: Scene, criterion: Criterion) -> dict[str, Any]:
    """Style losses in the regions, leaks across their borders, and how sharp the borders are."""
    regions = {label: mask.cpu() for label, mask in scene.regions.items()}
    vgg = criterion.vgg
    layers = list(criterion.style)
    inside = style_in_segments(vgg, layers, picture, sharpened(regions), scene.style_pictures())
    bands = style_in_segments(vgg, layers, picture, near_border(regions), scene.style_pictures())
    return {
        "style_in_segment": inside,
        "painted_in": dict(scene.painted_in),
        "leak": leaks(bands, scene.painted_in),
        "color_step": color_step(picture, scene.regions),
        "gradient": {
            "picture": border_gradient(picture, regions),
            "photograph": border_gradient(scene.content, regions),
        },
    }


def summarize_stages(rows: Sequence[StepRecord]) -> list[dict[str, Any]]:
    """Of every stage its steps, and its total before the first and the last of them."""
    stages: list[dict[str, Any]] = []
    for row in rows:
        total = sum(row.terms.values())
        if not stages or (stages[-1]["stage"], stages[-1]["size"]) != (row.stage, row.size):
            stages.append({"stage": row.stage, "size": row.size, "steps": 0, "first": total})
        stages[-1]["steps"] += 1
        stages[-1]["last"] = total
    return stages
