"""Where patches lie."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from torch import Tensor


class Windows(NamedTuple):
    """Square patches of ``patch`` positions a side, ``stride`` positions apart."""

    patch: int
    stride: int

    def count(self, side: int) -> int:
        """How many patches lie along a side of so many positions."""
        return 1 + (side - self.patch) // self.stride

    def extent(self, count: int) -> int:
        """How many positions so many patches cover along a side."""
        return (count - 1) * self.stride + self.patch

    def covered(self, features: Tensor, dim: int, first: int, last: int) -> Tensor:
        """The part of ``features`` that the patches ``first`` to ``last`` along ``dim`` cover."""
        return features.narrow(dim, first * self.stride, self.extent(last - first))


def spans(first: int, last: int, most: int) -> Iterator[tuple[int, int]]:
    """The range ``first`` to ``last`` in parts of near equal size, none larger than ``most``."""
    count = math.ceil((last - first) / most)
    for k in range(count):
        yield first + k * (last - first) // count, first + (k + 1) * (last - first) // count
