"""Runs beside each other as they were made: what differs in their settings, and their curves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stylenets.evaluation.networks.run_curves import Curves
from stylenets.report.page import Page
from stylenets.report.tables import Sheet

LONGEST = 80  # characters of a value
UNSET = "–"
# Where something is, which says nothing about what was run.
PLACES = ("out", "name", "callbacks", "logger", "hydra", "about", "ckpt", "overwrite", "debug")
OWN_FOLDER = "data.leave_out"  # another name of ``out``
SHOWN = ("yardstick/style", "yardstick/structure", "yardstick/palette", "yardstick/content")


@dataclass(frozen=True)
class RunHistory:
    """What a run's folder tells of how it was made.

    Attributes:
        settings: {dotted name: value} of its configuration; empty where the folder has none.
        curves: {figure: {step: value}}.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    curves: Curves = field(default_factory=dict)


def compare_settings(histories: Mapping[str, RunHistory]) -> list[Sheet]:
    """A row for each setting that is not the same in all runs that have any; none if all are."""
    told = {name: one.settings for name, one in histories.items() if one.settings}
    keys = dict.fromkeys(key for settings in told.values() for key in settings)
    rows = []
    for key in keys:
        values = [_written(settings, key) for settings in told.values()]
        if len(set(values)) > 1 and key.split(".")[0] not in PLACES and key != OWN_FOLDER:
            rows.append([key, *values])
    return [Sheet("What differs in their settings", ["setting", *told], rows)] if rows else []


def add_history(page: Page, histories: Mapping[str, RunHistory]) -> None:
    """The table of differences, and each figure's curves over each other, where there are any."""
    for table in compare_settings(histories):
        page.heading("What differs")
        page.table(table)
    drawn = [figure for figure in SHOWN if any(figure in h.curves for h in histories.values())]
    if drawn:
        page.heading("Curves")
        page.text("The common yardstick at each validation: lower is better.")
    for figure in drawn:
        series = {
            name: [(float(step), value) for step, value in sorted(one.curves[figure].items())]
            for name, one in histories.items()
            if figure in one.curves
        }
        page.plot(series, "step", figure)


def _written(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key, UNSET)
    return str(value)[:LONGEST]
