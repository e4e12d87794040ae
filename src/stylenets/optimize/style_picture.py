"""A style picture, or the part of it whose style is wanted ("A closer look at Neural Style", 3.4).

The document's example is "the person in The Scream" for the people of a photograph.
"""

from typing import NamedTuple

from torch import Tensor


class StylePicture(NamedTuple):
    """What a style is taken from.

    Attributes:
        pixels: (3, h, w) RGB in [0, 1].
        area: (h, w) in [0, 1], 1 on the part that counts; None: all of it.
    """

    pixels: Tensor
    area: Tensor | None = None

    def cropped(self) -> Tensor:
        """(3, h', w'): the smallest part of the pixels that holds the area."""
        if self.area is None:
            return self.pixels
        inside = self.area > 0.5
        rows = inside.any(1).nonzero()
        columns = inside.any(0).nonzero()
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        left, right = int(columns[0]), int(columns[-1]) + 1
        return self.pixels[:, top:bottom, left:right]
