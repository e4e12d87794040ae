"""What the command ``optimize`` leaves beside the pictures: figures, curves and a page.

A sweep leaves a strip of its pictures and a table, too.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from omegaconf import DictConfig
from torch import Tensor

from stylenets import images
from stylenets.cli.scene_request import picture_stem
from stylenets.cli.streams import tell_file
from stylenets.evaluation.methods.csv_files import curves_csv, sweep_csv
from stylenets.evaluation.methods.outcome import Outcome
from stylenets.evaluation.methods.page import add_curves, add_figures, add_sweep
from stylenets.files import write_text
from stylenets.optimize.scene import Scene
from stylenets.report.page import Page

log = logging.getLogger(__name__)


def write_results(
    config: DictConfig, scene: Scene, outcomes: list[Outcome], key: str | None, out: Path
) -> None:
    """Write curves.csv, report.html and figures.json, this one last: with it a run is finished.

    Args:
        config: The settings of the run.
        scene: What was painted.
        outcomes: One for each variant.
        key: The swept setting, whose strip and <key>.csv are written too; None: there is none.
        out: The folder they go to.
    """
    page = Page(f"{config.name}: {Path(config.content).stem}")
    page.picture(given_pictures(scene), "given")
    if key:
        write_sweep(config, outcomes, key, out, page)
    for outcome in outcomes:
        page.heading(outcome.stem)
        page.picture(outcome.picture[0], outcome.stem)
        for caption, pictures in outcome.strips.items():
            page.picture(images.grid([[*pictures.values()]], None, list(pictures)), caption)
        add_figures(page, outcome.figures)
        add_curves(page, outcome.rows, "every term before each step")
        addition = outcome.stem.removeprefix(picture_stem(config))
        write_text(out / f"curves{addition}.csv", curves_csv(outcome.rows))
    write_text(out / "report.html", page.html())
    figures = {outcome.stem: outcome.figures for outcome in outcomes}
    write_text(out / "figures.json", json.dumps(figures, indent=1))
    log.info("written: %s", out / "report.html")


def write_sweep(
    config: DictConfig, outcomes: list[Outcome], key: str, out: Path, page: Page
) -> None:
    """Write the pictures side by side and their figures by ``key``, and show both on ``page``."""
    values = list(config[key])
    figures = [outcome.figures for outcome in outcomes]
    labels = [f"{key} {value}" for value in values]
    strip = images.grid([[outcome.picture[0] for outcome in outcomes]], column_labels=labels)
    path = out / f"{picture_stem(config)}_{key}.png"
    images.write(path, strip)
    height, width = strip.shape[-2:]
    tell_file(path, height, width, sum(one["seconds"] for one in figures))
    write_text(out / f"{key}.csv", sweep_csv(key, values, figures))
    page.picture(strip, f"by {key}")
    add_sweep(page, key, values, figures)


def given_pictures(scene: Scene) -> Tensor:
    """(3, H, W): the photograph and the style pictures in a row."""
    size = scene.content.shape[-1]
    styles = [images.resize(picture, size) for picture in scene.styles.values()]
    return images.grid([[scene.content[0], *styles]])
