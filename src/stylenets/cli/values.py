"""Whether the values of a configuration fit what the code is annotated with.

What does not fit is told before anything is built or written.
"""

import inspect
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from stylenets.checkpoints import LIMITS
from stylenets.cli.parameters import parameter_hints, unknown_parameters
from stylenets.errors import UserError
from stylenets.layers.vgg import layer_names

# what train.yaml holds besides its groups
GENERAL = {
    "ckpt": str | None,
    "init": str | None,
    "about": str | None,
    "group": str | None,
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
# called by the code, with what it builds
FINISHED_LATER = {"model", "model.net", "loss", "optimizer", "scheduler", "trainer"}
FINISHED_LATER |= {"callbacks.yardstick.vgg"}
WORDS = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    NoneType: "null",
    Path: "a path",
}
# of all weights, which those of the loss network would not follow
WHOLE_PRECISIONS = ("16-true", "bf16-true", "64-true", "64", "transformer-engine")
COUNT = (1, 10**9)
NOT_EMPTY = {"palette_sides"}  # lists that must hold something
BY_LAYER = {"content", "style"}  # weights by layers of VGG
# of parameters by their name; those of networks are what a file may say of one
BOUNDS = {
    **LIMITS,
    "seed": (0, 2**32 - 1),
    "size": (16, 4096),
    "batch_size": (1, 4096),
    "style_batch": (1, 4096),
    "workers": (0, 256),
    "max_bad": (0, 1),
    "val_count": COUNT,
    "samples_per_epoch": COUNT,
    "limit": COUNT,
    "every": COUNT,
    "count": COUNT,
    "stop_after": COUNT,
    "check_val_every_n_epoch": COUNT,
    "lr": (0, 1e9),
    "warmup": (0, 10**9),
    "final": (0, 1),
    "decay": (0, 1e9),
    "patch": (1, 64),
    "stride": (1, 64),
}


def check_values(config: Mapping[str, Any]) -> None:
    """Check a plain, resolved train.yaml.

    Raises:
        UserError: For the first value that is of another type than its parameter, or out of bounds.
    """
    for name, hint in GENERAL.items():
        check_value(name, config.get(name), hint)
    for group in GROUPS:
        if not isinstance(config.get(group), dict) or "_target_" not in config[group]:
            raise UserError(f"{group}={config.get(group)}: choose one of the files in conf/{group}")
    precision = str(config["trainer"].get("precision"))
    if precision in WHOLE_PRECISIONS:
        raise UserError(
            f"trainer.precision={precision}: the loss network is float32; give 32-true, 16-mixed"
            " or bf16-mixed"
        )
    net = config["model"].get("net")
    if not isinstance(net, dict) or not isinstance(config.get("callbacks"), dict):
        raise UserError("model.net and callbacks: must be names with values")
    check_targets(config, FINISHED_LATER)


def check_targets(config: Mapping[str, Any], finished_later: Collection[str]) -> None:
    """Check the values of every node with a _target_.

    Args:
        config: Plain and resolved.
        finished_later: Where the nodes are that the code calls with what it builds.

    Raises:
        UserError: For the first that does not fit what the node names.
    """
    for path, node in find_targets(config):
        check_target(path, node, path in finished_later)


def check_target(path: str, node: Mapping[str, Any], finished_later: bool) -> None:
    """Check the values of a node with a _target_ against the parameters of what it names."""
    partial = node.get("_partial_", False)
    if partial is not finished_later:
        raise UserError(f"{path}._partial_={node.get('_partial_')}: is not for you to choose")
    name = node["_target_"]
    try:
        target = resolve_name(str(name))
    except (ImportError, ValueError, AttributeError) as error:
        raise UserError(f"{path}._target_={name}: there is no such thing") from error
    if not callable(target):
        raise UserError(f"{path}._target_={name}: is nothing that can be built")
    hints = parameter_hints(target)
    unknown = unknown_parameters(target, node)
    if unknown:
        raise UserError(f"{path}.{unknown[0]}={node[unknown[0]]}: {name} has no such setting")
    for parameter in node.keys() & hints.keys():
        check_value(f"{path}.{parameter}", node[parameter], hints[parameter])


def check_value(path: str, value: Any, hint: Any) -> None:
    """Raises UserError, naming ``path``, unless a value fits its hint and its bounds."""
    if not value_fits(value, hint):
        raise UserError(f"{path}={value}: must be {in_words(hint)}")
    if value == [] and path.rpartition(".")[2] in NOT_EMPTY:
        raise UserError(f"{path}=[]: give at least one")
    if path.rpartition(".")[2] in BY_LAYER and isinstance(value, dict):
        check_layers(path, value)
    low, high = BOUNDS.get(path.rpartition(".")[2], (-math.inf, math.inf))
    if type(value) in (int, float) and not low <= value <= high:
        raise UserError(f"{path}={value}: must be from {low} to {high}")


def check_layers(path: str, weights: Collection[str]) -> None:
    """Raises UserError for the name of a layer that VGG has at no depth."""
    unknown = [name for name in weights if name not in layer_names(19)]
    if unknown:
        raise UserError(f"{path}.{unknown[0]}: VGG has no such layer; give names like relu4_1")


def value_fits(value: Any, hint: Any) -> bool:
    """Whether a plain value can be given for a parameter annotated with ``hint``.

    Numbers must be finite. A node with a _target_ is taken for what it makes.
    """
    kind = get_origin(hint) or hint
    inner = get_args(hint)
    if kind in (Union, UnionType):
        return any(value_fits(value, one) for one in inner)
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
    if is_typeddict(kind):
        parts = get_type_hints(kind)
        named = isinstance(value, dict) and value.keys() <= parts.keys()
        return named and all(value_fits(value[key], parts[key]) for key in value)
    if kind in (dict, Mapping, list, tuple, set, Sequence):
        return collection_fits(value, kind, inner)
    if hint is Any or kind is Callable or not inspect.isclass(kind):
        return True
    return isinstance(value, kind)


def collection_fits(value: Any, kind: Any, inner: tuple[Any, ...]) -> bool:
    """Whether a value is such a collection, and its parts fit what it is annotated to hold."""
    if kind in (dict, Mapping):
        hint = inner[1] if inner else Any
        return isinstance(value, dict) and all(value_fits(one, hint) for one in value.values())
    if not isinstance(value, list):
        return False
    if kind is tuple and Ellipsis not in inner:
        return len(value) == len(inner) and all(map(value_fits, value, inner))
    hint = inner[0] if inner else Any
    return all(value_fits(one, hint) for one in value)


def in_words(hint: Any) -> str:
    """A type as a person would call it."""
    kind = get_origin(hint) or hint
    inner = get_args(hint)
    if kind in (Union, UnionType):
        return " or ".join(dict.fromkeys(in_words(one) for one in inner))
    if kind is Literal:
        return " or ".join(map(str, inner))
    if kind in (list, tuple, set, Sequence):
        return f"a list of {in_words(inner[0])}" if inner else "a list"
    if kind in (dict, Mapping):
        return "names with values"
    return WORDS.get(kind, "something with a _target_")


def find_targets(node: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping with a _target_, and where it is."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield path, node
        for key, value in node.items():
            yield from find_targets(value, f"{path}.{key}".lstrip("."))
