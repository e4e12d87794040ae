"""A configuration as a run leaves it, read without following what a stranger may have put in."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml.events import AliasEvent  # type: ignore[import-untyped]

from stylenets.errors import UserError


def read_plain(file: Path) -> Any:
    """A configuration as a run writes it: values only.

    A stranger's ${oc.env:KEY} would tell what is none of his, and one value that stands for many
    others can take any memory.

    Raises:
        UserError: It is no configuration, or holds references.
    """
    try:
        text = file.read_text(encoding="utf-8")
        if "${" in text or any(isinstance(one, AliasEvent) for one in yaml.parse(text)):
            raise UserError(f"{file} refers to other values, which no run writes: refused")
        return OmegaConf.create(text)
    except (OmegaConfBaseException, yaml.YAMLError, ValueError, OSError, RecursionError) as error:
        raise UserError(f"{file} is no configuration: {error}") from error
