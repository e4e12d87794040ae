"""A comparison as one long table of figures, for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence

from stylenets.evaluation.networks.comparison import NetworkComparison
from stylenets.evaluation.networks.entry import Entry
from stylenets.evaluation.networks.spread import Spread
from stylenets.evaluation.quality.findings import PHOTOGRAPH, JudgedPicture
from stylenets.evaluation.quality.measures import MEASURES

COLUMNS = [
    "run",
    "family",
    "style",
    "to_style",
    "size",
    "measure",
    "unit",
    "value",
    "deviation",
    "count",
]
FORMULA = tuple("=+-@\t\r")  # a spreadsheet would compute a text that begins with one of these
LongRow = dict[str, str | float]


def list_figures(comparison: NetworkComparison) -> list[LongRow]:
    """One row for each figure, by the names in ``COLUMNS``; "" where a column does not apply.

    A measure is the mean over ``count`` photographs with its standard ``deviation``, of pictures in
    ``style``; a style distance is measured ``to_style``. A time is the median of ``count`` pictures
    of ``size`` pixels a side. The photographs themselves are rows without a run.
    """
    rows: list[LongRow] = []
    for entry in comparison.entries:
        rows += _facts(entry)
        rows += _times(comparison, entry)
    findings = comparison.findings
    families = {entry.name: entry.facts.family for entry in comparison.entries}
    for maker in [PHOTOGRAPH, *families]:
        run = "" if maker == PHOTOGRAPH else maker
        for number, style in enumerate(comparison.bank.names):
            pictures = findings.of(maker, number)
            place: LongRow = {"run": run, "family": families.get(maker, maker), "style": style}
            rows += [place | one for one in _measures(comparison.bank.names, pictures)]
    empty: LongRow = dict.fromkeys(COLUMNS, "")
    return [empty | row for row in rows]


def to_csv(rows: Sequence[Mapping[str, str | float]], columns: Sequence[str] = COLUMNS) -> str:
    """Long format, which spreadsheets pivot; numbers in full.

    A text that would be a formula gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return buffer.getvalue()


def _harmless(value: str | float) -> str | float:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _measures(styles: Sequence[str], pictures: Sequence[JudgedPicture]) -> list[LongRow]:
    """What the judge finds of some pictures in one style, and how far they are from every style."""
    rows: list[LongRow] = []
    for measure in MEASURES if pictures else ():
        spread = measure.spread(pictures)
        if spread is not None:
            place: LongRow = {"measure": measure.name, "unit": measure.unit}
            rows.append(place | _columns(spread))
    for number, style in enumerate(styles if pictures else ()):
        spread = Spread.of([one.verdict.distances[number] for one in pictures])
        distance: LongRow = {"measure": "style distance", "to_style": style}
        rows.append(distance | _columns(spread))
    return rows


def _columns(spread: Spread) -> LongRow:
    return {"value": spread.mean, "deviation": spread.deviation, "count": spread.count}


def _facts(entry: Entry) -> list[LongRow]:
    """What is known of an entry without running it."""
    facts = entry.facts
    training = facts.training
    place: LongRow = {"run": entry.name, "family": facts.family}
    known = [
        ("training time", "s", training.seconds),
        ("training steps", "", training.steps),
        ("training batch", "images", training.batch_size),
        ("training crops", "px", training.size),
        ("training photographs", "", training.photographs),
        ("training speed", "images/s", training.images_per_second),
        ("training device", "", training.device),
        ("training precision", "", training.precision),
        ("trained on", "", training.about),
        ("time for a new style", "s", facts.style_seconds),
        ("parameters", "", facts.parameters),
        ("encoder parameters", "", facts.encoder_parameters),
        ("file size", "bytes", facts.bytes),
        ("file size of a style", "bytes", facts.style_bytes),
    ]
    return [
        place | {"measure": measure, "unit": unit, "value": value}
        for measure, unit, value in known
        if value is not None
    ]


def _times(comparison: NetworkComparison, entry: Entry) -> list[LongRow]:
    facts: LongRow = {"run": entry.name, "family": entry.facts.family, "measure": "time"}
    rows = []
    for size in comparison.sizes():
        count = len(comparison.seconds[entry.name, size])
        value = comparison.seconds_of(entry, size)
        rows.append(facts | {"unit": "s", "size": size, "value": value, "count": count})
    return rows
