"""Mean and standard deviation of some figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, pstdev


@dataclass(frozen=True)
class Spread:
    """Mean, standard deviation and number of some values."""

    mean: float
    deviation: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(mean(values), pstdev(values), len(values))

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.deviation:.3f}"
