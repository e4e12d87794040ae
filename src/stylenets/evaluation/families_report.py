"""A comparison of networks as tables, as one table of figures for a spreadsheet, as pictures, and as a page of all of them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import mean, pstdev

from torch import Tensor

from stylenets import images
from stylenets.evaluation.families import Comparison, Entry, Sample
from stylenets.evaluation.page import Page
from stylenets.evaluation.tables import Sheet

UNKNOWN = "–"
COLUMNS = ["run", "family", "style", "to_style", "size", "measure", "unit", "value", "deviation", "count"]
FORMULA = tuple("=+-@\t\r")  # a spreadsheet would compute a text that begins with one of these


def sheets(comparison: Comparison) -> list[Sheet]:
    """What each network is and costs, its losses style by style, and the distances to every style."""
    return [_overview(comparison), _losses(comparison), _distances(comparison)]


def figures(comparison: Comparison) -> list[dict[str, str | float]]:
    """One row per figure, by the names in ``COLUMNS``; "" where a column does not apply.

    A loss is the mean over ``count`` photographs with its standard ``deviation``, of pictures in ``style``, measured ``to_style``; a time
    is the median of ``count`` pictures of ``size`` pixels a side. The photographs themselves are rows without a run.
    """
    rows = [row for entry in comparison.entries for row in (*_facts(entry), *_times(comparison, entry))]
    for entry, style in [(None, None), *_pictures(comparison)]:
        samples = comparison.of(entry and entry.name, style)
        place = {"run": entry.name if entry else "", "family": entry.family if entry else "the photograph", "style": style or ""}
        rows.append(place | {"measure": "content loss"} | _spread([s.content for s in samples]))
        for number, other in enumerate(comparison.styles):
            rows.append(place | {"measure": "style loss", "to_style": other} | _spread([s.distances[number] for s in samples]))
    return [dict.fromkeys(COLUMNS, "") | row for row in rows]


def as_csv(rows: Sequence[Mapping[str, str | float]]) -> str:
    """Long format, which spreadsheets pivot; numbers in full. A text that would be a formula gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value for name, value in row.items()}
        )
    return buffer.getvalue()


def grid(comparison: Comparison, styles: Sequence[str]) -> Tensor:
    """(3, H, W): a row for each shown photo, and in it the photo and every network's picture in each of ``styles``."""
    columns = [(entry.name, style) for style in styles for entry in comparison.entries if style in entry.styles]
    rows = [[shown["", ""], *(shown[column] for column in columns)] for shown in comparison.shown.values()]
    return images.grid(rows, None, ["photo", *(f"{name}: {style}" for name, style in columns)])


def page(comparison: Comparison, settings: Sequence[str]) -> str:
    """The report as HTML; ``settings``: sentences on how it was measured."""
    report = Page("Networks compared: " + ", ".join(entry.name for entry in comparison.entries))
    overview, losses, distances = sheets(comparison)
    for sentence in settings:
        report.text(sentence)
    report.heading("What they are and what they cost")
    report.table(overview)
    times = {e.name: [(float(size), comparison.milliseconds(e.name, size)) for size in comparison.sizes()] for e in comparison.entries}
    caption = "Time by size: both axes are logarithmic, and a line twice as steep as another grows with its square."
    report.plot(times, "pixels a side", "milliseconds a picture", caption, log_x=True, log_y=True)
    report.heading("Pictures")
    for style in _painted(comparison):
        report.picture(grid(comparison, [style]), f"In the style {style}")
    report.heading("Losses")
    report.text(
        "Lower is better. The content loss says how far a picture has gone from its photograph, the style loss how far it still is."
    )
    report.plot(
        _own_losses(comparison),
        "style",
        "style loss",
        "Style loss to the picture's own style: mean over the photographs.",
        names=comparison.styles,
    )
    report.table(losses)
    report.table(distances)
    return report.html()


def _overview(comparison: Comparison) -> Sheet:
    columns = [_described(comparison, entry) for entry in comparison.entries]
    rows = [[what, *(column[what] for column in columns)] for what in columns[0]]
    return Sheet("The networks", ["", *(entry.name for entry in comparison.entries)], rows)


def _described(comparison: Comparison, entry: Entry) -> dict[str, str]:
    """{what: text} of one network: its column of the overview."""
    training, samples = entry.training, [s for s in comparison.samples if s.entry == entry.name]
    rate, encoder = training.images_per_second, entry.encoder_parameters
    styles = "any picture" if entry.family == "arbitrary-style" else f"{len(entry.network.styles)} of its own"
    return {
        "family": entry.family,
        "styles": styles,
        "training time": UNKNOWN if training.seconds is None else str(timedelta(seconds=round(training.seconds))),
        "steps x batch": f"{_whole(training.steps)} x {_whole(training.batch_size)}",
        "crops": f"{_whole(training.size)} px" if training.size else UNKNOWN,
        "photographs": _whole(training.photographs),
        "images per second in training": f"{rate:.1f}" if rate else UNKNOWN,
        "trained on": training.about or UNKNOWN,
        "device": training.device or UNKNOWN,
        "precision": training.precision or UNKNOWN,
        "parameters": f"{entry.parameters:,}" + (f", and {encoder:,} of VGG" if encoder else ""),
        "file": f"{entry.bytes / 1e6:.1f} MB",
        **{f"a picture of {size} px": f"{comparison.milliseconds(entry.name, size):.0f} ms" for size in comparison.sizes()},
        "content loss": f"{mean(s.content for s in samples):.3f}",
        "style loss": f"{mean(_own(comparison, s) for s in samples):.3f}",
        "nearest to their own style": _nearest(comparison, samples),
    }


def _losses(comparison: Comparison) -> Sheet:
    rows = []
    for style in _painted(comparison):
        number = comparison.styles.index(style)
        rows.append([style, "the photograph", *_columns(comparison.of(None, None), number), ""])
        for entry in comparison.entries:
            if samples := comparison.of(entry.name, style):
                rows.append([style, entry.name, *_columns(samples, number), _nearest(comparison, samples)])
    title = f"Losses: mean ± standard deviation over {len(comparison.of(None, None))} photographs"
    return Sheet(title, ["style", "picture", "content loss", "style loss", "nearest to their own style"], rows)


def _distances(comparison: Comparison) -> Sheet:
    rows = []
    for entry, style in [(None, None), *_pictures(comparison)]:
        samples = comparison.of(entry and entry.name, style)
        means = [f"{mean(column):.3f}" for column in zip(*(s.distances for s in samples), strict=True)]
        rows.append([f"{entry.name}: {style}" if entry else "the photograph", *means])
    return Sheet("Style loss of every picture to every style", ["picture", *(f"to {style}" for style in comparison.styles)], rows)


def _columns(samples: Sequence[Sample], number: int) -> list[str]:
    """Content loss, and style loss to the style of this number."""
    spreads = [_spread([s.content for s in samples]), _spread([s.distances[number] for s in samples])]
    return [f"{spread['value']:.3f} ± {spread['deviation']:.3f}" for spread in spreads]


def _pictures(comparison: Comparison) -> list[tuple[Entry, str]]:
    return [(entry, style) for entry in comparison.entries for style in entry.styles]


def _painted(comparison: Comparison) -> list[str]:
    """The compared styles that some network paints."""
    return [style for style in comparison.styles if any(style in entry.styles for entry in comparison.entries)]


def _own(comparison: Comparison, sample: Sample) -> float:
    return sample.distances[comparison.styles.index(sample.style)]


def _own_losses(comparison: Comparison) -> dict[str, list[tuple[float, float]]]:
    """{network: [(number of the style, mean style loss to it)]}"""
    return {
        entry.name: [
            (number, mean(s.distances[number] for s in comparison.of(entry.name, style)))
            for number, style in enumerate(comparison.styles)
            if style in entry.styles
        ]
        for entry in comparison.entries
    }


def _nearest(comparison: Comparison, samples: Sequence[Sample]) -> str:
    return f"{sum(_own(comparison, s) == min(s.distances) for s in samples)} of {len(samples)}"


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
    return [place | {"measure": measure, "unit": unit, "value": value} for measure, unit, value in known if value is not None]


def _times(comparison: Comparison, entry: Entry) -> list[dict[str, str | float]]:
    place = {"run": entry.name, "family": entry.family, "measure": "time", "unit": "ms"}
    return [
        place | {"size": size, "value": comparison.milliseconds(entry.name, size), "count": len(comparison.seconds[entry.name, size])}
        for size in comparison.sizes()
    ]


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"value": mean(values), "deviation": pstdev(values), "count": len(values)}


def _whole(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"
