"""Teach the small networks that commands use.

``what=attention`` says what stands out in a photograph: it is that of ``segmenter=saliency``, and
the person segmenter's masks teach it. ``what=similarity`` says what belongs together: that of
``optimize.py losses.variant=learned``. ``what=encoder`` sees a style: ``train.py model=any
model.encoder=`` begins with it.
"""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig, OmegaConf

from stylenets.cli import checks
from stylenets.cli.entry import run_hydra
from stylenets.errors import UserError

if TYPE_CHECKING:
    from stylenets.report.tables import Sheet

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
    lesson(config)


def teach_attention(config: DictConfig) -> None:
    """What stands out in photographs: write what ``saliency.weights=`` takes."""
    paths = find_photos(config)
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


def teach_similarity(config: DictConfig) -> None:
    """Which features belong together: write what ``losses.similarity=`` takes."""
    photos, paintings = find_photos(config), find_paintings(config)
    from stylenets.cli.similarity_lessons import learn_similarity  # with torch, which takes seconds
    from stylenets.losses.similarity import save_similarity

    similarity, tables = learn_similarity(photos, paintings, config.steps, config.seed)
    save_similarity(Path(config.out), similarity)
    tell(tables, config.out)


def teach_encoder(config: DictConfig) -> None:
    """What the loss network sees in a style: write what ``model.encoder=`` of train.py takes."""
    paintings = find_paintings(config)
    from stylenets.cli.encoder_lessons import learn_encoder  # with torch, which takes seconds
    from stylenets.inference.devices import choose_device
    from stylenets.tasks.encoder_lessons import save_style_encoder

    device = choose_device(config.device)
    encoder, tables = learn_encoder(paintings, config.steps, config.seed, device)
    save_style_encoder(Path(config.out), encoder)
    tell(tables, config.out)


def tell(tables: "list[Sheet]", out: str) -> None:
    """Show what was measured, and where the network is."""
    from stylenets.cli.output import show_tables

    show_tables(tables)
    log.info("written: %s", out)


def find_paintings(config: DictConfig) -> list[Path]:
    """The pictures of ``paintings=`` less those of ``leave_out=``."""
    if config.paintings is None:
        raise UserError(
            f"what={config.what}: give paintings=FOLDER, of pictures to learn styles from"
        )
    return find_pictures(config.paintings, config.leave_out)


def find_photos(config: DictConfig) -> list[Path]:
    """The photographs of ``photos=`` less those of ``leave_out=``."""
    if OmegaConf.is_missing(config, "photos"):
        raise UserError("give photos=FOLDER, of photographs to learn from")
    return find_pictures(config.photos, config.leave_out)


def find_pictures(folder: str, leave_out: str | None) -> list[Path]:
    """The pictures in a folder whose names a pattern does not match."""
    from stylenets import images

    paths = images.list_pictures(folder)
    try:
        left_out = re.compile(str(leave_out)) if leave_out else None
    except re.error as error:
        raise UserError(f"leave_out={leave_out}: no pattern ({error})") from error
    kept = [path for path in paths if not (left_out and left_out.search(path.name))]
    if not kept:
        raise UserError(f"no picture to learn from in {folder}")
    return kept


LESSONS: dict[str, Callable[[DictConfig], None]] = {
    "attention": teach_attention,
    "similarity": teach_similarity,
    "encoder": teach_encoder,
}
