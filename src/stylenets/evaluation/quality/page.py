"""What the suite ``quality`` found, as one web page: the measures, tables, and pictures in rows."""

from collections.abc import Sequence
from statistics import mean

from stylenets import images
from stylenets.evaluation.quality.findings import (
    CLIPPED_SHARE,
    OptimizationCourse,
    QualityFindings,
)
from stylenets.evaluation.quality.measures import JUDGED
from stylenets.evaluation.quality.pictures import course_grid, style_grid, worst_grids
from stylenets.evaluation.quality.tables import (
    distances_table,
    faults_table,
    optimization_table,
    overall_table,
    styles_table,
    times_table,
    worst_table,
)
from stylenets.report.page import Page
from stylenets.report.tables import Sheet
from stylenets.styles import StyleBank, central_square

THUMBNAIL = 150  # pixels a side of a style picture


def quality_page(findings: QualityFindings, bank: StyleBank, settings: Sequence[str]) -> str:
    """The report as HTML.

    Args:
        findings: What was found.
        bank: The judge's styles.
        settings: Sentences on how it was measured.
    """
    page = Page("Quality of " + ", ".join(findings.networks))
    for sentence in [*settings, *findings.notes]:
        page.text(sentence)
    page.heading("What was measured")
    page.table(overall_table(findings))
    page.table(meanings_table(findings))
    add_style_pictures(page, findings, bank)
    if findings.courses:
        _add_optimization(page, findings)
    _add_worst(page, findings)
    page.heading("Style by style")
    page.table(styles_table(findings))
    page.table(distances_table(findings))
    page.table(times_table(findings))
    return page.html()


def meanings_table(findings: QualityFindings) -> Sheet:
    """What each measure says that was taken of any picture."""
    measured = [one for one in JUDGED if one.spread(findings.pictures) is not None]
    rows = [[one.title, one.meaning] for one in measured]
    return Sheet("The measures: of all of them, lower is better", ["measure", "meaning"], rows)


def add_style_pictures(page: Page, findings: QualityFindings, bank: StyleBank) -> None:
    """Add the style pictures, and what was painted in each of them."""
    page.heading("Pictures")
    squares = [central_square(picture) for picture in bank.pictures]
    thumbnails = [images.resize(square, THUMBNAIL) for square in squares]
    row = images.grid([thumbnails], None, bank.names)
    page.picture(row, "The style pictures, their central squares")
    for number, style in enumerate(findings.styles):
        page.picture(style_grid(findings, number), f"In the style {style}")


def _add_optimization(page: Page, findings: QualityFindings) -> None:
    page.heading("Beside optimization")
    page.text(
        "L-BFGS lowers the training objective of a single picture, with all the time it wants. "
        "The last column of the table says how many of its iterations, from the photograph, are "
        "as good as what one pass of a network paints."
    )
    starts = dict.fromkeys(course.start for course in findings.courses)
    series = {
        f"from {start}": _mean_course([c for c in findings.courses if c.start == start])
        for start in starts
    }
    caption = "The objective on its way: means over the photographs and the styles."
    page.plot(series, "iterations of L-BFGS", "objective", caption, log_y=True)
    for photo in findings.optimized:
        if photo in findings.shown:
            for number, style in enumerate(findings.styles):
                grid = course_grid(findings, photo, number)
                page.picture(grid, f"L-BFGS from each start: {photo} in the style {style}")
    page.table(optimization_table(findings))


def _mean_course(courses: Sequence[OptimizationCourse]) -> list[tuple[float, float]]:
    """The mean objective after each iteration, thinned out to what a plot can show."""
    means = [mean(values) for values in zip(*(one.objective for one in courses), strict=True)]
    step = max(1, len(means) // 50)
    return [(float(k), value) for k, value in enumerate(means) if k % step == 0]


def _add_worst(page: Page, findings: QualityFindings) -> None:
    page.heading("The worst pictures")
    page.text(
        "A picture is black where its mean is below 10 of 255 levels, gray where its contrast is; "
        f"it is clipped where {100 * CLIPPED_SHARE:.0f} % more of its values than of the style's "
        "are at black or full brightness."
    )
    page.table(faults_table(findings))
    for network in findings.networks:
        for grid, kept in worst_grids(findings, network):
            photos = ", ".join(one.judged.photo for one in kept)
            page.picture(grid, f"{network}, the least structure: {photos}")
        page.table(worst_table(findings, network))
