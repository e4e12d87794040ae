"""What is told of an optimized picture: figures as plain numbers, the curves of every term, and a page with both."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
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
from stylenets.optimize.mixed import relative_improvements
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Row
from stylenets.report.page import Page
from stylenets.report.tables import Sheet


@dataclass(frozen=True)
class Outcome:
    """One run: its name among the files, picture (1, 3, H, W), rows and figures."""

    stem: str
    picture: Tensor
    rows: list[Row]
    figures: dict[str, Any]


@torch.no_grad()
def measure(
    picture: Tensor, scene: Scene, criterion: Criterion, rows: Sequence[Row]
) -> dict[str, Any]:
    """Figures of picture (1, 3, H, W) after ``rows``: relative improvement by style; where there are regions, those of ``segments``."""
    improvements = relative_improvements(
        picture, scene.content, list(scene.styles.values()), criterion
    )
    figures: dict[str, Any] = {"steps": len(rows), "stages": _stages(rows)}
    figures["content"] = float(
        criterion.content_loss(criterion.features(picture), criterion.content_of(scene.content))
    )
    figures["relative_improvement"] = dict(zip(scene.styles, improvements, strict=True))
    if len(set(scene.painted_in.values())) > 1:
        regions = {label: mask.cpu() for label, mask in scene.regions.items()}
        layers = list(criterion.style)
        inside = style_in_segments(criterion.vgg, layers, picture, sharpened(regions), scene.styles)
        bands = style_in_segments(
            criterion.vgg, layers, picture, near_border(regions), scene.styles
        )
        figures["style_in_segment"], figures["painted_in"] = inside, dict(scene.painted_in)
        figures["leak"] = leaks(bands, scene.painted_in)
        figures["gradient"] = {
            "picture": border_gradient(picture, regions),
            "photograph": border_gradient(scene.content, regions),
        }
    return figures


def curves_csv(rows: Sequence[Row]) -> str:
    """A line for every step: its number, stage, size, total and every term before the step."""
    names = list(dict.fromkeys(name for row in rows for name in row.terms))
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["step", "stage", "size", "total", *names])
    for row in rows:
        writer.writerow(
            [
                row.step,
                row.stage,
                row.size,
                sum(row.terms.values()),
                *(row.terms.get(name, "") for name in names),
            ]
        )
    return file.getvalue()


def add_curves(page: Page, rows: Sequence[Row], caption: str) -> None:
    """A plot of every term, and of their sum, against the step."""
    names = list(dict.fromkeys(name for row in rows for name in row.terms))
    series = {"total": [(row.step, sum(row.terms.values())) for row in rows]}
    series |= {
        name: [(row.step, row.terms[name]) for row in rows if name in row.terms] for name in names
    }
    page.plot(series, "step", "weighted loss", caption, log_y=True)


def add_figures(page: Page, figures: dict[str, Any]) -> None:
    """Tables of what ``measure`` found."""
    improvements = figures["relative_improvement"]
    rows = [
        ["content loss", _short(figures["content"])],
        *([f"RI {name}", _short(value)] for name, value in improvements.items()),
    ]
    page.table(
        Sheet(
            "The picture: RI is its style loss over the photograph's (0 is the style)",
            ["", ""],
            rows,
        )
    )
    if "style_in_segment" in figures:
        page.table(segments_sheet(figures))
        border = [
            [name, *(_short(value) for value in of.values())]
            for name, of in figures["gradient"].items()
        ]
        page.table(
            Sheet("Mean gradient near the borders", ["", "border", "elsewhere", "ratio"], border)
        )


def segments_sheet(figures: dict[str, Any]) -> Sheet:
    """Style loss in every segment to every style, the own one marked, and the leak."""
    styles = list(next(iter(figures["style_in_segment"].values())))
    rows = []
    for label, losses in figures["style_in_segment"].items():
        cells = [
            f"{_short(losses[name])}{' (own)' * (figures['painted_in'][label] == name)}"
            for name in styles
        ]
        rows.append(
            [label, *cells, _short(figures["leak"][label]) if label in figures["leak"] else ""]
        )
    return Sheet(
        "Style loss in each segment; leak: 0 the own style alone, 0.5 as near to another",
        ["segment", *styles, "leak"],
        rows,
    )


def sweep_csv(key: str, values: Sequence[float], figures: Sequence[dict[str, Any]]) -> str:
    """A line for every value of ``key``: content loss and the relative improvement of every style."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [
            key,
            "content",
            *(f"RI_{k}" for k, _ in enumerate(figures[0]["relative_improvement"], start=1)),
        ]
    )
    for value, of in zip(values, figures, strict=True):
        writer.writerow([value, of["content"], *of["relative_improvement"].values()])
    return file.getvalue()


def add_sweep(
    page: Page, key: str, values: Sequence[float], figures: Sequence[dict[str, Any]]
) -> None:
    """A plot of the relative improvement of every style over ``key`` (seed 004, fig. 6)."""
    names = list(figures[0]["relative_improvement"])
    found = [of["relative_improvement"] for of in figures]
    series = {
        f"RI {name}": [(value, of[name]) for value, of in zip(values, found, strict=True)]
        for name in names
    }
    page.plot(
        series,
        key,
        "style loss over the photograph's",
        f"Relative improvement by {key}",
        log_x=key == "ratio",
        log_y=key == "ratio",
    )


def _stages(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Of every stage its steps and its total before the first and the last of them."""
    stages: list[dict[str, Any]] = []
    for row in rows:
        total = sum(row.terms.values())
        if not stages or (stages[-1]["stage"], stages[-1]["size"]) != (row.stage, row.size):
            stages.append({"stage": row.stage, "size": row.size, "steps": 0, "first": total})
        stages[-1] |= {"steps": stages[-1]["steps"] + 1, "last": total}
    return stages


def _short(value: float) -> str:
    return f"{value:.3g}"
