"""What the command ``optimize`` leaves beside the pictures: figures, curves, a page, and for a sweep a strip and a table."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from stylenets import images
from stylenets.checkpoints import atomic_write
from stylenets.cli.entry import report
from stylenets.evaluation import optimized
from stylenets.report.page import Page

if TYPE_CHECKING:
    from stylenets.evaluation.optimized import Outcome
    from stylenets.optimize.scene import Scene

log = logging.getLogger(__name__)


def write_results(
    config: DictConfig, scene: Scene, outcomes: list[Outcome], key: str | None, out: Path
) -> None:
    """curves.csv, report.html and figures.json, this one last: with it a run is finished; of a sweep over ``key`` the strip and <key>.csv."""
    page = Page(f"{config.name}: {Path(config.content).stem}")
    page.picture(
        images.grid(
            [
                [
                    scene.content[0],
                    *(images.resize(one, scene.content.shape[-1]) for one in scene.styles.values()),
                ]
            ]
        ),
        "given",
    )
    if key:
        values = list(config[key])
        found = [outcome.figures for outcome in outcomes]
        strip = images.grid(
            [[outcome.picture[0] for outcome in outcomes]],
            column_labels=[f"{key} {value}" for value in values],
        )
        path = out / f"{Path(config.content).stem}_{config.name}_{key}.png"
        images.write(path, strip)
        report(path, *strip.shape[-2:], sum(of["seconds"] for of in found))
        _write(out / f"{key}.csv", optimized.sweep_csv(key, values, found))
        page.picture(strip, f"by {key}")
        optimized.add_sweep(page, key, values, found)
    for outcome in outcomes:
        page.heading(outcome.stem)
        page.picture(outcome.picture[0], outcome.stem)
        optimized.add_figures(page, outcome.figures)
        optimized.add_curves(page, outcome.rows, "every term before each step")
        _write(
            out / f"curves{outcome.stem.partition(config.name)[2] if key else ''}.csv",
            optimized.curves_csv(outcome.rows),
        )
    _write(out / "report.html", page.html())
    _write(
        out / "figures.json",
        json.dumps({outcome.stem: outcome.figures for outcome in outcomes}, indent=1),
    )
    log.info("written: %s", out / "report.html")


def _write(path: Path, text: str) -> None:
    atomic_write(path, lambda file: file.write(text.encode()))
