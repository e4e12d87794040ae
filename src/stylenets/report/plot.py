"""Lines over numbers as a small SVG that stands in a page and takes the page's color of text."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 340  # of the drawing, in its own units; a page scales it
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 14, 52  # margins, which hold the labels
COLORS = (
    "#3b82f6",
    "#f97316",
    "#10b981",
    "#e11d48",
    "#8b5cf6",
    "#ca8a04",
    "#06b6d4",
    "#94a3b8",
)  # legible on white and on black
FEW = 8  # so many different numbers along x are all written; of more, round ones

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """Numbers from ``low`` to ``high`` along ``start`` to ``end`` of the drawing."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def place(self, value: float) -> float:
        """Where ``value`` lies in the drawing."""
        low, high, value = (
            math.log10(number) if self.log else number for number in (self.low, self.high, value)
        )
        return self.start + (self.end - self.start) * (value - low) / (high - low)


def draw(
    series: Mapping[str, Points],
    x_label: str,
    y_label: str,
    log_x: bool = False,
    log_y: bool = False,
    names: Sequence[str] = (),
) -> str:
    """{name: [(x, y), ...]} -> <svg>: a colored line with marks each, axes and round numbers beside them.

    ``names``: what x = 0, 1, … stand for, where they are no numbers: marks without lines. What is not finite, or not positive along a
    logarithmic axis, is left out. A legend is the page's matter; the k-th name has ``color(k)``.
    """
    shown = {
        name: [(x, y) for x, y in points if _fits(x, log_x) and _fits(y, log_y)]
        for name, points in series.items()
    }
    points = [point for line in shown.values() for point in line]
    if not points:
        return f'<svg viewBox="0 0 {WIDTH} 40" role="img"><text x="{LEFT}" y="24" fill="currentColor">nothing to show</text></svg>'
    x_axis = (
        Axis(-0.5, len(names) - 0.5, LEFT, WIDTH - RIGHT, False)
        if names
        else _axis([x for x, _ in points], LEFT, WIDTH - RIGHT, log_x)
    )
    y_values = [y for _, y in points] if log_y else [0.0, *(y for _, y in points)]
    y_axis = _axis(y_values, HEIGHT - BOTTOM, TOP, log_y)
    distinct = sorted({x for x, _ in points})
    x_ticks = (
        dict(enumerate(names))
        if names
        else _written(distinct if len(distinct) <= FEW else ticks(x_axis.low, x_axis.high, log_x))
    )
    parts = [
        *_frame(x_axis, y_axis, x_ticks, _written(ticks(y_axis.low, y_axis.high, log_y))),
        *_labels(x_label, y_label),
    ]
    for number, (name, line) in enumerate(shown.items()):
        parts += _line(
            name,
            [(x_axis.place(x), y_axis.place(y)) for x, y in line],
            color(number),
            joined=not names,
        )
    title = html.escape(f"{y_label} by {x_label}")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def standing_alone(drawing: str, names: Sequence[str]) -> str:
    """A drawing of the lines ``names`` as a file of its own: on white, with the legend in it."""
    legend = (
        f'<text x="{LEFT + 14}" y="{TOP + 16 + 18 * k}" font-size="13" fill="{color(k)}">{html.escape(name)}</text>'
        for k, name in enumerate(names)
    )
    head = '<svg xmlns="http://www.w3.org/2000/svg" style="background:#fff;color:#111" font-family="sans-serif" '
    return drawing.replace("<svg ", head, 1).replace("</svg>", "\n".join([*legend, "</svg>"]))


def color(number: int) -> str:
    """Of the line that comes at this place, from 0."""
    return COLORS[number % len(COLORS)]


def ticks(low: float, high: float, log: bool) -> list[float]:
    """Round numbers from ``low`` to ``high``: 1, 2 or 5 times a power of ten, at equal steps unless ``log``."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        factors = (1, 2, 5) if len(decades) <= 4 else (1,)
        return [
            value
            for decade in decades
            for factor in factors
            if low <= (value := factor * 10.0**decade) <= high
        ]
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [
        number * step
        for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]


def _fits(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _axis(values: Sequence[float], start: float, end: float, log: bool) -> Axis:
    """From the smallest to the largest value and a little beyond; around a single one where all are the same."""
    low, high = min(values), max(values)
    if log:
        room = (high / low) ** 0.06 if high > low else 2.0
        return Axis(low / room, high * room, start, end, log)
    room = 0.06 * (high - low) or abs(high) or 1.0
    return Axis(0.0 if low == 0 else low - room, high + room, start, end, log)


def _written(values: Sequence[float]) -> dict[float, str]:
    return {value: f"{value:.4g}" for value in values}


def _frame(
    x_axis: Axis, y_axis: Axis, x_ticks: Mapping[float, str], y_ticks: Mapping[float, str]
) -> list[str]:
    """A thin line across at every number along y, and the numbers of both axes."""
    parts = []
    for value, text in y_ticks.items():
        y = y_axis.place(value)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".15"/>'
        )
        parts.append(_text(LEFT - 8, y + 4, text, "end"))
    for value, text in x_ticks.items():
        parts.append(_text(x_axis.place(value), HEIGHT - BOTTOM + 18, text, "middle"))
    return [
        *parts,
        f'<path d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".6"/>',
    ]


def _labels(x_label: str, y_label: str) -> list[str]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    along_y = f'<g transform="translate(16 {middle:.1f}) rotate(-90)">{_text(0, 0, y_label, "middle")}</g>'
    return [_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "middle"), along_y]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="13" fill="currentColor">{html.escape(text)}</text>'


def _line(name: str, places: Points, stroke: str, joined: bool) -> list[str]:
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    line = (
        [f'<polyline points="{corners}" fill="none" stroke="{stroke}" stroke-width="2"/>']
        if joined
        else []
    )
    title = f"<title>{html.escape(name)}</title>"
    return line + [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{stroke}">{title}</circle>'
        for x, y in places
    ]
