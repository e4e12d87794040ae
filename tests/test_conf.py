"""Every choice in conf/ composes with train.yaml.

Every node with a _target_ fits the signature of what it names.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import get_object
from omegaconf import DictConfig, OmegaConf

CONF = Path(__file__).parents[1] / "conf"
SPECIAL = {"_target_", "_partial_", "_convert_", "_recursive_", "_args_"}
GROUPS = (
    "model",
    "styles",
    "data",
    "vgg",
    "loss",
    "optimizer",
    "scheduler",
    "trainer",
    "logger",
    "callbacks",
    "experiment",
)
SHARED = "_*.yaml"  # what choices have in common is none
CHOICES = sorted(
    f"{group}={file.relative_to(CONF / group).with_suffix('').as_posix()}"
    for group in GROUPS
    for file in (CONF / group).rglob("*.yaml")
    if not file.match(SHARED)
)
GIVEN_LATER = {  # by the code that calls a _partial_, and never in the configuration
    "model": {"styles", "criterion", "init", "optimizer", "scheduler"},
    "model.net": {"styles"},
    "loss": {"vgg", "styles"},
    "optimizer": {"params"},
    "scheduler": {"optimizer", "total_steps"},
}


def composed(*overrides: str) -> DictConfig:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("train", ["out=out", *overrides])
    OmegaConf.resolve(config)
    return config


def targets(node: Any, path: str = "") -> Iterator[tuple[str, DictConfig]]:
    """Every node with a _target_ and where it is."""
    if isinstance(node, DictConfig):
        if "_target_" in node:
            yield path, node
        for key in node:
            yield from targets(node[key], f"{path}.{key}".lstrip("."))


def parameters(target: Callable) -> dict[str, inspect.Parameter]:
    """Named parameters of a callable.

    Those of a class with ``**settings`` include those of the classes it hands them on to.
    """
    found: dict[str, inspect.Parameter] = {}
    for owner in (
        [c.__init__ for c in target.__mro__ if "__init__" in vars(c)]
        if inspect.isclass(target)
        else [target]
    ):
        own = inspect.signature(owner).parameters
        found = {
            name: p
            for name, p in own.items()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and name != "self"
        } | found
        if not any(p.kind is p.VAR_KEYWORD for p in own.values()):
            break
    return found


def test_every_choice_is_found() -> None:
    assert {"model=johnson", "model=cin", "styles=six", "loss=johnson", "experiment=six"} <= set(
        CHOICES
    )


@pytest.mark.parametrize("choice", CHOICES)
def test_composes_and_fits_the_code(choice: str) -> None:
    config = composed(choice)
    assert not OmegaConf.missing_keys(config)
    nodes = dict(targets(config))
    assert {
        "model",
        "model.net",
        "styles",
        "data",
        "vgg",
        "loss",
        "optimizer",
        "scheduler",
        "trainer",
        "logger",
    } <= set(nodes)
    for path, node in nodes.items():
        target = get_object(node._target_)
        assert callable(target), node._target_
        known, later = parameters(target), GIVEN_LATER.get(path, set())
        keys = {key for key in node if key not in SPECIAL}
        assert keys <= known.keys(), f"{path}: {node._target_} takes no {keys - known.keys()}"
        assert not keys & later, f"{path}: {keys & later} is given by the code"
        named = (
            parameter
            for parameter in inspect.signature(target).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        )
        required = {parameter.name for parameter in named if parameter.default is parameter.empty}
        assert required <= keys | later, f"{path}: {node._target_} needs {required - keys - later}"


EXPERIMENTS = [file for file in (CONF / "experiment").rglob("*.yaml") if not file.match(SHARED)]


@pytest.mark.parametrize("file", sorted(EXPERIMENTS), ids=lambda file: file.stem)
def test_an_experiment_overrides_only_differences(file: Path) -> None:
    """Whatever an experiment sets must differ from what its choices say without it."""
    config, text = OmegaConf.load(file), file.read_text()
    assert text.startswith("# @package _global_\n# "), "the second line says what the recipe is"
    bases = [
        {"experiment": default.removeprefix("/experiment/")}
        if isinstance(default, str)
        else default
        for default in config.pop("defaults", [])
    ]
    chosen = [
        f"{key.split('/')[-1]}={value}" for default in bases for key, value in default.items()
    ]
    plain = composed(*chosen)
    same = [
        path
        for path, value in leaves(config)
        if OmegaConf.select(plain, path, default=object()) == value
    ]
    assert not same


METHOD_FILES = sorted((CONF / "commands" / "method").glob("*.yaml"))
METHODS = [file for file in METHOD_FILES if not file.match(SHARED)]


@pytest.mark.parametrize("file", METHODS, ids=lambda file: file.stem)
def test_a_method_composes_and_fits_the_code(file: Path) -> None:
    """It has all settings that its function takes besides what it is given.

    It also has its own name for the files.
    """
    with initialize_config_dir(str(CONF / "commands"), version_base="1.3"):
        config = compose("optimize", ["out=out", f"method={file.stem}"])
    OmegaConf.resolve(config)
    assert not OmegaConf.missing_keys(config) and config.name == file.stem
    for node, given in {"method": {"scene", "criterion"}, "losses": {"vgg"}, "vgg": set()}.items():
        target = get_object(config[node]._target_)
        known = parameters(target)
        required = {
            name for name, parameter in known.items() if parameter.default is parameter.empty
        }
        keys = {key for key in config[node] if key not in SPECIAL}
        assert required - given <= keys <= known.keys() - given, config[node]._target_


def leaves(config: DictConfig, path: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values; a list is one value."""
    for key, value in config.items():
        if isinstance(value, DictConfig):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


@pytest.mark.parametrize(
    "file",
    [*sorted((CONF / "experiment").rglob("*.yaml")), *METHOD_FILES],
    ids=lambda file: file.stem,
)
def test_every_number_of_a_recipe_has_a_comment(file: Path) -> None:
    """Beside it or above it.

    Lengths of a run and how often it is checked are no findings and need none.
    """
    number, ours = (
        re.compile(r"^\s*(\w+):.*[:\s\[]-?\d"),
        {"max_epochs", "max_steps", "limit_val_batches", "check_val_every_n_epoch", "every"},
    )
    lines = file.read_text().splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if number.match(line) and "#" not in line and "#" not in before
    ]
    assert [
        line for line in bare if number.match(line)[1] not in ours and "every" not in line
    ] == []
