"""Prepare a data set: download it or take a local archive, check it, and unpack it.

It lands where the data module of its name looks.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from omegaconf import DictConfig

from stylenets.cli.checks import choice, choices, flag
from stylenets.cli.entry import run_hydra
from stylenets.data.download import download, unpack
from stylenets.errors import UserError

log = logging.getLogger(__name__)
Prepare = Callable[[DictConfig, Path, Path | None], None]


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(prepare_data, "commands/prepare_data")


def prepare_data(config: DictConfig) -> None:
    """Do what conf/commands/prepare_data.yaml says.

    Raises:
        UserError: For an unknown data set or split, or a missing archive.
    """
    known: dict[str, Prepare] = {"coco": prepare_coco, "matting_human": prepare_matting_human}
    prepare = known[choice("dataset", config.dataset, known)]
    flag("keep_archive", config.keep_archive)
    archive = None if config.archive is None else Path(str(config.archive))
    if archive and not archive.exists():
        raise UserError(f"no such archive: {archive}")
    prepare(config, Path(str(config.root)), archive)


def prepare_coco(config: DictConfig, root: Path, archive: Path | None) -> None:
    """Fill ``root``/SPLIT for each split asked for; an ``archive`` is the zip of one split."""
    given = [config.split] if isinstance(config.split, str) else config.split
    splits = choices("split", given, config.coco.md5)
    if not splits:
        raise UserError(f"split=[]: choose one of {', '.join(config.coco.md5)}")
    if archive and len(splits) > 1:
        raise UserError(f"archive={archive} holds one split: say which, such as split={splits[0]}")
    for split in splits:
        if not (root / split).is_dir():
            prepare_split(config, root, archive, split)
        log.info("%s is ready: train with data=coco data.root=%s", root / split, root)


def prepare_split(config: DictConfig, root: Path, archive: Path | None, split: str) -> None:
    """Download one split, unless its zip is given, and unpack it."""
    if archive:
        unpack(archive, root, split)
        return
    url = f"{config.coco.url}/{split}.zip"
    downloaded = download(url, root / f"{split}.zip", config.coco.md5[split])
    unpack(downloaded, root, split)
    if not config.keep_archive:
        downloaded.unlink()


def prepare_matting_human(config: DictConfig, root: Path, archive: Path | None) -> None:
    """Fill ``root``/clip_img and ``root``/matting from a zip; a folder is only looked through."""
    if archive and archive.is_dir():
        root = archive
    elif archive:
        for top in ("clip_img", "matting"):
            unpack(archive, root, top)
    elif not any((folder / "clip_img").is_dir() for folder in (root, *root.glob("*/"))):
        raise UserError(
            "Matting-Human is handed out by Kaggle to people with an account: download the zip "
            f"from {config.matting_human.page} and run this again with archive=/path/to/the.zip"
        )
    # only now, as Lightning comes with it
    from stylenets.data.matting_human import find_root, portrait_pairs

    root = find_root(root)
    count = len(portrait_pairs(root))
    log.info(
        "%d portraits with mattes are ready: train with data=matting_human data.root=%s",
        count,
        root,
    )


if __name__ == "__main__":
    main()
