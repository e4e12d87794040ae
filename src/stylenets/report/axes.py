"""The axes of a plot: where a number lies, and which round numbers are written beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ROOM = 0.06  # of the axis: what is left free beyond the smallest and the largest value


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
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return self.start + (self.end - self.start) * (value - low) / (high - low)


def number_axis(values: Sequence[float], start: float, end: float, log: bool) -> Axis:
    """From the smallest to the largest value and a little beyond, or around a single one."""
    low = min(values)
    high = max(values)
    if log:
        room = (high / low) ** ROOM if high > low else 2.0
        return Axis(low / room, high * room, start, end, log)
    room = ROOM * (high - low) or abs(high) or 1.0
    return Axis(0.0 if low == 0 else low - room, high + room, start, end, log)


def fits(value: float, log: bool) -> bool:
    """Whether there is a place for ``value`` on an axis."""
    return math.isfinite(value) and (value > 0 or not log)


def round_numbers(low: float, high: float, log: bool) -> list[float]:
    """1, 2 or 5 times a power of ten, from ``low`` to ``high``; at equal steps unless ``log``."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        factors = (1, 2, 5) if len(decades) <= 4 else (1,)
        numbers = [factor * 10.0**decade for decade in decades for factor in factors]
        return [number for number in numbers if low <= number <= high]
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
