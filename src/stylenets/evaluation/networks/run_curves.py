"""A run's figures by step as a table of three columns: step, figure, value."""

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

HEADER = ["step", "figure", "value"]
LONGEST = 100_000_000  # bytes of a file that is read
Curves = dict[str, dict[int, float]]


def read_run_curves(file: Path) -> Curves:
    """{figure: {step: value}}; what is no line of such a table is left out."""
    curves: Curves = {}
    if not file.is_file() or file.stat().st_size > LONGEST:
        return curves
    text = file.read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        try:
            ((step, figure, value),) = csv.reader([line])
            number = float(value)
            if math.isfinite(number):
                curves.setdefault(figure, {})[int(step)] = number
        except (ValueError, csv.Error):
            continue
    return curves


def add_step(curves: Curves, step: int, figures: Mapping[str, float]) -> None:
    """Take in the figures of a step; those of later ones are from before a run was taken up."""
    for name in [*curves, *figures]:
        curve = curves.setdefault(name, {})
        for later in [known for known in curve if known >= step]:
            del curve[later]
        if name in figures:
            curve[step] = figures[name]


def curves_text(curves: Curves) -> str:
    """The table, a line for each figure of each step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for figure, curve in curves.items():
        writer.writerows([step, figure, f"{value:.6g}"] for step, value in sorted(curve.items()))
    return buffer.getvalue()
