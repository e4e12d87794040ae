"""What a measuring command leaves: files, each written whole, and its tables on stdout."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stylenets.report.tables import Sheet

log = logging.getLogger(__name__)


def leave(out: Path, files: Mapping[str, bytes]) -> None:
    """Write each file whole."""
    from stylenets.checkpoints import atomic_write

    for name, content in files.items():
        atomic_write(out / name, lambda file, content=content: file.write(content))
        log.info("written: %s", out / name)


def show(sheets: Sequence[Sheet]) -> None:
    """The tables on stdout."""
    from rich.console import Console

    console = Console(
        width=None if sys.stdout.isatty() else 140
    )  # a file has no width, and rich would take it for 80
    for sheet in sheets:
        console.print(sheet.rich())
