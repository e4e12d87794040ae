"""The values of the controls, without torch, so that a command can check them first."""

from dataclasses import dataclass

from stylenets.errors import UserError

COLORS = ("style", "photo", "match")
MATCHES = ("colors", "details")
TILINGS = ("auto", "exact", "fast", "off")
STROKES = (1 / 16, 16.0)


@dataclass(frozen=True)
class Controls:
    """How much of a style, in whose colors, with how large strokes.

    Args:
        strength: From 0, the photograph, to 1, the style alone.
        colors: "style", "photo" (the photograph's chrominance) or "match" (its statistics).
        stroke: A factor on the size of the strokes, or "auto": at any resolution those of 512
            pixels.
        match: What the photograph is given of the style picture before it is painted: "colors",
            "details" (and the contrast of each octave), or None.

    Raises:
        UserError: A value is out of bounds.
    """

    strength: float = 1.0
    colors: str = "style"
    stroke: float | str = 1.0
    match: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise UserError(f"strength={self.strength}: must be a number from 0 to 1")
        if self.colors not in COLORS:
            known = ", ".join(COLORS)
            raise UserError(f"colors={self.colors}: must be one of {known}")
        if self.match is not None and self.match not in MATCHES:
            raise UserError(f"match={self.match}: must be one of {', '.join(MATCHES)}")
        low, high = STROKES
        if self.stroke != "auto" and (
            isinstance(self.stroke, str) or not low <= self.stroke <= high
        ):
            raise UserError(
                f"stroke={self.stroke}: must be auto, or a factor from {low} to {high:.0f}"
            )
