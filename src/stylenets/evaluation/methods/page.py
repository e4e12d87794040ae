"""An optimized picture on a page: tables of its figures, and plots of its curves."""

from collections.abc import Sequence
from typing import Any

from stylenets.evaluation.methods.csv_files import term_names
from stylenets.optimize.saved_run import StepRecord
from stylenets.report.page import Page
from stylenets.report.tables import Sheet


def add_curves(page: Page, rows: Sequence[StepRecord], caption: str) -> None:
    """Plot every term, and their sum, against the step."""
    series = {"total": [(float(row.step), sum(row.terms.values())) for row in rows]}
    for name in term_names(rows):
        series[name] = [(row.step, row.terms[name]) for row in rows if name in row.terms]
    page.plot(series, "step", "weighted loss", caption, log_y=True)


def add_figures(page: Page, figures: dict[str, Any]) -> None:
    """Add tables of what ``measure_picture`` found."""
    rows = [["content loss", _short(figures["content"])]]
    for name, value in figures["relative_improvement"].items():
        rows.append([f"RI {name}", _short(value)])
    title = "The picture: RI is its style loss over the photograph's (0 is the style)"
    page.table(Sheet(title, ["", ""], rows))
    if "style_in_segment" in figures:
        page.table(segments_table(figures))
        page.table(_gradient_table(figures))


def segments_table(figures: dict[str, Any]) -> Sheet:
    """Style loss in every segment to every style, the own one marked, and the leak."""
    in_segments = figures["style_in_segment"]
    styles = list(next(iter(in_segments.values())))
    rows = []
    for label, losses in in_segments.items():
        own = figures["painted_in"][label]
        cells = [f"{_short(losses[name])}{' (own)' * (name == own)}" for name in styles]
        leak = _short(figures["leak"][label]) if label in figures["leak"] else ""
        rows.append([label, *cells, leak])
    title = "Style loss in each segment; leak: 0 the own style alone, 0.5 as near to another"
    return Sheet(title, ["segment", *styles, "leak"], rows)


def _gradient_table(figures: dict[str, Any]) -> Sheet:
    rows = []
    for name, lengths in figures["gradient"].items():
        rows.append([name, *(_short(length) for length in lengths.values())])
    return Sheet("Mean gradient near the borders", ["", "border", "elsewhere", "ratio"], rows)


def add_sweep(
    page: Page, key: str, values: Sequence[float], figures: Sequence[dict[str, Any]]
) -> None:
    """Plot the relative improvement of every style over ``key``.

    As in "Mixed Neural Style Transfer", fig. 6.
    """
    improvements = [found["relative_improvement"] for found in figures]
    series = {}
    for name in improvements[0]:
        points = zip(values, improvements, strict=True)
        series[f"RI {name}"] = [(value, found[name]) for value, found in points]
    page.plot(
        series,
        key,
        "style loss over the photograph's",
        f"Relative improvement by {key}",
        log_x=key == "ratio",
        log_y=key == "ratio",
    )


def _short(value: float) -> str:
    return f"{value:.3g}"
