"""What a callable can be given, as its signature says."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints


def unknown_parameters(target: Callable[..., Any], node: Mapping[str, Any]) -> list[str]:
    """The settings of a node that what it names does not take.

    A class that takes any may hand them on to its bases.
    """
    functions = [target]
    if inspect.isclass(target):
        functions = [vars(one)["__init__"] for one in target.__mro__ if "__init__" in vars(one)]
    known: set[str] = set()
    for function in functions:
        parameters = inspect.signature(function).parameters.values()
        known |= {parameter.name for parameter in parameters}
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            return [key for key in node if key not in known and not key.startswith("_")]
    return []


def parameter_hints(target: Callable[..., Any]) -> dict[str, Any]:
    """The hints of a callable's parameters.

    Those of a class include its bases', as it may hand its settings on to them.
    """
    if not inspect.isclass(target):
        return hints_of(target)
    hints: dict[str, Any] = {}
    for owner in reversed(target.__mro__):
        if "__init__" in vars(owner):
            hints |= hints_of(vars(owner)["__init__"])
    return hints


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Parameters' hints; none where its module names types only for type checkers."""
    try:
        hints = get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return {}
    hints.pop("return", None)
    return hints
