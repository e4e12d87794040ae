"""Any folder tree of pictures."""

from pathlib import Path
from typing import Any

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.order import hold_out, subset
from stylenets.errors import UserError


class FolderData(PictureDataModule):
    """Trains on the pictures below a folder.

    Args:
        root: Where the training pictures are.
        val_root: Where the validation pictures are; None: some of ``root`` are held out.
        limit: How many pictures to train on, drawn by the seed; None: all.
        settings: Those of ``PictureDataModule``.
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
