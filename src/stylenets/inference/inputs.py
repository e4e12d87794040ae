"""What a network is given, checked: sides of pictures, names of styles and their shares."""

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.inference import LARGEST_SIDE, MIN_SIDE


def check_sides(height: int, width: int, what: str = "the picture") -> None:
    """Check that networks take a picture of this size.

    Raises:
        UserError: Naming ``what``, if the shortest side is too small or too large.
    """
    if not MIN_SIDE <= min(height, width) <= LARGEST_SIDE:
        raise UserError(
            f"{what} is {width} x {height} pixels: "
            f"its shortest side must be {MIN_SIDE} to {LARGEST_SIDE}; give size="
        )


@contextmanager
def told_if_too_large(height: int, width: int, device: torch.device) -> Iterator[None]:
    """Turn a lack of memory within the block into a UserError with the picture's size."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"a picture of {width} x {height} pixels does not fit in the memory of {device}; "
            "give a smaller size="
        ) from error


def mixing_weights(styles: Sequence[str], mix: Mapping[str, float]) -> Tensor:
    """Shares of named styles -> (S,) weights in the order of ``styles`` that sum to 1.

    Raises:
        UserError: For an unknown name, naming the known ones, and for shares that are negative, not
            finite, or sum to 0.
    """
    total = sum(mix.values())
    if not all(0 <= share < math.inf for share in mix.values()) or not 0 < total < math.inf:
        raise UserError(f"the shares of a mix must be positive numbers, not {dict(mix)}")
    weights = torch.zeros(len(styles))
    for name, share in mix.items():
        weights[style_index(styles, name)] = share / total
    return weights


def style_index(styles: Sequence[str], name: str) -> int:
    """The place of ``name`` in ``styles``.

    Raises:
        UserError: With the known names, and the one that was probably meant, if it is not there.
    """
    if name not in styles:
        close = difflib.get_close_matches(name.lower(), styles, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UserError(f"unknown style {name!r}; {hint}this network knows: {', '.join(styles)}")
    return list(styles).index(name)
