"""COCO 2017, the content pictures of Johnson et al. 2016.

They used the 2014 release of the same photographs.
"""

from pathlib import Path
from typing import Any

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.order import limited, subset
from stylenets.errors import UserError


class CocoData(PictureDataModule):
    """Trains on ``root``/train2017 and validates on some of ``root``/val2017.

    Args:
        root: Where train2017 and val2017 are.
        limit: How many pictures to train on, drawn by the seed; None: all.
        settings: Those of ``PictureDataModule``.
    """

    def __init__(self, root: str, limit: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        self.root = Path(root)
        self.limit = limit

    def files(self) -> tuple[list[Path], list[Path]]:
        """(training, validation) pictures.

        Raises:
            UserError: If a folder is missing, naming the command to run.
        """
        train = self._list("train2017")
        val = self._list("val2017")
        return limited(train, self.limit, self.seed), subset(val, self.val_count, self.seed)

    def _list(self, split: str) -> list[Path]:
        folder = self.root / split
        if not folder.is_dir():
            command = f"python scripts/prepare_data.py dataset=coco split={split} root={self.root}"
            raise UserError(
                f"no COCO pictures in {folder}: run `{command}`, or give data.root=/path/to/coco"
            )
        return images.list_pictures(folder)
