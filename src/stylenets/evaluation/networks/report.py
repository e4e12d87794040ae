"""A comparison of networks as pictures, and as a page of pictures, plots and tables."""

from collections.abc import Mapping, Sequence
from statistics import mean

from torch import Tensor

from stylenets import images
from stylenets.evaluation.networks.comparison import PHOTO, NetworkComparison
from stylenets.evaluation.networks.run_history import RunHistory, add_history
from stylenets.evaluation.networks.tables import comparison_tables
from stylenets.report.page import Page
from stylenets.styles import central_square

THUMBNAIL = 150  # pixels a side of a style picture


def picture_grid(comparison: NetworkComparison, styles: Sequence[str]) -> Tensor:
    """(3, H, W): a row for each shown photograph, with the pictures of it in each of ``styles``."""
    columns = [
        (entry.name, style)
        for style in styles
        for entry in comparison.entries
        if style in entry.styles
    ]
    rows = []
    for shown in comparison.shown.values():
        rows.append([shown[PHOTO], *(shown[column] for column in columns)])
    return images.grid(rows, None, ["photo", *(f"{name}: {style}" for name, style in columns)])


def style_row(comparison: NetworkComparison) -> Tensor:
    """(3, H, W): the central squares of the compared styles in a row."""
    squares = [central_square(picture) for picture in comparison.bank.pictures]
    thumbnails = [images.resize(square, THUMBNAIL) for square in squares]
    return images.grid([thumbnails], None, comparison.styles)


def comparison_page(
    comparison: NetworkComparison,
    settings: Sequence[str],
    histories: Mapping[str, RunHistory] | None = None,
) -> str:
    """The report as HTML.

    Args:
        comparison: What was measured.
        settings: Sentences on how.
        histories: What the networks' folders tell, by their names.
    """
    page = Page("Networks compared: " + ", ".join(entry.name for entry in comparison.entries))
    overview, losses, distances = comparison_tables(comparison)
    for sentence in settings:
        page.text(sentence)
    page.heading("What they are and what they cost")
    page.table(overview)
    _plot_times(page, comparison)
    add_history(page, histories or {})
    page.heading("Pictures")
    page.picture(style_row(comparison), "The style pictures, their central squares")
    for style in comparison.painted_styles():
        page.picture(picture_grid(comparison, [style]), f"In the style {style}")
    page.heading("Losses")
    page.text(
        "Lower is better. The content loss says how far a picture has gone from its photograph, "
        "the style loss how far it still is."
    )
    _plot_losses(page, comparison)
    page.table(losses)
    page.table(distances)
    return page.html()


def _plot_times(page: Page, comparison: NetworkComparison) -> None:
    times = {
        entry.name: [
            (float(size), comparison.milliseconds(entry, size)) for size in comparison.sizes()
        ]
        for entry in comparison.entries
    }
    caption = "Time by size of the picture; both axes are logarithmic."
    page.plot(times, "pixels a side", "milliseconds a picture", caption, log_x=True, log_y=True)


def _plot_losses(page: Page, comparison: NetworkComparison) -> None:
    """Mean style losses to the pictures' own styles, and those of the photographs to each style."""
    series: dict[str, list[tuple[float, float]]] = {}
    for entry in comparison.entries:
        series[entry.name] = [
            (float(number), mean(one.distances[number] for one in comparison.of(entry, style)))
            for number, style in enumerate(comparison.styles)
            if style in entry.styles
        ]
    untouched = zip(*(one.distances for one in comparison.of_photographs()), strict=True)
    # last, so that a network has the same color in both plots
    series["the photographs"] = [
        (float(number), mean(distances)) for number, distances in enumerate(untouched)
    ]
    caption = (
        "Style loss to the picture's own style, and of the photographs to each: "
        "means over the photographs."
    )
    page.plot(series, "style", "style loss", caption, names=comparison.styles)
