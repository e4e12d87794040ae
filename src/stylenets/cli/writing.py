"""Writing pictures: each is a line on stdout as soon as it is there."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from stylenets import images
from stylenets.cli.file_request import FileRequest
from stylenets.cli.streams import tell_file
from stylenets.errors import UserError
from stylenets.images import NO_METADATA, Metadata
from stylenets.inference.photo import Photo
from stylenets.inference.pictures import thumbnail, thumbnail_size
from stylenets.inference.scaling import Shrinking

MAX_WAITING = 2  # painted pictures that are kept for writing


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


class Writer:
    """Writes pictures beside the work that paints the next ones, in the order given.

    A context: at its end all of them are written, but for those in ``failures``, {file: why}.

    Args:
        files: How they are written.
    """

    def __init__(self, files: FileRequest) -> None:
        self.files = files
        self.pool = ThreadPoolExecutor(1)
        self.waiting: deque[Future[None]] = deque()
        self.failures: dict[Path, str] = {}

    def __enter__(self) -> Self:
        return self

    def write(
        self, path: Path, picture: Tensor, start: float, metadata: Metadata = NO_METADATA
    ) -> None:
        """As ``write_picture``, as soon as those before are written; raises what they raised."""
        while len(self.waiting) > MAX_WAITING:
            self.waiting.popleft().result()
        self.waiting.append(self.pool.submit(self._write, path, picture, start, metadata))

    def write_bands(
        self,
        path: Path,
        photo: Photo,
        bands: Iterator[Tensor],
        start: float,
        metadata: Metadata = NO_METADATA,
    ) -> Tensor:
        """Write a picture of the size of ``photo``, and return its thumbnail.

        A large one is painted while it is written, here and now.
        """
        if not photo.is_large:
            picture = torch.cat(list(bands), 1)
            self.write(path, picture, start, metadata)
            return thumbnail(picture)
        shrinking = Shrinking(photo.height, *thumbnail_size(photo))
        try:
            painted = shrinking.passing(bands)
            sides = photo.height, photo.width
            images.write_rows(path, *sides, painted, self.files.bits, metadata)
            tell_file(path, photo.height, photo.width, time.perf_counter() - start)
        except UserError as error:
            self.failures[path] = str(error)
        return shrinking.picture.clamp(0, 1)

    def _write(self, path: Path, picture: Tensor, start: float, metadata: Metadata) -> None:
        try:
            images.write(path, picture, self.files.bits, metadata)
            height, width = picture.shape[-2:]
            tell_file(path, height, width, time.perf_counter() - start)
        except UserError as error:  # the others can be written for all that
            self.failures[path] = str(error)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.pool.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for future in self.waiting:
                future.result()
