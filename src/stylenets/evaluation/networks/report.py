"""A comparison as a sheet of pictures, and as a page of pictures, plots and tables."""

from collections.abc import Mapping, Sequence

from torch import Tensor

from stylenets import images
from stylenets.evaluation.networks.comparison import NetworkComparison
from stylenets.evaluation.networks.run_history import RunHistory, add_history
from stylenets.evaluation.networks.tables import comparison_tables, training_table
from stylenets.evaluation.quality.findings import PHOTOGRAPH
from stylenets.evaluation.quality.page import add_style_pictures, meanings_table
from stylenets.report.page import Page
from stylenets.styles import central_square


def picture_grid(comparison: NetworkComparison) -> Tensor:
    """A row for each shown photograph in each compared style -> (3, H, W).

    The style, the photograph, and what each entry paints that is not apart from the others.
    """
    styles = comparison.compared_and_painted
    entries = [one for one in comparison.entries if set(one.styles) & set(styles)]
    rows = []
    for shown in comparison.findings.shown.values():
        photo = shown[PHOTOGRAPH, 0]
        for style in styles:
            number = comparison.bank.names.index(style)
            square = central_square(comparison.bank.pictures[number])
            painted = [shown.get((one.name, number), photo.new_ones(3, 1, 1)) for one in entries]
            rows.append([images.resize(square, photo.shape[1]), photo, *painted])
    return images.grid(rows, None, ["style", PHOTOGRAPH, *(entry.name for entry in entries)])


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
    page = Page("Compared: " + ", ".join(entry.name for entry in comparison.entries))
    overview, by_style, distances = comparison_tables(comparison)
    for sentence in settings:
        page.text(sentence)
    page.heading("Side by side")
    page.table(overview)
    page.table(meanings_table(comparison.findings))
    _plot_times(page, comparison)
    page.table(training_table(comparison))
    add_history(page, histories or {})
    add_style_pictures(page, comparison.findings, comparison.bank)
    page.heading("Style by style")
    page.table(by_style)
    page.table(distances)
    return page.html()


def _plot_times(page: Page, comparison: NetworkComparison) -> None:
    times = {
        entry.name: [
            (float(size), comparison.seconds_of(entry, size)) for size in comparison.sizes()
        ]
        for entry in comparison.entries
    }
    caption = "Time by size of the picture; both axes are logarithmic."
    page.plot(times, "pixels a side", "seconds a picture", caption, log_x=True, log_y=True)
