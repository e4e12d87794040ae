"""Strong random crops of the photographs that come with scikit-image.

Enough to try everything, no substitute for COCO.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stylenets.data.base import PictureDataModule
from stylenets.errors import UserError
from stylenets.photos import bundled_photos

log = logging.getLogger(__name__)


class BundledData(PictureDataModule):
    """Trains on the bundled photographs but some, which are the validation set.

    Args:
        held_out: File names of its photographs.
        settings: Those of ``PictureDataModule``.
    """

    def __init__(self, held_out: Sequence[str] = ("chelsea.png",), **settings: Any) -> None:
        super().__init__(**settings)
        self.held_out = tuple(held_out)

    def files(self) -> tuple[list[Path], list[Path]]:
        """(training, validation) photographs.

        Raises:
            UserError: If ``held_out`` names none or all of them.
        """
        photos = bundled_photos()
        train = [path for path in photos if path.name not in self.held_out]
        val = [path for path in photos if path.name in self.held_out]
        if not train or not val:
            names = ", ".join(path.name for path in photos)
            raise UserError(f"data.held_out={list(self.held_out)}: name some, not all, of {names}")
        log.info(
            "training on the %d photographs bundled with scikit-image; for real training use "
            "data=coco data.root=/path/to/coco (see data/README.md)",
            len(train),
        )
        return train, val[: self.val_count]
