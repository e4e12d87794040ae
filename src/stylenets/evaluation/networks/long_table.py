"""A comparison of networks as one long table of figures, for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence

from stylenets.evaluation.networks.comparison import Entry, NetworkComparison, PictureLosses
from stylenets.evaluation.networks.spread import Spread

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

    A loss is the mean over ``count`` photographs with its standard ``deviation``, of pictures in
    ``style``, measured ``to_style``. A time is the median of ``count`` pictures of ``size`` pixels
    a side. The photographs themselves are rows without a run.
    """
    rows: list[LongRow] = []
    for entry in comparison.entries:
        rows += _facts(entry)
        rows += _times(comparison, entry)
    photographs: LongRow = {"run": "", "family": "the photograph", "style": ""}
    rows += _losses(comparison, photographs, comparison.of_photographs())
    for entry, style in comparison.pairs():
        picture: LongRow = {"run": entry.name, "family": entry.family, "style": style}
        rows += _losses(comparison, picture, comparison.of(entry, style))
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


def _losses(
    comparison: NetworkComparison, place: LongRow, measured: Sequence[PictureLosses]
) -> list[LongRow]:
    """Content loss, and style loss to every compared style, of pictures in one place."""
    content = Spread.of([one.content for one in measured])
    rows = [place | {"measure": "content loss"} | _columns(content)]
    for number, style in enumerate(comparison.styles):
        spread = Spread.of([one.distances[number] for one in measured])
        rows.append(place | {"measure": "style loss", "to_style": style} | _columns(spread))
    return rows


def _columns(spread: Spread) -> LongRow:
    return {"value": spread.mean, "deviation": spread.deviation, "count": spread.count}


def _facts(entry: Entry) -> list[LongRow]:
    """What is known of a network without running it."""
    training = entry.training
    place: LongRow = {"run": entry.name, "family": entry.family}
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
        ("parameters", "", entry.parameters),
        ("encoder parameters", "", entry.encoder_parameters),
        ("file size", "bytes", entry.bytes),
    ]
    return [
        place | {"measure": measure, "unit": unit, "value": value}
        for measure, unit, value in known
        if value is not None
    ]


def _times(comparison: NetworkComparison, entry: Entry) -> list[LongRow]:
    place: LongRow = {"run": entry.name, "family": entry.family, "measure": "time", "unit": "ms"}
    rows = []
    for size in comparison.sizes():
        count = len(comparison.seconds[entry.name, size])
        value = comparison.milliseconds(entry, size)
        rows.append(place | {"size": size, "value": value, "count": count})
    return rows
