"""Writing pictures: each is a line on stdout as soon as it is there."""

import time
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.cli.entry import tell_file


def write_picture(path: Path, picture: Tensor, start: float) -> None:
    """Write a picture, and tell its path, its size and how long it took.

    Args:
        path: Where to.
        picture: (3, H, W) in [0, 1].
        start: ``time.perf_counter()`` before it was painted.

    Raises:
        UserError: If it cannot be written.
    """
    images.write(path, picture)
    height, width = picture.shape[-2:]
    tell_file(path, height, width, time.perf_counter() - start)


def write_masks(masks: Mapping[str, Tensor], files: Mapping[str, Path]) -> None:
    """Write masks (H, W) by label as gray pictures. Raises UserError if one cannot be written."""
    for label, path in files.items():
        gray = masks[label].expand(3, -1, -1)
        write_picture(path, gray, time.perf_counter())
