"""Loss weights that change over a run, linear between given points."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from stylenets.errors import UserError

Points = Sequence[Sequence[float]]


class LossSchedule:
    """Factors on losses by how much of the run is done, so that a short run has the same phases.

    A loss without points has factor 1. One of factor 0 is not computed at all.

    Args:
        points: {loss: (share of the run, factor) in rising order}. The factor is that of the first
            point before it, linear between two, and that of the last behind it.

    Raises:
        UserError: Shares do not rise between 0 and 1, or a factor is negative.

    Example:
        >>> schedule = LossSchedule({"style": [[0.05, 0.0], [0.1, 1.0]]})
        >>> [round(schedule.factor("style", done), 2) for done in (0.0, 0.05, 0.08, 0.1, 1.0)]
        [0.0, 0.0, 0.6, 1.0, 1.0]
    """

    def __init__(self, points: Mapping[str, Points] | None = None) -> None:
        self.points: dict[str, list[tuple[float, float]]] = {}
        for name, pairs in (points or {}).items():
            self.points[name] = [(float(share), float(factor)) for share, factor in pairs]
        for name, checked in self.points.items():
            _check(name, checked)

    def factor(self, name: str, progress: float) -> float:
        """The factor on loss ``name`` when the share ``progress``, 0 to 1, of the run is done."""
        pairs = self.points.get(name, [(0.0, 1.0)])
        for (before, low), (after, high) in pairwise(pairs):
            if progress < after:
                along = max(0.0, (progress - before) / (after - before))
                return low + (high - low) * along
        return pairs[-1][1]

    def settles(self, name: str) -> float:
        """The share of the run from which the factor on loss ``name`` no longer changes."""
        pairs = self.points.get(name, [(0.0, 1.0)])
        settled = 0.0
        for (_, before), (share, after) in pairwise(pairs):
            if before != after:
                settled = share
        return settled


def _check(name: str, pairs: list[tuple[float, float]]) -> None:
    shares = [share for share, _ in pairs]
    rising = bool(shares) and shares == sorted(set(shares)) and 0 <= shares[0] <= shares[-1] <= 1
    if not rising or min(factor for _, factor in pairs) < 0:
        raise UserError(
            f"loss.schedule.{name}={[list(pair) for pair in pairs]}: give points [share of the run,"
            " factor], with shares that rise between 0 and 1 and factors of at least 0"
        )
