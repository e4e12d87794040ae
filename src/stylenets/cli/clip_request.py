"""What the command ``infer`` is asked for of clips, checked without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stylenets.cli import checks
from stylenets.errors import UserError

STEADY = ("norms", "before", "after")


@dataclass(frozen=True)
class ClipRequest:
    """How clips are painted: ``steady``, some of STEADY."""

    steady: tuple[str, ...]


def read_clip(values: dict[str, Any]) -> ClipRequest:
    """Check what is only for clips. Raises UserError for the first that is wrong."""
    return ClipRequest(steady=read_steady(values["steady"]))


def read_steady(value: Any) -> tuple[str, ...]:
    """Read ``steady=after``, ``steady=[norms,after]`` or ``steady=off``."""
    if value is False or value == "off":
        return ()
    given = value if isinstance(value, list) else [value]
    if not given:
        raise UserError("steady=[]: give off, or some of " + ", ".join(STEADY))
    return tuple(checks.choice("steady", one, STEADY) for one in given)
