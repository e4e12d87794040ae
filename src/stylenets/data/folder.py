"""Any folder tree of pictures."""

from pathlib import Path
from typing import Any

from stylenets import images
from stylenets.data.base import PictureDataModule
from stylenets.data.order import hold_out, limited, subset
from stylenets.errors import UserError


class FolderData(PictureDataModule):
    """Trains on the pictures below a folder.

    Args:
        root: Where the training pictures are.
        val_root: Where the validation pictures are; None: some of ``root`` are held out.
        limit: How many pictures to train on, drawn by the seed; None: all.
        leave_out: A folder whose pictures are no photographs: the run's own, whose sample sheets
            may lie below ``root``.
        settings: Those of ``PictureDataModule``.
    """

    def __init__(
        self,
        root: str | None,
        val_root: str | None = None,
        limit: int | None = None,
        leave_out: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        if not root:
            raise UserError("data=folder needs a folder of pictures: data.root=/path/to/pictures")
        self.root = Path(root)
        self.val_root = val_root
        self.limit = limit
        self.leave_out = None if leave_out is None else Path(leave_out)

    def files(self) -> tuple[list[Path], list[Path]]:
        """(training, validation) pictures. Raises UserError where a folder is missing or empty."""
        train = self._photographs()
        if self.val_root:
            val = subset(images.list_pictures(self.val_root), self.val_count, self.seed)
        else:
            train, val = hold_out(train, self.val_count, self.seed)
        return limited(train, self.limit, self.seed), val

    def _photographs(self) -> list[Path]:
        """The pictures below ``root`` but those of the run itself."""
        listed = images.list_pictures(self.root)
        if self.leave_out is None or self.leave_out.resolve() == self.root.resolve():
            return listed
        own = self.leave_out.resolve()
        if not own.is_relative_to(self.root.resolve()):
            return listed
        found = [path for path in listed if not path.resolve().is_relative_to(own)]
        if not found:
            raise UserError(f"no picture in {self.root} but those of the run in {self.leave_out}")
        return found
