"""The suite ``readme``: the page on performance, made of what the other suites left."""

import logging
from pathlib import Path

from omegaconf import DictConfig

from stylenets.errors import UserError
from stylenets.evaluation.speed.page import put_in, section
from stylenets.files import write_text

log = logging.getLogger(__name__)


def run_page(config: DictConfig, out: Path) -> None:
    """Put the section made of the figures in ``readme.figures`` into ``readme.file``.

    Raises:
        UserError: If a figure is missing, or the file has no marks to put the section between.
    """
    file = Path(config.readme.file)
    try:
        text = put_in(file.read_text(encoding="utf-8"), section(Path(config.readme.figures)))
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"cannot put the figures of {config.readme.figures} into {file}: {error}"
        ) from error
    write_text(file, text)
    log.info("written: %s", file)
