"""Whether the values of a configuration can be what the code is annotated with; told before anything is built or written."""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from stylenets.checkpoints import LIMITS
from stylenets.errors import UserError

GENERAL = {  # what train.yaml holds besides its groups
    **dict.fromkeys(("ckpt", "init", "about", "group"), str | None),
    "seed": int,
    "compile": bool,
    "float32_matmul": Literal["highest", "high", "medium"],
    "overwrite": bool,
    "debug": bool,
    "project": str,
    "tags": list[str],
    "out": str,
}
GROUPS = ("model", "styles", "data", "vgg", "loss", "optimizer", "scheduler", "trainer", "logger")
FINISHED_LATER = {
    "model",
    "model.net",
    "loss",
    "optimizer",
    "scheduler",
    "trainer",
}  # by the code, with what it builds
WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    NoneType: "null",
    Path: "a path",
}
COUNT = (1, 10**9)
BOUNDS = {  # of parameters by their name; those of networks are what a file may say of one
    **LIMITS,
    "seed": (0, 2**32 - 1),
    "size": (16, 4096),
    "batch_size": (1, 4096),
    "style_batch": (1, 4096),
    "workers": (0, 256),
    "max_bad": (0, 1),
    **dict.fromkeys(
        (
            "val_count",
            "samples_per_epoch",
            "limit",
            "every",
            "count",
            "stop_after",
            "check_val_every_n_epoch",
        ),
        COUNT,
    ),
    "lr": (0, 1e9),
    "warmup": (0, 10**9),
    "final": (0, 1),
    "decay": (0, 1e9),
    "patch": (1, 64),
    "stride": (1, 64),
}


def check_values(config: Mapping[str, Any]) -> None:
    """Raises UserError for the first value of a plain, resolved train.yaml that is of another type than its parameter, or out of bounds."""
    for name, hint in GENERAL.items():
        check(name, config.get(name), hint)
    for group in GROUPS:
        if not isinstance(config.get(group), dict) or "_target_" not in config[group]:
            raise UserError(f"{group}={config.get(group)}: choose one of the files in conf/{group}")
    if not isinstance(config["model"].get("net"), dict) or not isinstance(
        config.get("callbacks"), dict
    ):
        raise UserError("model.net and callbacks: must be names with values")
    for path, node in targets(config):
        if node.get("_partial_", False) is not (path in FINISHED_LATER):
            raise UserError(f"{path}._partial_={node.get('_partial_')}: is not for you to choose")
        try:
            hints = annotations(resolve_name(str(node["_target_"])))
        except (ImportError, ValueError, AttributeError) as error:
            raise UserError(
                f"{path}._target_={node['_target_']}: there is no such thing"
            ) from error
        for name in node.keys() & hints.keys():
            check(f"{path}.{name}", node[name], hints[name])


def check(path: str, value: Any, hint: Any) -> None:
    """Raises UserError, naming ``path``, for one value."""
    if not fits(value, hint):
        raise UserError(f"{path}={value}: must be {words(hint)}")
    low, high = BOUNDS.get(path.rpartition(".")[2], (-math.inf, math.inf))
    if type(value) in (int, float) and not low <= value <= high:
        raise UserError(f"{path}={value}: must be from {low} to {high}")


def fits(value: Any, hint: Any) -> bool:
    """Whether a plain value can be given for a parameter annotated with ``hint``; numbers must be finite."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return any(fits(value, one) for one in inner)
    if kind is Literal:
        return any(value == one and type(value) is type(one) for one in inner)
    if kind in (int, bool, str, NoneType):
        return type(value) is kind
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)
    if kind is Path:
        return type(value) is str
    if isinstance(value, dict) and "_target_" in value:
        return True
    if kind is tuple and Ellipsis not in inner:
        return isinstance(value, list) and len(value) == len(inner) and all(map(fits, value, inner))
    if kind in (list, tuple, set, Sequence):
        return isinstance(value, list) and all(
            fits(one, inner[0] if inner else Any) for one in value
        )
    if kind in (dict, Mapping):
        return isinstance(value, dict) and all(
            map(fits, value.values(), [inner[1] if inner else Any] * len(value))
        )
    return kind is Any or not inspect.isclass(kind) or kind is Callable or isinstance(value, kind)


def words(hint: Any) -> str:
    """A type as a person would call it."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(dict.fromkeys(words(one) for one in inner))
    if kind is Literal:
        return " or ".join(map(str, inner))
    if kind in (list, tuple, set, Sequence):
        return f"a list of {words(inner[0])}" if inner else "a list"
    return WORDS.get(kind) or (
        "names with values" if kind in (dict, Mapping) else "something with a _target_"
    )


def annotations(target: Callable) -> dict[str, Any]:
    """The hints of a callable's parameters; of a class those of its bases too, as it may hand its settings on to them."""
    owners = (
        [c.__init__ for c in reversed(target.__mro__) if "__init__" in vars(c)]
        if inspect.isclass(target)
        else [target]
    )
    return {
        name: hint for owner in owners for name, hint in hints_of(owner).items() if name != "return"
    }


def hints_of(function: Callable) -> dict[str, Any]:
    """Nothing where its module names types only for type checkers."""
    try:
        return get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return {}


def targets(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping with a _target_, and where it is."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield path, node
        for key, value in node.items():
            yield from targets(value, f"{path}.{key}".lstrip("."))
