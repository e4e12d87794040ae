"""Lines over numbers as a small SVG that stands in a page and takes the page's color of text."""

import html
from collections.abc import Mapping, Sequence

from stylenets.report.axes import Axis, fits, number_axis, round_numbers

WIDTH = 640  # of the drawing, in its own units; a page scales it
HEIGHT = 340
LEFT = 70  # margins, which hold the labels
RIGHT = 16
TOP = 14
BOTTOM = 52
COLORS = (  # legible on white and on black
    "#3b82f6",
    "#f97316",
    "#10b981",
    "#e11d48",
    "#8b5cf6",
    "#ca8a04",
    "#06b6d4",
    "#94a3b8",
)
FEW = 8  # so many different numbers along x are all written; of more, round ones

Points = Sequence[tuple[float, float]]


def draw(
    series: Mapping[str, Points],
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    names: Sequence[str] = (),
) -> str:
    """Draw a colored line with marks for each series, axes, and numbers beside them.

    A legend is the page's matter; the k-th name has ``color(k)``.

    Args:
        series: {name: [(x, y), ...]}. What is not finite, or not positive along a logarithmic
            axis, is left out.
        x_label: What is along x, and in which unit.
        y_label: What is along y, and in which unit.
        log_x: Whether x is logarithmic.
        log_y: Whether y is logarithmic; if it is not, it begins at 0.
        names: What x = 0, 1, … stand for, where they are no numbers: marks without lines.

    Returns:
        An <svg> element.
    """
    shown = {
        name: [(x, y) for x, y in points if fits(x, log_x) and fits(y, log_y)]
        for name, points in series.items()
    }
    points = [point for line in shown.values() for point in line]
    if not points:
        return _nothing_to_show()
    x_axis, x_ticks = _along_x([x for x, _ in points], log_x, names)
    y_values = [y for _, y in points] if log_y else [0.0, *(y for _, y in points)]
    y_axis = number_axis(y_values, HEIGHT - BOTTOM, TOP, log_y)
    y_ticks = _written(round_numbers(y_axis.low, y_axis.high, log_y))
    parts = [*_frame(x_axis, y_axis, x_ticks, y_ticks), *_labels(x_label, y_label)]
    for number, (name, line) in enumerate(shown.items()):
        places = [(x_axis.place(x), y_axis.place(y)) for x, y in line]
        parts += _line(name, places, color(number), joined=not names)
    title = html.escape(f"{y_label} by {x_label}")
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
    return "\n".join([head, *parts, "</svg>"])


def standalone(drawing: str, names: Sequence[str]) -> str:
    """A drawing of the lines ``names`` as a file of its own: on white, with the legend in it."""
    legend = [
        f'<text x="{LEFT + 14}" y="{TOP + 16 + 18 * k}" font-size="13" fill="{color(k)}">'
        f"{html.escape(name)}</text>"
        for k, name in enumerate(names)
    ]
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" style="background:#fff;color:#111"'
        ' font-family="sans-serif" '
    )
    return drawing.replace("<svg ", head, 1).replace("</svg>", "\n".join([*legend, "</svg>"]))


def color(number: int) -> str:
    """The color of the line that comes at this place, from 0."""
    return COLORS[number % len(COLORS)]


def _along_x(
    values: Sequence[float], log: bool, names: Sequence[str]
) -> tuple[Axis, Mapping[float, str]]:
    """The axis of x and what is written along it: names, the few numbers, or round ones."""
    if names:
        axis = Axis(-0.5, len(names) - 0.5, LEFT, WIDTH - RIGHT, log=False)
        return axis, {float(number): name for number, name in enumerate(names)}
    axis = number_axis(values, LEFT, WIDTH - RIGHT, log)
    distinct = sorted(set(values))
    if len(distinct) > FEW:
        distinct = round_numbers(axis.low, axis.high, log)
    return axis, _written(distinct)


def _written(values: Sequence[float]) -> dict[float, str]:
    return {value: f"{value:.4g}" for value in values}


def _nothing_to_show() -> str:
    text = f'<text x="{LEFT}" y="24" fill="currentColor">nothing to show</text>'
    return f'<svg viewBox="0 0 {WIDTH} 40" role="img">{text}</svg>'


def _frame(
    x_axis: Axis, y_axis: Axis, x_ticks: Mapping[float, str], y_ticks: Mapping[float, str]
) -> list[str]:
    """A thin line across at every number along y, and the numbers of both axes."""
    parts = []
    for value, text in y_ticks.items():
        y = y_axis.place(value)
        parts.append(_across(f"{y:.1f}", opacity=".15"))
        parts.append(_text(LEFT - 8, y + 4, text, "end"))
    for value, text in x_ticks.items():
        parts.append(_text(x_axis.place(value), HEIGHT - BOTTOM + 18, text, "middle"))
    return [*parts, _across(f"{HEIGHT - BOTTOM}", opacity=".6")]


def _across(y: str, opacity: str) -> str:
    """A horizontal line over the whole width between the margins."""
    line = f"M{LEFT} {y}H{WIDTH - RIGHT}"
    return f'<path d="{line}" stroke="currentColor" stroke-opacity="{opacity}"/>'


def _labels(x_label: str, y_label: str) -> list[str]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    along_x = _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "middle")
    upright = _text(0, 0, y_label, "middle")
    along_y = f'<g transform="translate(16 {middle:.1f}) rotate(-90)">{upright}</g>'
    return [along_x, along_y]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="13" fill="currentColor">{html.escape(text)}</text>'


def _line(name: str, places: Points, stroke: str, joined: bool) -> list[str]:
    """A mark at every place, and a line through them if they are ``joined``."""
    title = f"<title>{html.escape(name)}</title>"
    parts = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{stroke}">{title}</circle>'
        for x, y in places
    ]
    if joined:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        line = f'<polyline points="{corners}" fill="none" stroke="{stroke}" stroke-width="2"/>'
        parts.insert(0, line)
    return parts
