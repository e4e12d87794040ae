"""The suite ``page``: the page on performance, made of what the other suites left."""

import logging
from pathlib import Path

from omegaconf import DictConfig

from stylenets.errors import UserError
from stylenets.evaluation.speed.page import insert_tables, performance_tables
from stylenets.files import write_text

log = logging.getLogger(__name__)


def run_page(config: DictConfig, out: Path) -> None:
    """Put the tables made of the figures in ``page.figures`` into ``page.file``.

    Raises:
        UserError: If a figure is missing, or the file has no marks to put the tables between.
    """
    file = Path(config.page.file)
    figures = config.page.figures
    try:
        tables = performance_tables(Path(figures))
        text = insert_tables(file.read_text(encoding="utf-8"), tables)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"cannot put the figures of {figures} into {file}: {error}") from error
    write_text(file, text)
    log.info("written: %s", file)
