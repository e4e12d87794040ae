"""What the command ``infer`` is asked for of clips, checked without torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stylenets.cli import checks
from stylenets.errors import UserError
from stylenets.video import CODECS, STEADY

WORST = 63  # the largest constant rate factor of any codec
FASTEST = 1000  # frames a second
TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class ClipRequest:
    """How clips are read, painted and written.

    Attributes:
        steady: Some of ``stylenets.video.STEADY``.
        codec: Of the pictures; None: the container's own.
        quality: The constant rate factor; None: the codec's usual one.
        fps: Frames a second; None: as they come.
        start: Seconds.
        end: Seconds; None: to the end.
    """

    steady: tuple[str, ...]
    codec: str | None
    quality: int | None
    fps: Fraction | None
    start: Fraction
    end: Fraction | None


def read_clip(values: dict[str, Any]) -> ClipRequest:
    """Check what is only for clips. Raises UserError for the first that is wrong."""
    codecs = sorted({codec for fitting in CODECS.values() for codec in fitting})
    codec = values["codec"]
    request = ClipRequest(
        steady=read_steady(values["steady"]),
        codec=None if codec is None else checks.choice("codec", codec, codecs),
        quality=checks.whole_or_null("quality", values["quality"], 0, WORST),
        fps=read_rate(values["fps"]),
        start=read_time("start", values["start"]) or Fraction(0),
        end=read_time("end", values["end"]),
    )
    if request.end is not None and request.end <= request.start:
        raise UserError(f"end={values['end']}: must be later than start={values['start']}")
    return request


def read_steady(value: Any) -> tuple[str, ...]:
    """Read ``steady=after``, ``steady=[norms,after]`` or ``steady=off``."""
    if value is False or value == "off":
        return ()
    given = value if isinstance(value, list) else [value]
    if not given:
        raise UserError("steady=[]: give off, or some of " + ", ".join(STEADY))
    return tuple(checks.choice("steady", one, STEADY) for one in given)


def read_rate(value: Any) -> Fraction | None:
    """Read ``fps=12.5`` or ``fps=30000/1001``."""
    if value is None:
        return None
    try:
        rate = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= FASTEST:
        raise UserError(f"fps={value}: must be frames a second, as in 25 or 30000/1001")
    return rate


def read_time(name: str, value: Any) -> Fraction | None:
    """Read ``start=12.5`` in seconds, or ``start=1:02:03.5``."""
    if value is None:
        return None
    match = TIME.fullmatch(str(value))
    if not match:
        raise UserError(f"{name}={value}: must be seconds, or hours:minutes:seconds")
    hours, minutes, seconds = match.groups()
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + Fraction(seconds)
