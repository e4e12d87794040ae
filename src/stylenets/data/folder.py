"""Any folder tree of pictures."""

from pathlib import Path
from typing import Any

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.order import subset
from stylenets.errors import UserError


class FolderData(PictureDataModule):
    """Trains on the pictures below ``root``, or on ``limit`` of them drawn by the seed.

    Validates on ``val_count`` of those below ``val_root``; without one, on pictures of ``root`` that are held out.
    """

    def __init__(
        self,
        root: str | None,
        val_root: str | None = None,
        limit: int | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        if not root:
            raise UserError("data=folder needs a folder of pictures: data.root=/path/to/pictures")
        self.root = Path(root)
        self.val_root = val_root
        self.limit = limit

    def files(self) -> tuple[list[Path], list[Path]]:
        """(training, validation) pictures. Raises UserError where a folder is missing or empty."""
        train = images.list_pictures(self.root)
        if self.val_root:
            val = subset(images.list_pictures(self.val_root), self.val_count, self.seed)
        else:
            train, val = hold_out(train, self.val_count, self.seed)
        return subset(train, self.limit, self.seed), val


def hold_out(files: list, count: int, seed: int) -> tuple[list, list]:
    """(the rest, ``count`` drawn by the seed but at most half); a single file is in both."""
    if len(files) == 1:
        return files, files
    val = subset(files, min(count, len(files) // 2), seed)
    chosen = set(val)
    return [file for file in files if file not in chosen], val
