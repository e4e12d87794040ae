"""Whether a configuration still has the form of its command's file in conf/."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets.errors import UserError


def check_form(config: DictConfig, file: Path, overrides: Iterable[str]) -> None:
    """Check what no command could make sense of.

    Args:
        config: As Hydra composed it.
        file: The command's file in conf/.
        overrides: What a person typed.

    Raises:
        UserError: Settings with names became something else, or a setting was added that nothing
            reads.
    """
    for part in [*_parts(file), file]:
        _check_names(config, OmegaConf.to_container(OmegaConf.load(part)))
    for name, group in _groups(file).items():
        value = OmegaConf.select(config, group)
        if value is not None and not OmegaConf.is_dict(value):
            raise UserError(
                f"{group}={value}: must be names with values, as conf/{name.partition('@')[0]} has"
            )
    for one in overrides:
        if one.startswith("+") and not _belongs_to_target(config, one):
            raise UserError(f"{one.lstrip('+')}: there is no such setting")


def _parts(file: Path) -> list[Path]:
    """The files beside it that it is put together of."""
    whole = OmegaConf.load(file)
    assert isinstance(whole, DictConfig)  # as it is in conf/
    names = [one for one in whole.get("defaults", []) if isinstance(one, str) and one != "_self_"]
    return [file.with_name(f"{name}.yaml") for name in names]


def _groups(file: Path) -> dict[str, str]:
    """{Group: where its choice lies in the configuration}."""
    whole = OmegaConf.load(file)
    assert isinstance(whole, DictConfig)
    chosen = [
        str(name) for one in whole.get("defaults", []) if OmegaConf.is_dict(one) for name in one
    ]
    return {name: name.rpartition("@")[2] for name in chosen if not name.startswith("override")}


def _check_names(config: Any, defaults: Any, path: str = "") -> None:
    """Raises UserError where something else stands in the place of a mapping."""
    if not isinstance(defaults, Mapping):
        return
    if not OmegaConf.is_dict(config):
        names = ", ".join(map(str, defaults))
        raise UserError(f"{path}={config}: has settings of its own: {names}; give one of them")
    for key, value in defaults.items():
        if key in config and key != "defaults":
            _check_names(config[key], value, f"{path}.{key}".lstrip("."))


def _belongs_to_target(config: DictConfig, override: str) -> bool:
    """Whether what is built from the configuration is given an added setting, and checks it."""
    path = override.lstrip("+").partition("=")[0]
    while path:
        node = OmegaConf.select(config, path)
        if OmegaConf.is_dict(node) and "_target_" in node:
            return True
        path = path.rpartition(".")[0]
    return False
