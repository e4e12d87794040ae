"""Features of a whole picture that do not fit into memory: a file, of which parts are read."""

import tempfile
from typing import Self

import numpy as np
import torch
from torch import Tensor

from stylenets.errors import UserError


class FeatureFile:
    """(C, H, W) float32 in a temporary file, which is gone when it is closed.

    Args:
        channels: C.
        height: H.
        width: W.
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        self.shape = (height, width, channels)
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def read(self, rows: slice, columns: slice) -> Tensor:
        """(1, C, h, w), channels last in memory."""
        width = columns.stop - columns.start
        values = np.empty((rows.stop - rows.start, width, self.shape[2]), np.float32)
        for row, line in zip(range(rows.start, rows.stop), values, strict=True):
            self._seek(row, columns.start)
            self.file.readinto(memoryview(line).cast("B"))
        return torch.from_numpy(values).permute(2, 0, 1)[None]

    def write(self, rows: slice, columns: slice, values: Tensor) -> None:
        """Put (1, C, h, w) there. Raises UserError where the disk is full."""
        lines = np.ascontiguousarray(values[0].permute(1, 2, 0).float().cpu().numpy())
        try:
            for row, line in zip(range(rows.start, rows.stop), lines, strict=True):
                self._seek(row, columns.start)
                self.file.write(memoryview(line).cast("B"))
        except OSError as error:
            height, width, channels = self.shape
            gigabytes = 4 * height * width * channels / 1e9
            raise UserError(
                f"no room for {gigabytes:.1f} GB in {tempfile.gettempdir()} ({error.strerror}): "
                "set TMPDIR to another folder, or give tiling=fast"
            ) from error

    def _seek(self, row: int, column: int) -> None:
        self.file.seek(4 * self.shape[2] * (row * self.shape[1] + column))
