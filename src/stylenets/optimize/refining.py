"""A network's picture, a few steps of L-BFGS further (Gatys et al. 2016 begin from noise)."""

from collections.abc import Callable

from torch import Tensor

from stylenets.losses.perceptual import PerceptualLoss
from stylenets.optimize.loop import optimize


def refine(
    painted: Tensor,
    photo: Tensor,
    weights: Tensor,
    criterion: PerceptualLoss,
    steps: int,
    on_step: Callable[[], None] = lambda: None,
) -> Tensor:
    """Lower the objective that networks are trained for, of this one picture.

    Args:
        painted: (3, H, W) in [0, 1], where it begins.
        photo: The photograph, (3, H, W).
        weights: Of the criterion's styles, (S,).
        criterion: The objective.
        steps: Of L-BFGS.
        on_step: Called after each.

    Returns:
        (3, H, W) in [0, 1].

    Raises:
        UserError: If the losses are no numbers any more.
    """

    def objective(x: Tensor) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = criterion(x, photo[None], weights[None])
        return terms

    return optimize(objective, painted[None], steps, on_step=on_step).picture[0]
