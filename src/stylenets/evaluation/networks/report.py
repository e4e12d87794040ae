"""A comparison of networks as tables, as pictures, and as a page of both."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import mean

from torch import Tensor

from stylenets import images
from stylenets.evaluation.networks.comparison import Comparison, Entry, Sample
from stylenets.evaluation.networks.long_table import spread
from stylenets.report.page import Page
from stylenets.report.tables import Sheet
from stylenets.styles import central_square

UNKNOWN = "–"
THUMBNAIL = 150  # pixels a side of a style picture


def sheets(comparison: Comparison) -> list[Sheet]:
    """What each network is and costs, its losses style by style, and the distances to every style."""
    return [_overview(comparison), _losses(comparison), _distances(comparison)]


def grid(comparison: Comparison, styles: Sequence[str]) -> Tensor:
    """(3, H, W): a row for each shown photo, and in it the photo and every network's picture in each of ``styles``."""
    columns = [
        (entry.name, style)
        for style in styles
        for entry in comparison.entries
        if style in entry.styles
    ]
    rows = [
        [shown["", ""], *(shown[column] for column in columns)]
        for shown in comparison.shown.values()
    ]
    return images.grid(rows, None, ["photo", *(f"{name}: {style}" for name, style in columns)])


def style_pictures(comparison: Comparison) -> Tensor:
    """(3, H, W): the central squares of the compared styles in a row."""
    squares = [
        images.resize(central_square(picture), THUMBNAIL) for picture in comparison.bank.pictures
    ]
    return images.grid([squares], None, comparison.styles)


def page(comparison: Comparison, settings: Sequence[str]) -> str:
    """The report as HTML; ``settings``: sentences on how it was measured."""
    report = Page("Networks compared: " + ", ".join(entry.name for entry in comparison.entries))
    overview, losses, distances = sheets(comparison)
    for sentence in settings:
        report.text(sentence)
    report.heading("What they are and what they cost")
    report.table(overview)
    times = {
        e.name: [
            (float(size), comparison.milliseconds(e.name, size)) for size in comparison.sizes()
        ]
        for e in comparison.entries
    }
    caption = "Time by size of the picture; both axes are logarithmic."
    report.plot(times, "pixels a side", "milliseconds a picture", caption, log_x=True, log_y=True)
    report.heading("Pictures")
    report.picture(style_pictures(comparison), "The style pictures, their central squares")
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
        "Style loss to the picture's own style, and of the photographs to each: means over the photographs.",
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
    styles = (
        "any picture"
        if entry.family == "arbitrary-style"
        else f"{len(entry.network.styles)} of its own"
    )
    return {
        "family": entry.family,
        "styles": styles,
        "training time": UNKNOWN
        if training.seconds is None
        else str(timedelta(seconds=round(training.seconds))),
        "steps x batch": f"{_whole(training.steps)} x {_whole(training.batch_size)}"
        if training.steps
        else UNKNOWN,
        "crops": f"{_whole(training.size)} px" if training.size else UNKNOWN,
        "photographs": _whole(training.photographs),
        "images per second in training": f"{rate:.1f}" if rate else UNKNOWN,
        "trained on": training.about or UNKNOWN,
        "device": training.device or UNKNOWN,
        "precision": training.precision or UNKNOWN,
        "parameters": f"{entry.parameters:,}" + (f", and {encoder:,} of VGG" if encoder else ""),
        "file": f"{entry.bytes / 1e6:.1f} MB",
        **{
            f"a picture of {size} px": f"{comparison.milliseconds(entry.name, size):.0f} ms"
            for size in comparison.sizes()
        },
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
                rows.append(
                    [style, entry.name, *_columns(samples, number), _nearest(comparison, samples)]
                )
    title = f"Losses: mean ± standard deviation over {len(comparison.of(None, None))} photographs"
    return Sheet(
        title,
        ["style", "picture", "content loss", "style loss", "nearest to their own style"],
        rows,
    )


def _distances(comparison: Comparison) -> Sheet:
    rows = []
    for entry, style in [(None, None), *comparison.pictures()]:
        samples = comparison.of(entry and entry.name, style)
        means = [
            f"{mean(column):.3f}" for column in zip(*(s.distances for s in samples), strict=True)
        ]
        rows.append([f"{entry.name}: {style}" if entry else "the photograph", *means])
    return Sheet(
        "Style loss of every picture to every style",
        ["picture", *(f"to {style}" for style in comparison.styles)],
        rows,
    )


def _columns(samples: Sequence[Sample], number: int) -> list[str]:
    """Content loss, and style loss to the style of this number."""
    spreads = [spread([s.content for s in samples]), spread([s.distances[number] for s in samples])]
    return [f"{one['value']:.3f} ± {one['deviation']:.3f}" for one in spreads]


def _painted(comparison: Comparison) -> list[str]:
    """The compared styles that some network paints."""
    return [
        style
        for style in comparison.styles
        if any(style in entry.styles for entry in comparison.entries)
    ]


def _own(comparison: Comparison, sample: Sample) -> float:
    return sample.distances[comparison.styles.index(sample.style)]


def _own_losses(comparison: Comparison) -> dict[str, list[tuple[float, float]]]:
    """{network: [(number of the style, mean style loss to it)]}, and the same of the photographs, which have none of it."""
    networks = {
        entry.name: [
            (number, mean(s.distances[number] for s in comparison.of(entry.name, style)))
            for number, style in enumerate(comparison.styles)
            if style in entry.styles
        ]
        for entry in comparison.entries
    }
    untouched = zip(*(sample.distances for sample in comparison.of(None, None)), strict=True)
    return networks | {
        "the photographs": [(number, mean(column)) for number, column in enumerate(untouched)]
    }  # last: colors as before


def _nearest(comparison: Comparison, samples: Sequence[Sample]) -> str:
    return f"{sum(_own(comparison, s) == min(s.distances) for s in samples)} of {len(samples)}"


def _whole(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"
