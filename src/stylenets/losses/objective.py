"""A training objective: named losses, each with a weight that a schedule may change."""

from collections.abc import Collection, Mapping
from typing import Any

from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.losses.schedule import LossSchedule, Points

Terms = dict[str, Tensor]


class Objective(nn.Module):
    """The weights of named losses over a run; a subclass computes the losses in ``terms``.

    Args:
        weights: A weight for each loss. One of weight 0 is not computed.
        schedule: Factors on those weights by name, see ``LossSchedule``.

    Raises:
        UserError: The schedule names a loss that there is not.
    """

    def __init__(self, weights: Mapping[str, float], schedule: Mapping[str, Points] | None) -> None:
        super().__init__()
        self.weights = dict(weights)
        self.schedule = LossSchedule(schedule)
        if unknown := set(self.schedule.points) - set(self.weights):
            raise UserError(
                f"loss.schedule names {', '.join(sorted(unknown))}: the losses are"
                f" {', '.join(self.weights)}"
            )

    def factors(self, progress: float = 1.0) -> dict[str, float]:
        """The weight of each loss when ``progress``, 0 to 1, of a run is done."""
        return {
            name: weight * self.schedule.factor(name, progress)
            for name, weight in self.weights.items()
        }

    def terms(self, wanted: Collection[str], *inputs: Any, **named_inputs: Any) -> Terms:
        """The losses named in ``wanted``, (B,) each, not yet weighted.

        What else it takes is up to each objective.
        """
        raise NotImplementedError

    def forward(self, *inputs: Any, progress: float = 1.0) -> Terms:
        """The weighted losses of what ``terms`` takes, when ``progress``, 0 to 1, of a run is done.

        (B,) each; those of weight 0 are left out and cost nothing.
        """
        factors = self.factors(progress)
        wanted = [name for name, factor in factors.items() if factor]
        terms = self.terms(wanted, *inputs)
        return {name: factors.get(name, 0.0) * value for name, value in terms.items()}
