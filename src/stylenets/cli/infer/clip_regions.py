"""The regions of a clip: found in every frame, or those of masks that are for all of them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from stylenets.cli.regions import RegionFinder
from stylenets.video.clip import Frame
from stylenets.video.steady import Moved

Parts = Mapping[str, Tensor]


class ClipRegions:
    """Finds the regions of the frames of one clip, where a region may come and go.

    Masks in files are for the whole clip, or of numbered pictures for each.

    Args:
        finder: What finds them in a picture.
        clip: The clip's file.
    """

    def __init__(self, finder: RegionFinder, clip: Path) -> None:
        self.finder = finder
        self.clip = clip
        self.still: Parts | None = None
        self.frames = 0
        self.empty: Counter[str] = Counter()

    def of(self, shown: Iterator[Moved]) -> Iterator[Moved]:
        """The same frames with their parts. Raises UserError where masks do not fit."""
        for frame, motion in shown:
            parts = self._find(frame)
            self.frames += 1
            wanted = self.finder.request.wanted
            self.empty.update(label for label in wanted if not parts[label].any())
            yield replace(frame, parts=parts), motion

    def tell_empty(self) -> None:
        """Say of every region in how many frames it was not."""
        for label, count in self.empty.items():
            sys.stderr.write(f"note: no {label} in {count} of {self.frames} frames\n")

    def _find(self, frame: Frame) -> Parts:
        if self.still is not None:
            return self.still
        found = self.finder.find(frame.file or self.clip, frame.picture, optional=True)
        if self.finder.model is None and frame.file is None:
            self.still = found
        return found
