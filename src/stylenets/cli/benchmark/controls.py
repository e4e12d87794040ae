"""The suite ``controls``: what strength, colors and stroke do to a network's pictures."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets.cli.benchmark.inputs import chosen_network
from stylenets.cli.benchmark.quality import build_judge
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.errors import UserError
from stylenets.evaluation.quality.controls import (
    KeptColors,
    StrengthCourse,
    StrokePeaks,
    colors_table,
    kept_colors,
    strength_course,
    strength_table,
    stroke_peaks,
    strokes_table,
)
from stylenets.inference.devices import choose_device
from stylenets.inference.settings import Controls
from stylenets.inference.stylizer import Stylizer
from stylenets.styles import StyleBank

Advance = Callable[[], None]


def run_controls(config: DictConfig, out: Path) -> None:
    """Write controls.json, controls.md and config.yaml into ``out``."""
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    device = choose_device(config.device)
    painter = Stylizer.load(chosen_network(config), device=device)
    bank = instantiate(config.styles)
    styles = [name for name in painter.styles if name in bank.names]
    if not styles:
        raise UserError("suite=controls: styles= has none of the network's styles")
    photos = read_photos(config.photos, config.limit, config.size)
    chosen = config.controls
    stroked = min(chosen.stroke_photos, len(photos))
    with progress(len(styles) * (len(photos) + stroked)) as advance:
        courses, colors = _of_strength(config, painter, bank, photos, styles, advance)
        strokes = _of_strokes(config, stroked, painter, styles, advance)
    tables = [strength_table(courses), colors_table(colors)]
    if strokes:
        tables.append(strokes_table(strokes, chosen.stroke_sizes))
    figures = {
        "strength": [asdict(one) | {"monotonic": one.is_monotonic} for one in courses],
        "colors": [asdict(one) for one in colors],
        "stroke": [asdict(one) for one in strokes],
    }
    write_measurement("controls", tables, figures, config, device, out)


def _of_strength(
    config: DictConfig,
    painter: Stylizer,
    bank: StyleBank,
    photos: dict[str, Tensor],
    styles: list[str],
    advance: Advance,
) -> tuple[list[StrengthCourse], list[KeptColors]]:
    judge = build_judge(config, bank, None, str(painter.painter.device))
    courses = []
    colors = []
    for name, photo in photos.items():
        for style in styles:
            painted = partial(painter.paint, photo, painter.weights(style))
            names = (name, style)
            index = bank.names.index(style)
            strengths = list(config.controls.strengths)
            courses.append(strength_course(painted, judge, photo, names, strengths, index))
            colors.append(kept_colors(painted, photo, names))
            advance()
    return courses, colors


def _of_strokes(
    config: DictConfig,
    count: int,
    painter: Stylizer,
    styles: list[str],
    advance: Advance,
) -> list[StrokePeaks]:
    if not count:
        return []
    both = [read_photos(config.photos, count, one) for one in config.controls.stroke_sizes]
    controls = Controls(stroke="auto")
    found = []
    for name in both[0]:
        for style in styles:
            small, large = (
                (painter.paint(photos[name], painter.weights(style), controls), photos[name])
                for photos in both
            )
            found.append(stroke_peaks(small, large, (name, style)))
            advance()
    return found
