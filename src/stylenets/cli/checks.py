"""Checks of single values given to a command: each names the setting and says what it must be."""

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeGuard

from stylenets.errors import UserError
from stylenets.inference.devices import DEVICE, MUST_BE


def whole(name: str, value: object, least: int, most: int | None = None, unit: str = "") -> int:
    """A whole number within bounds.

    Args:
        name: The setting, as a person types it.
        value: What was given.
        least: The smallest allowed value.
        most: The largest allowed value; None: no limit.
        unit: What is counted, such as "pixels".

    Returns:
        The value itself.

    Raises:
        UserError: If it is anything else; true and false are no numbers.
    """
    counted = f" of {unit}" if unit else ""
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
    must_be = f"must be a whole number{counted} {bounds}"
    if type(value) is not int or value < least:
        raise UserError(f"{name}={value}: {must_be}")
    if most is not None and value > most:
        raise UserError(f"{name}={value}: {must_be}")
    return value


def whole_or_null(
    name: str, value: object, least: int, most: int | None = None, unit: str = ""
) -> int | None:
    """As ``whole``, and None is allowed too."""
    if value is None:
        return None
    try:
        return whole(name, value, least, most, unit)
    except UserError as error:
        raise UserError(f"{error}, or null") from None


def whole_list(name: str, value: object, least: int, most: int | None = None) -> list[int]:
    """A list of whole numbers, each as ``whole`` takes it; the list may be empty."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise UserError(
            f"{name}={value}: must be a list of whole numbers, as in '{name}=[256,512]'"
        )
    return [whole(name, one, least, most) for one in value]


def number(name: str, value: object, fits: Callable[[float], bool], must_be: str) -> float:
    """A number for which ``fits`` holds; UserError says that it must be ``must_be``."""
    if not _is_number(value) or not fits(value):
        raise UserError(f"{name}={value}: must be {must_be}")
    return value


def share(name: str, value: object) -> float:
    """A number from 0 to 1."""
    return number(name, value, lambda one: 0 <= one <= 1, "a number from 0 to 1")


def shares(name: str, value: object, must_be: str) -> dict[str, float]:
    """Shares by name, none negative, not all 0; UserError says that it must be ``must_be``."""
    given = value if isinstance(value, dict) else {}
    numbers = [one for one in given.values() if _is_number(one) and 0 <= one < math.inf]
    if len(numbers) < len(given) or not 0 < sum(numbers) < math.inf:
        raise UserError(f"{name}={value}: must be {must_be}")
    return {str(one): float(part) for one, part in given.items()}


def weights(name: str, values: dict[str, Any]) -> None:
    """Raises UserError unless each of ``values`` is a finite number of at least 0."""
    for key, value in values.items():
        number(f"{name}.{key}", value, lambda one: 0 <= one < math.inf, "a number of at least 0")


def choice(name: str, value: object, known: Collection[str]) -> str:
    """One of the known words."""
    if str(value) not in known:
        raise UserError(f"{name}={value}: must be one of {', '.join(known)}")
    return str(value)


def choices(name: str, value: object, known: Collection[str]) -> list[str]:
    """A list of known words; it may be empty."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise UserError(f"{name}={value}: must be a list of some of {', '.join(known)}")
    return [choice(name, one, known) for one in value]


def flag(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UserError(f"{name}={value}: must be true or false")
    return value


def device(value: object) -> str:
    """The name of a device, which need not be there."""
    if not DEVICE.fullmatch(str(value)):
        raise UserError(f"device={value}: {MUST_BE}")
    return str(value)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
