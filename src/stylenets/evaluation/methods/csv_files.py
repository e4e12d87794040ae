"""The steps of a method, and the figures of a sweep, as tables for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from stylenets.optimize.saved_run import StepRecord


def curves_csv(rows: Sequence[StepRecord]) -> str:
    """A line for every step: its number, stage, size, total, and every term before the step."""
    names = term_names(rows)
    lines: list[list[Any]] = [["step", "stage", "size", "total", *names]]
    for row in rows:
        terms = [row.terms.get(name, "") for name in names]
        lines.append([row.step, row.stage, row.size, sum(row.terms.values()), *terms])
    return _to_csv(lines)


def sweep_csv(key: str, values: Sequence[float], figures: Sequence[dict[str, Any]]) -> str:
    """A line for every value of ``key``: content loss and the relative improvement by style."""
    styles = len(figures[0]["relative_improvement"])
    lines: list[list[Any]] = [[key, "content", *(f"RI_{k}" for k in range(1, styles + 1))]]
    for value, found in zip(values, figures, strict=True):
        lines.append([value, found["content"], *found["relative_improvement"].values()])
    return _to_csv(lines)


def term_names(rows: Sequence[StepRecord]) -> list[str]:
    """The terms of all steps, in the order in which they come up."""
    return list(dict.fromkeys(name for row in rows for name in row.terms))


def _to_csv(lines: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(lines)
    return file.getvalue()
