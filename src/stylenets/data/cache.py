"""Pictures decoded and shrunk once, kept as bytes on a disk: a crop then costs no decoding."""

import hashlib
import os
from pathlib import Path

import numpy as np
from torch import Tensor

from stylenets import images
from stylenets.errors import UserError


class Cache:
    """Reads pictures up to shortest side ``size`` from ``folder``, where each is put when it is first read.

    A picture that has changed since is read anew. They take 3 * aspect * size^2 bytes each: 0.54 MB at 366 pixels and 4:3.
    """

    def __init__(self, folder: str | Path, size: int) -> None:
        self.folder, self.size = Path(folder), size

    def read(self, path: str | Path, size: int) -> Tensor:
        """As ``images.read``: (3, H, W) RGB float32 in [0, 1], resized twice. Raises UserError where that does, or nothing can be kept."""
        return images.from_pixels(self._pixels(Path(path)), size)

    def read_square(
        self, path: str | Path, size: int, side: int, down: float, right: float
    ) -> Tensor:
        """As ``images.read_square``, resized twice. Raises UserError as ``read``."""
        return images.square_of_pixels(self._pixels(Path(path)), size, side, down, right)

    def _pixels(self, path: Path) -> np.ndarray:
        if not path.is_file():
            raise UserError(f"no such picture: {path}")
        state = path.stat()
        key = hashlib.sha256(
            f"{path.resolve()} {state.st_mtime_ns} {state.st_size} {self.size}".encode()
        ).hexdigest()
        kept = self.folder / key[:2] / f"{key[2:32]}.npy"
        try:
            pixels = np.load(kept, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # not there yet, or damaged
            pixels = images.read_pixels(path, self.size)
            self._keep(kept, pixels)
        return pixels

    def _keep(self, kept: Path, pixels: np.ndarray) -> None:
        part = kept.with_name(f".part-{os.getpid()}-{kept.name}")
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(part, "wb") as file:
                    np.save(file, pixels)
                os.replace(
                    part, kept
                )  # whole or not at all; what a crash leaves damaged is decoded anew
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(
                f"cannot keep decoded pictures in data.cache={self.folder}: {error.strerror or error}"
            ) from error
