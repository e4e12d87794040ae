"""Named loss weights that change over the training steps, linear between given points."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from stylenets.errors import UserError


class LossSchedule:
    """{"style": [[250, 0.02], [450, 1.0]]}: a factor on the loss "style" of 0.02 until step 250, rising to 1 at step 450 and staying.

    A loss without points has factor 1. A factor of 0 means that the loss is not computed at all.
    """

    def __init__(self, points: Mapping[str, Sequence[Sequence[float]]] | None = None) -> None:
        self.points = {
            name: [(float(step), float(value)) for step, value in pairs]
            for name, pairs in (points or {}).items()
        }
        for name, pairs in self.points.items():
            steps = [step for step, _ in pairs]
            if not pairs or steps != sorted(set(steps)) or min(value for _, value in pairs) < 0:
                raise UserError(
                    f"loss schedule of {name}: needs [step, factor] points with rising steps and factors >= 0, not {pairs}"
                )

    def factor(self, name: str, step: int) -> float:
        """The factor on loss ``name`` at training step ``step``."""
        pairs = self.points.get(name, [(0.0, 1.0)])
        for (step0, value0), (step1, value1) in pairwise(pairs):
            if step < step1:
                return value0 + (value1 - value0) * max(0.0, (step - step0) / (step1 - step0))
        return pairs[-1][1]
