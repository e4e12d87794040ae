"""Portraits with their mattes: the AISegment "Matting Human" data set."""

import logging
from pathlib import Path
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.order import hold_out, limited
from stylenets.data.pictures import Pictures
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class Portraits(Pictures):
    """Pictures whose files are (portrait, matte) pairs, or portraits by themselves.

    The sample of a pair has "matte" too: (1, size, size), 1 on the person, cropped as the picture.
    """

    def read(
        self, file: Path | tuple[Path, Path], size: int, down: float, right: float
    ) -> dict[str, Tensor]:
        """The squares of a pair, as ``images.square``, or that of a portrait.

        Raises:
            UserError: If one cannot be read, or they differ in shape.
        """
        if isinstance(file, Path):
            return super().read(file, size, down, right)
        portrait, matte = file
        layers = {
            "image": self.reader.read(portrait, size),
            "matte": images.resize(images.read_alpha(matte), size),
        }
        if layers["image"].shape[1:] != layers["matte"].shape[1:]:
            raise UserError(f"matte of another shape than its picture: {matte}")
        return {
            name: images.square(layer, self.size, down, right) for name, layer in layers.items()
        }


class MattingHumanData(PictureDataModule):
    """Trains on portraits; batches of those held out have "matte" too: (B, 1, size, size).

    With mattes the common yardstick is measured on people and around them. No loss of training has
    use for them, so none is decoded there. A picture without a matte is skipped, counted and named.

    Args:
        root: Where clip_img and matting are.
        limit: How many portraits to train on, drawn by the seed; None: all.
        settings: Those of ``PictureDataModule``; ``val_count`` portraits are held out.
    """

    dataset = Portraits

    def __init__(self, root: str, limit: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.root = Path(root)
        self.limit = limit

    def files(self) -> tuple[list[Path], list[tuple[Path, Path]]]:
        """(training portraits, validation pairs).

        Raises:
            UserError: If the tree is missing or pairs nothing.
        """
        train, val = hold_out(portrait_pairs(find_root(self.root)), self.val_count, self.seed)
        return [portrait for portrait, _ in limited(train, self.limit, self.seed)], val


def find_root(root: Path) -> Path:
    """Where clip_img and matting are: in ``root`` or, as archives have them, in a folder of it.

    Raises:
        UserError: They are nowhere there.
    """
    for folder in (root, *sorted(root.glob("*/"))):
        if (folder / "clip_img").is_dir() and (folder / "matting").is_dir():
            return folder
    raise UserError(
        f"no clip_img and matting in {root}: see data/README.md, "
        "or give data.root=/path/to/matting_human"
    )


def portrait_pairs(root: Path) -> list[tuple[Path, Path]]:
    """Pairs of clip_img/ID/clip_N/NAME.jpg and matting/ID/matting_N/NAME.png.

    Logs the portraits without a matte. Raises UserError if nothing is left.
    """
    portraits = images.list_pictures(root / "clip_img")
    pairs = [(path, matte_of(path, root)) for path in portraits]
    found = [(path, matte) for path, matte in pairs if matte.is_file()]
    if not found:
        example = pairs[0][1]
        raise UserError(
            f"no picture in {root / 'clip_img'} has a matte: {example} and so on are missing"
        )
    unpaired = [path for path, matte in pairs if not matte.is_file()]
    if unpaired:
        log.warning(
            "skipped %d of %d portraits without a matte: %s",
            len(unpaired),
            len(portraits),
            ", ".join(str(path) for path in unpaired[:5]),
        )
    return found


def matte_of(portrait: Path, root: Path) -> Path:
    """Where the matte of a portrait belongs."""
    clip = portrait.parent.relative_to(root / "clip_img")
    folder = clip.name.replace("clip_", "matting_", 1)
    return root / "matting" / clip.parent / folder / f"{portrait.stem}.png"
