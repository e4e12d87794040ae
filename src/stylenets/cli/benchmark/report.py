"""What every suite leaves: its figures as JSON, its tables as markdown, and its settings."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets.cli.output import show_tables, write_files
from stylenets.evaluation import machine
from stylenets.report.tables import Sheet

FOLDERS = ("ckpt", "photos", "out")  # of one machine: their last parts alone mean something


def write_measurement(
    name: str,
    tables: Sequence[Sheet],
    figures: Mapping[str, Any],
    config: DictConfig,
    device: str,
    out: Path,
) -> None:
    """Write <name>.json and <name>.md into ``out``, and show the tables on stdout.

    Args:
        name: The suite's.
        tables: What people read.
        figures: Everything measured, as plain values; settings and machine are added.
        config: The command's configuration.
        device: What it was measured on.
        out: An existing folder.
    """
    origin = {"settings": shown_settings(config), "machine": machine.describe_machine(device)}
    content = json.dumps({**figures, **origin}, indent=1)
    markdown = "\n".join(table.markdown() for table in tables)
    write_files(out, {f"{name}.json": content.encode(), f"{name}.md": markdown.encode()})
    show_tables(tables)


def shown_settings(config: DictConfig) -> dict[str, Any]:
    """The resolved configuration without the folders of this machine."""
    values = OmegaConf.to_container(config, resolve=True)
    assert isinstance(values, dict)  # as a command's configuration always is
    for name in FOLDERS:
        given = values[name]
        if isinstance(given, list):
            values[name] = [Path(one).name for one in given]
        elif given:
            values[name] = Path(given).name
    return {str(name): value for name, value in values.items()}
