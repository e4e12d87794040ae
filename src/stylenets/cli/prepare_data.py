"""Prepare a data set: download or take a local archive, check it, unpack it where the data module looks."""

import logging
from pathlib import Path

from omegaconf import DictConfig

from stylenets.cli.entry import run_hydra
from stylenets.data.download import download, unpack
from stylenets.data.matting_human import pairs
from stylenets.errors import UserError

log = logging.getLogger(__name__)


def prepare(cfg: DictConfig) -> None:
    """Do what conf/commands/prepare_data.yaml says. Raises UserError for an unknown data set or split, or a missing archive."""
    known = {"coco": prepare_coco, "matting_human": prepare_matting_human}
    if cfg.dataset not in known:
        raise UserError(f"dataset={cfg.dataset}: choose one of {', '.join(known)}")
    archive = Path(cfg.archive) if cfg.archive else None
    if archive and not archive.exists():
        raise UserError(f"no such archive: {archive}")
    known[cfg.dataset](cfg, Path(cfg.root), archive)


def prepare_coco(cfg: DictConfig, root: Path, archive: Path | None) -> None:
    """Leave ``root``/SPLIT full of pictures for each split asked for; an ``archive`` is the zip of one split."""
    splits = [cfg.split] if isinstance(cfg.split, str) else list(cfg.split)
    if archive and len(splits) > 1:
        raise UserError(f"archive={archive} holds one split: say which, such as split={splits[0]}")
    for split in splits:
        if split not in cfg.coco.md5:
            raise UserError(f"split={split}: choose one of {', '.join(cfg.coco.md5)}")
        if not (root / split).is_dir():
            zipped = archive or download(
                f"{cfg.coco.url}/{split}.zip", root / f"{split}.zip", cfg.coco.md5[split]
            )
            unpack(zipped, root, split)
            if not archive and not cfg.keep_archive:
                zipped.unlink()
        log.info("%s is ready: train with data=coco data.root=%s", root / split, root)


def prepare_matting_human(cfg: DictConfig, root: Path, archive: Path | None) -> None:
    """Leave ``root``/clip_img and ``root``/matting, out of a local zip; a folder is only looked through."""
    if archive and archive.is_dir():
        root = archive
    elif archive:
        for top in ("clip_img", "matting"):
            unpack(archive, root, top)
    elif not (root / "clip_img").is_dir():
        raise UserError(
            f"Matting-Human is handed out by Kaggle to people with an account: download the zip from {cfg.matting_human.page}"
            " and run this again with archive=/path/to/the.zip"
        )
    log.info(
        "%d portraits with mattes are ready: train with data=matting_human data.root=%s",
        len(pairs(root)),
        root,
    )


def main() -> None:
    """The command line: python scripts/prepare_data.py dataset=coco root=data/coco"""
    run_hydra(prepare, "commands/prepare_data")
