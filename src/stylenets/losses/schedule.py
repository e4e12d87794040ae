"""Loss weights that change over a run, linear between given points."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from stylenets.errors import UserError

Points = Sequence[Sequence[float]]


class LossSchedule:
    """Factors on losses by how much of the run is done, so that a short run has the same phases.

    ``{"style": [[0.05, 0.0], [0.1, 1.0]]}`` is a factor on the loss "style" of 0 until a twentieth of
    the run is over, which rises to 1 at a tenth and stays. A loss without points has factor 1. A
    factor of 0 means that the loss is not computed at all.

    Example:
        >>> schedule = LossSchedule({"style": [[0.05, 0.0], [0.1, 1.0]]})
        >>> [round(schedule.factor("style", progress), 3) for progress in (0.0, 0.075, 0.5)]
        [0.0, 0.5, 1.0]

    Raises:
        UserError: for points that do not rise from 0 to 1, or a negative factor.
    """

    def __init__(self, points: Mapping[str, Points] | None = None) -> None:
        self.points: dict[str, list[tuple[float, float]]] = {}
        for name, pairs in (points or {}).items():
            self.points[name] = [(float(share), float(factor)) for share, factor in pairs]
        for name, checked in self.points.items():
            _check(name, checked)

    def factor(self, name: str, progress: float) -> float:
        """The factor on loss ``name`` when the share ``progress`` of the run is done."""
        pairs = self.points.get(name, [(0.0, 1.0)])
        for (before, low), (after, high) in pairwise(pairs):
            if progress < after:
                along = max(0.0, (progress - before) / (after - before))
                return low + (high - low) * along
        return pairs[-1][1]


def _check(name: str, pairs: list[tuple[float, float]]) -> None:
    shares = [share for share, _ in pairs]
    rising = bool(shares) and shares == sorted(set(shares)) and 0 <= shares[0] <= shares[-1] <= 1
    if not rising or min(factor for _, factor in pairs) < 0:
        raise UserError(
            f"loss.schedule.{name}={[list(pair) for pair in pairs]}: give [share of the run, factor]"
            " points, with shares that rise between 0 and 1 and factors of at least 0"
        )
