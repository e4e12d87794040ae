"""What the suites of the command ``benchmark`` share: the photographs they measure on, a progress bar, and what they leave."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from stylenets.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from stylenets.report.tables import Sheet

log = logging.getLogger(__name__)


def read_photos(
    folder: str | None, limit: int | None, size: int, square: bool = True
) -> dict[str, Tensor]:
    """{path below the folder: central square (3, size, size), or the whole at that size} of its first ``limit`` pictures; null: the bundled photographs."""
    from stylenets import images
    from stylenets.photos import bundled_photos
    from stylenets.styles import central_square

    paths = bundled_photos() if folder is None else images.list_pictures(folder)
    names = [path.name if folder is None else path.relative_to(folder).as_posix() for path in paths]
    pictures = {
        name: images.read(path, size) for name, path in list(zip(names, paths, strict=True))[:limit]
    }
    return {
        name: central_square(picture) if square else picture for name, picture in pictures.items()
    }


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr with the time left; yields what to call after each of ``total`` steps."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=Console(stderr=True), redirect_stdout=sys.stdout.isatty()
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def in_a_process(
    module: str, *arguments: str, advance: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """The figures that a fresh process of ``module`` prints, as JSON, after a "." for each step of the progress.

    A mistake that it has told ends this one, too; raises UserError where it does not get through otherwise.
    """
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        found = None
        for line in process.stdout:
            if line.startswith("{"):
                found = json.loads(line)
            else:
                advance()
    if process.returncode == 2:
        sys.exit(2)
    if process.returncode or found is None:
        raise UserError(
            f"the measurement of {' '.join(arguments[1:])} did not get through (status {process.returncode}); give smaller sizes"
        )
    return found


def described(config: DictConfig, device: str) -> dict[str, Any]:
    """The settings and the machine, for a report."""
    from stylenets.evaluation import machine

    return {"settings": settings(config), "machine": machine.describe(device)}


def settings(config: DictConfig) -> dict[str, Any]:
    """The resolved configuration without the folders of this machine, which mean nothing in a report."""
    values = OmegaConf.to_container(config, resolve=True)
    return values | {
        name: values[name] and Path(values[name]).name for name in ("ckpt", "photos", "out")
    }


def leave(name: str, sheets: Sequence[Sheet], figures: dict[str, Any], out: Path) -> None:
    """Write <name>.json and <name>.md, and show the tables on stdout."""
    from rich.console import Console

    from stylenets.checkpoints import atomic_write

    content, markdown = (
        json.dumps(figures, indent=1),
        "\n".join(sheet.markdown() for sheet in sheets),
    )
    atomic_write(out / f"{name}.json", lambda file: file.write(content.encode()))
    atomic_write(out / f"{name}.md", lambda file: file.write(markdown.encode()))
    console = Console(
        width=None if sys.stdout.isatty() else 140
    )  # a file has no width, and rich would take it for 80
    for sheet in sheets:
        console.print(sheet.rich())
    log.info("written: %s", out / f"{name}.json")


def readme(config: DictConfig, out: Path) -> None:
    """Put the section on performance, made of the figures in ``readme.figures``, into ``readme.file``. Raises UserError where it cannot."""
    from stylenets.checkpoints import atomic_write
    from stylenets.evaluation.performance import put_in, section

    file = Path(config.readme.file)
    try:
        text = put_in(file.read_text(encoding="utf-8"), section(Path(config.readme.figures)))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"cannot put the figures of {config.readme.figures} into {file}: {error}"
        ) from error
    atomic_write(file, lambda opened: opened.write(text.encode()))
    log.info("written: %s", file)
