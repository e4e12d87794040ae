"""Portraits with their mattes: the AISegment "Matting Human" data set."""

import logging
from pathlib import Path
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.folder import hold_out
from stylenets.data.order import subset
from stylenets.data.pictures import Pictures
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class Portraits(Pictures):
    """Pictures whose files are (portrait, matte) pairs; adds "matte": (1, size, size), 1 on the person, cropped alike."""

    def read(
        self, file: tuple[Path, Path], size: int, down: float, right: float
    ) -> dict[str, Tensor]:
        """The squares of the pair. Raises UserError where one is unreadable or they differ in shape."""
        layers = {
            "image": self.reader.read(file[0], size),
            "matte": images.resize(images.read_alpha(file[1]), size),
        }
        if layers["image"].shape[1:] != layers["matte"].shape[1:]:
            raise UserError(f"matte of another shape than its picture: {file[1]}")
        return {
            name: images.square(layer, self.size, down, right) for name, layer in layers.items()
        }


class MattingHumanData(PictureDataModule):
    """Batches with "matte": (B, 1, size, size) in [0, 1] from ``root``/clip_img and ``root``/matting; ``limit`` as in FolderData.

    ``val_count`` portraits are held out for validation. A picture without a matte is skipped, counted and named.
    """

    dataset = Portraits

    def __init__(self, root: str, limit: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.root = Path(root)
        self.limit = limit

    def files(self) -> tuple[list[tuple[Path, Path]], list[tuple[Path, Path]]]:
        """(training, validation) pairs. Raises UserError where the tree is missing or pairs nothing."""
        if not (self.root / "clip_img").is_dir() or not (self.root / "matting").is_dir():
            raise UserError(
                f"no clip_img and matting in {self.root}: see data/README.md, or give data.root=/path/to/matting_human"
            )
        train, val = hold_out(pairs(self.root), self.val_count, self.seed)
        return subset(train, self.limit, self.seed), val


def pairs(root: Path) -> list[tuple[Path, Path]]:
    """clip_img/ID/clip_N/NAME.jpg with matting/ID/matting_N/NAME.png; logs the unpaired. Raises UserError if nothing is left."""
    pictures = images.list_pictures(root / "clip_img")
    mattes = [_matte_of(path, root) for path in pictures]
    unpaired = [path for path, matte in zip(pictures, mattes, strict=True) if not matte.is_file()]
    if len(unpaired) == len(pictures):
        raise UserError(
            f"no picture in {root / 'clip_img'} has a matte: {mattes[0]} and so on are missing"
        )
    if unpaired:
        names = ", ".join(str(path) for path in unpaired[:5])
        log.warning(
            "skipped %d of %d portraits without a matte: %s", len(unpaired), len(pictures), names
        )
    return [(path, matte) for path, matte in zip(pictures, mattes, strict=True) if matte.is_file()]


def _matte_of(picture: Path, root: Path) -> Path:
    clip = picture.parent.relative_to(root / "clip_img")
    return (
        root
        / "matting"
        / clip.parent
        / clip.name.replace("clip_", "matting_", 1)
        / f"{picture.stem}.png"
    )
