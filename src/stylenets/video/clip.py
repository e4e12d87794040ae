"""What a clip is: frames and their times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True)
class Frame:
    """A picture of a clip.

    Attributes:
        picture: (3, H, W) RGB in [0, 1], upright.
        time: When it is shown, in units of the clip's ``tick``.
        file: Its own file, if it is one of numbered pictures.
        parts: {label: (H, W)} of its regions, which sum to 1; none where there are no regions.
    """

    picture: Tensor
    time: int
    file: Path | None = None
    parts: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Clip:
    """What a clip says of itself, and which part of it is meant.

    Attributes:
        path: Its file.
        tick: The unit of its frames' times, in seconds.
        rate: Frames a second, on average.
        count: How many frames it should have; 0 where it does not say.
        aspect: A pixel's width over its height.
        sound: Whether it has any.
        start: Seconds from which on it is read.
        end: Seconds up to which; None: to its end.
    """

    path: Path
    tick: Fraction
    rate: Fraction
    count: int
    aspect: Fraction = Fraction(1)
    sound: bool = False
    start: Fraction = Fraction(0)
    end: Fraction | None = None
