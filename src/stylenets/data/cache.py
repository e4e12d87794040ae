"""Pictures decoded and shrunk once, kept as bytes on a disk: a crop then costs no decoding."""

import hashlib
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from stylenets import files, images
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class PictureCache:
    """Reads pictures from a folder, where each is put when it is first read.

    A picture that has changed since is read anew.

    Args:
        folder: Where the pictures are kept.
        size: Pixels of a kept picture's shortest side. They take 3 * aspect * size^2 bytes
            each: 0.54 MB at 366 pixels and 4:3.

    Raises:
        UserError: Nothing can be written into the folder.
    """

    def __init__(self, folder: str | Path, size: int) -> None:
        self.folder = Path(folder)
        self.size = size
        self.full = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with files.replacing(self.folder / ".probe", flush=False):
                pass
            (self.folder / ".probe").unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                f"cannot keep decoded pictures in data.cache={self.folder}: "
                f"{error.strerror or error}"
            ) from error

    def read(self, path: str | Path, size: int) -> Tensor:
        """As ``images.read``, resized twice: (3, H, W) RGB float32 in [0, 1].

        Raises:
            UserError: If that does.
        """
        return images.from_pixels(self._pixels(Path(path)), size)

    def read_square(
        self, path: str | Path, size: int, side: int, down: float, right: float
    ) -> Tensor:
        """As ``images.read_square``, resized twice. Raises UserError as ``read``."""
        return images.square_of_pixels(self._pixels(Path(path)), size, side, down, right)

    def _pixels(self, path: Path) -> NDArray[np.uint8]:
        """(H, W, 3) at the kept size."""
        if not path.is_file():
            raise UserError(f"no such picture: {path}")
        kept = self._place(path)
        try:
            pixels: NDArray[np.uint8] = np.load(kept, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # it is not there yet, or damaged
            pixels = images.read_pixels(path, self.size)
            self._store(kept, pixels)
        return pixels

    def _place(self, path: Path) -> Path:
        """The file in which a picture in its present state is kept."""
        state = path.stat()
        key = f"{path.resolve()} {state.st_mtime_ns} {state.st_size} {self.size}"
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest[2:32]}.npy"

    def _store(self, kept: Path, pixels: NDArray[np.uint8]) -> None:
        try:
            with files.replacing(kept, flush=False) as file:  # a damaged one is decoded anew
                np.save(file, pixels)
        except OSError as error:  # a disk that is full in mid-run is no reason to stop it
            if not self.full:
                told = "cannot keep decoded pictures in data.cache=%s (%s): they are decoded anew"
                log.warning(told, self.folder, error.strerror or error)
            self.full = True
