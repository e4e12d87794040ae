"""What the suite ``quality`` found, as tables for the console, for Markdown and for a page."""

import math
from collections.abc import Sequence
from statistics import mean, median

from stylenets.evaluation.quality.findings import (
    CLIPPED_SHARE,
    PHOTOGRAPH,
    JudgedPicture,
    KeptPicture,
    QualityFindings,
)
from stylenets.evaluation.quality.grid import PERIODS
from stylenets.evaluation.quality.measures import (
    BORDER,
    CLIPPED,
    CONTENT,
    GRID,
    OBJECTIVE,
    PALETTE,
    ST_LPIPS,
    STRUCTURE,
    STYLE,
    UNKNOWN,
    Measure,
)
from stylenets.report.tables import Sheet

Column = Measure | tuple[Measure, ...]
MEANS: tuple[Column, ...] = (STYLE, STRUCTURE, PALETTE, CONTENT, GRID, CLIPPED, BORDER, ST_LPIPS)
OF_WORST: tuple[Column, ...] = (STRUCTURE, STYLE, PALETTE, GRID, CLIPPED, ST_LPIPS)
BESIDE_LBFGS: tuple[Column, ...] = (OBJECTIVE, STYLE, STRUCTURE, PALETTE, GRID, ST_LPIPS)
GRID_TITLE = f"grid {'/'.join(map(str, PERIODS))}, dB"


def quality_tables(findings: QualityFindings) -> list[Sheet]:
    """All of them, in the order of the report."""
    tables = [overall_table(findings), styles_table(findings)]
    if findings.courses:
        tables.append(optimization_table(findings))
    tables += [distances_table(findings), faults_table(findings)]
    tables += [worst_table(findings, network) for network in findings.networks]
    return [*tables, times_table(findings)]


def overall_table(findings: QualityFindings) -> Sheet:
    """A row for the photographs, for each network and for each peer: means over all pictures."""
    photos = len({picture.photo for picture in findings.pictures})
    rows = []
    for maker in painters(findings):
        pictures = findings.of(maker)
        cells = mean_cells(findings, pictures)
        rows.append([maker, str(len(pictures)), *cells.values(), count_nearest(pictures)])
    title = f"Means over {photos} photographs and the styles; lower is better"
    titles = [title_of(column) for column in measured_columns(findings)]
    return Sheet(title, ["", "pictures", *titles, "nearest to own"], rows)


def styles_table(findings: QualityFindings) -> Sheet:
    """The same style by style."""
    rows = []
    for number, style in enumerate(findings.styles):
        for maker in painters(findings):
            pictures = findings.of(maker, number)
            if pictures:
                cells = mean_cells(findings, pictures)
                rows.append([style, maker, *cells.values(), count_nearest(pictures)])
    titles = [title_of(column) for column in measured_columns(findings)]
    columns = ["style", "picture", *titles, "nearest to own"]
    return Sheet("Means over the photographs, by style", columns, rows)


def optimization_table(findings: QualityFindings) -> Sheet:
    """All makers on the photographs that L-BFGS was run on."""
    photos = findings.optimized
    rows = []
    for number in (None, *range(len(findings.styles))):
        style = "all" if number is None else findings.styles[number]
        for maker in findings.makers:
            pictures = findings.of(maker, number, photos)
            if pictures:
                equal = _equal_iterations(findings, maker, pictures)
                rows.append([style, maker, *_cells(BESIDE_LBFGS, pictures), equal])
    title = f"Beside L-BFGS on the training objective, on {len(photos)} of the photographs"
    columns = ["style", "picture", *map(title_of, BESIDE_LBFGS), "equals iterations"]
    return Sheet(title, columns, rows)


def distances_table(findings: QualityFindings) -> Sheet:
    """Style distances of pictures in each style to every style."""
    rows = []
    for maker in [*findings.networks, *findings.peers]:
        for number, style in enumerate(findings.styles):
            pictures = findings.of(maker, number)
            if pictures:
                to_each = zip(*(one.verdict.distances for one in pictures), strict=True)
                cells = [f"{mean(values):.3f}" for values in to_each]
                rows.append([f"{maker}: {style}", *cells])
    columns = ["picture", *(f"to {style}" for style in findings.styles)]
    return Sheet("Style distance to every style", columns, rows)


def faults_table(findings: QualityFindings) -> Sheet:
    """How many pictures are spoiled."""
    rows = []
    for maker in [*findings.networks, *findings.peers]:
        faults = [one.fault for one in findings.of(maker)]
        counts = [str(faults.count(fault)) for fault in ("black", "gray", "clipped")]
        rows.append([maker, str(len(faults)), *counts])
    clipped = f"clipped by more than {100 * CLIPPED_SHARE:.0f} %"
    return Sheet("Spoiled pictures", ["", "pictures", "black", "gray", clipped], rows)


def worst_table(findings: QualityFindings, network: str) -> Sheet:
    """A network's pictures that lost the most of their photograph's structure."""
    worst = findings.worst.get(network, [])
    rows = []
    for rank, kept in enumerate(worst, start=1):
        judged = kept.judged
        cells = _cells(OF_WORST, [judged])
        rows.append([str(rank), findings.styles[judged.style], judged.photo, *cells])
    title = f"{network}: the {len(worst)} pictures that lost the most structure"
    return Sheet(title, ["", "style", "photograph", *map(title_of, OF_WORST)], rows)


def times_table(findings: QualityFindings) -> Sheet:
    """Medians, which a slow first picture does not move."""
    rows = [
        [f"a picture by {maker}", f"{median(seconds):.4f}"]
        for maker, seconds in findings.seconds.items()
        if seconds
    ]
    if findings.courses:
        iterations = median(course.seconds for course in findings.courses)
        rows.append(["an iteration of L-BFGS", f"{iterations:.4f}"])
    return Sheet("Time (median)", ["", "seconds"], rows)


def painters(findings: QualityFindings) -> list[str]:
    """What every photograph was painted by, after the photograph itself."""
    return [PHOTOGRAPH, *findings.networks, *findings.peers]


def describe_worst(findings: QualityFindings, kept: KeptPicture) -> str:
    """A kept picture in a few words: its style and its structure."""
    judged = kept.judged
    return f"{findings.styles[judged.style]} {STRUCTURE.written([judged])}"


def measured_columns(findings: QualityFindings) -> list[Column]:
    """Those of ``MEANS`` that were measured of any picture."""
    return [
        column
        for column in MEANS
        if any(one.spread(findings.pictures) is not None for one in _measures_of(column))
    ]


def mean_cells(findings: QualityFindings, pictures: Sequence[JudgedPicture]) -> dict[str, str]:
    """{title: mean over some pictures} of what was measured of any picture."""
    columns = measured_columns(findings)
    return dict(zip(map(title_of, columns), _cells(columns, pictures), strict=True))


def title_of(column: Column) -> str:
    """A header; the grid's measures share a column."""
    return column.title if isinstance(column, Measure) else GRID_TITLE


def _measures_of(column: Column) -> tuple[Measure, ...]:
    return (column,) if isinstance(column, Measure) else column


def _cells(columns: Sequence[Column], pictures: Sequence[JudgedPicture]) -> list[str]:
    """Means over some pictures."""
    cells = []
    for column in columns:
        cells.append(" / ".join(one.written(pictures) for one in _measures_of(column)))
    return cells


def count_nearest(pictures: Sequence[JudgedPicture]) -> str:
    """How many of these pictures are nearest to their own style; photographs have none."""
    if pictures[0].maker == PHOTOGRAPH:
        return UNKNOWN
    return f"{sum(one.nearest_to_own for one in pictures)} of {len(pictures)}"


def _equal_iterations(
    findings: QualityFindings, maker: str, pictures: Sequence[JudgedPicture]
) -> str:
    """How many iterations from the photograph reach what a network or a peer has reached."""
    if maker not in [*findings.networks, *findings.peers]:
        return ""
    equal = findings.equal_iterations(pictures)
    if equal is None:
        return UNKNOWN
    if math.isinf(equal):
        return f"over {max(len(course.objective) for course in findings.courses) - 1}"
    return f"{equal:.0f}"
