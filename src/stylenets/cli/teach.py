"""Teach the small networks that commands use: what stands out, and what belongs together.

``what=attention`` is that of ``segmenter=saliency``, by the person segmenter's masks of
photographs; ``what=similarity`` that of ``optimize.py losses.variant=learned``.
"""

import logging
import re
from collections.abc import Callable
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.entry import run_hydra
from stylenets.errors import UserError

log = logging.getLogger(__name__)


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(teach_what, "commands/teach")


def teach_what(config: DictConfig) -> None:
    """Do what conf/commands/teach.yaml says.

    Raises:
        UserError: For a setting that cannot be, or a folder without pictures.
    """
    checks.whole("steps", config.steps, 1)
    lesson = LESSONS[checks.choice("what", config.what, LESSONS)]
    lesson(config, find_photos(config))


def teach_attention(config: DictConfig, paths: list[Path]) -> None:
    """What stands out in photographs: write what ``saliency.weights=`` takes."""
    nothing = checks.share("nothing", config.nothing)
    from stylenets.cli.output import progress  # with torch, which takes seconds to import
    from stylenets.cli.teaching import read_lessons
    from stylenets.data.order import seeded
    from stylenets.segmentation.attention import save_head
    from stylenets.segmentation.teaching import teach

    generator = seeded(config.seed)
    with progress(len(paths) + config.steps) as advance:
        learned = read_lessons(paths, nothing, config.device, generator, advance)
        head = teach(learned, config.steps, generator, advance)
    save_head(Path(config.out), head)
    log.info("written: %s, taught by %d photographs", config.out, len(paths))


def teach_similarity(config: DictConfig, paths: list[Path]) -> None:
    """Which features belong together: write what ``losses.similarity=`` takes."""
    from stylenets import images  # with torch, which takes seconds to import
    from stylenets.cli.similarity_lessons import learn_similarity
    from stylenets.losses.similarity import save_similarity

    if config.paintings is None:
        raise UserError("what=similarity: give paintings=FOLDER, of pictures to learn styles from")
    paintings = images.list_pictures(config.paintings)
    similarity, tables = learn_similarity(paths, paintings, config.steps, config.seed)
    save_similarity(Path(config.out), similarity)
    from stylenets.cli.output import show_tables

    show_tables(tables)
    log.info("written: %s", config.out)


def find_photos(config: DictConfig) -> list[Path]:
    """The photographs of ``photos=`` less those of ``leave_out=``."""
    from stylenets import images

    if OmegaConf.is_missing(config, "photos"):
        raise UserError("give photos=FOLDER, of photographs to learn from")
    paths = images.list_pictures(config.photos)
    try:
        left_out = re.compile(str(config.leave_out)) if config.leave_out else None
    except re.error as error:
        raise UserError(f"leave_out={config.leave_out}: no pattern ({error})") from error
    kept = [path for path in paths if not (left_out and left_out.search(path.name))]
    if not kept:
        raise UserError(f"no photograph to learn from in {config.photos}")
    return kept


LESSONS: dict[str, Callable[[DictConfig, list[Path]], None]] = {
    "attention": teach_attention,
    "similarity": teach_similarity,
}
