"""What a measuring command shows and leaves: a progress bar, tables, and files written whole."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from stylenets.files import write_bytes
from stylenets.report.tables import Sheet

log = logging.getLogger(__name__)

FILE_WIDTH = 140  # columns of a table on stdout that goes to a file; rich would take 80


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr with the time left; yields what to call after each of ``total`` steps."""
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def write_files(out: Path, files: Mapping[str, bytes]) -> None:
    """Write each file of ``out`` whole, and tell its path."""
    for name, content in files.items():
        write_bytes(out / name, content)
        log.info("written: %s", out / name)


def show_tables(tables: Sequence[Sheet]) -> None:
    """Print the tables to stdout."""
    console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
    for table in tables:
        console.print(table.rich())
