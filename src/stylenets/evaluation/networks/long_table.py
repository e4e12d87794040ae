"""A comparison of networks as one long table of figures, for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from statistics import mean, pstdev

from stylenets.evaluation.networks.comparison import Comparison, Entry

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


def figures(comparison: Comparison) -> list[dict[str, str | float]]:
    """One row per figure, by the names in ``COLUMNS``; "" where a column does not apply.

    A loss is the mean over ``count`` photographs with its standard ``deviation``, of pictures in ``style``, measured ``to_style``; a time
    is the median of ``count`` pictures of ``size`` pixels a side. The photographs themselves are rows without a run.
    """
    rows = [
        row for entry in comparison.entries for row in (*_facts(entry), *_times(comparison, entry))
    ]
    for entry, style in [(None, None), *comparison.pictures()]:
        samples = comparison.of(entry and entry.name, style)
        place = {
            "run": entry.name if entry else "",
            "family": entry.family if entry else "the photograph",
            "style": style or "",
        }
        rows.append(place | {"measure": "content loss"} | spread([s.content for s in samples]))
        for number, other in enumerate(comparison.styles):
            rows.append(
                place
                | {"measure": "style loss", "to_style": other}
                | spread([s.distances[number] for s in samples])
            )
    return [dict.fromkeys(COLUMNS, "") | row for row in rows]


def as_csv(rows: Sequence[Mapping[str, str | float]]) -> str:
    """Long format, which spreadsheets pivot; numbers in full. A text that would be a formula gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
                for name, value in row.items()
            }
        )
    return buffer.getvalue()


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation and number of the values."""
    return {"value": mean(values), "deviation": pstdev(values), "count": len(values)}


def _facts(entry: Entry) -> list[dict[str, str | float]]:
    """What is known of a network without running it, as rows of ``figures``."""
    training, place = entry.training, {"run": entry.name, "family": entry.family}
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


def _times(comparison: Comparison, entry: Entry) -> list[dict[str, str | float]]:
    place = {"run": entry.name, "family": entry.family, "measure": "time", "unit": "ms"}
    return [
        place
        | {
            "size": size,
            "value": comparison.milliseconds(entry.name, size),
            "count": len(comparison.seconds[entry.name, size]),
        }
        for size in comparison.sizes()
    ]
