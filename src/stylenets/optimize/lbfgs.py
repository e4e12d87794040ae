"""L-BFGS that never runs away (Nocedal & Wright 2006, alg. 7.4 and ch. 4).

Its steps are of bounded length, and none is kept that raises the loss.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

# lengths of steps: root mean squares over the pixels, where the range of a picture is 1
FIRST_STEP = 0.01
LONGEST_STEP = 0.1
GROWTH = 1.5  # of the bound, after a step that lowered the loss
SHRINKAGE = 0.25  # of the bound, after a step that raised it
POSITIVE_CURVATURE = 1e-6  # at least this cosine between a step and the change of the gradient


class BoundedLBFGS(Optimizer):
    """For one picture in [0, 1], with one evaluation a step.

    The picture is to be clamped after each step: a step is measured as it really was, and pixels
    that lie at an end and are pulled beyond do not count.

    Torch's own L-BFGS with unit steps takes the curvature of a tiny first step for that of the
    whole way: against several styles at once its third picture can be a thousand times worse than
    the photograph, clipped, and the content is lost. A line search would not do that, but needs
    several evaluations a step.

    Args:
        parameters: The pixels, one tensor.
        history: The number of steps that the curvature is estimated from.
    """

    def __init__(self, parameters: list[Tensor], history: int = 10) -> None:
        super().__init__(parameters, {"history": history})

    @torch.no_grad()
    def step(self, closure: Callable[[], float]) -> float:  # type: ignore[override]  # needs one
        """Evaluate, keep or take back the last step, and take the next.

        Args:
            closure: Evaluates the loss of the pixels and fills in their gradient.

        Returns:
            The loss as evaluated.
        """
        with torch.enable_grad():
            loss = closure()
        group = self.param_groups[0]
        (pixels,) = group["params"]
        state = self.state[pixels]
        if not state:
            state |= {"bound": FIRST_STEP, "steps": [], "changes": []}
            _accept(state, pixels, loss)
        elif loss > state["loss"]:
            length = _root_mean_square(pixels - state["pixels"])
            state["bound"] = SHRINKAGE * min(state["bound"], length)
            pixels.copy_(state["pixels"])
        else:
            _learn_curvature(state, pixels, group["history"])
            state["bound"] = min(GROWTH * state["bound"], LONGEST_STEP)
            _accept(state, pixels, loss)
        pixels.add_(_next_step(state, pixels))
        return loss


def _accept(state: dict[str, Any], pixels: Tensor, loss: float) -> None:
    """Note where the picture is, as what the next step is compared with."""
    assert pixels.grad is not None
    state["pixels"] = pixels.clone()
    state["gradient"] = pixels.grad.clone()
    state["loss"] = loss


def _learn_curvature(state: dict[str, Any], pixels: Tensor, history: int) -> None:
    """Add the last step and its change of the gradient, if the curvature along it is positive."""
    step = pixels - state["pixels"]
    change = pixels.grad - state["gradient"]
    if float((step * change).sum()) > POSITIVE_CURVATURE * float(step.norm() * change.norm()):
        state["steps"] = [*state["steps"], step][-history:]
        state["changes"] = [*state["changes"], change][-history:]


def _next_step(state: dict[str, Any], pixels: Tensor) -> Tensor:
    """The step that the curvature tells, without what would leave [0, 1], within the bound."""
    gradient = _without_outward(pixels, state["gradient"])
    direction = _quasi_newton_direction(gradient, state["steps"], state["changes"])
    direction = -_without_outward(pixels, -direction)
    length = _root_mean_square(direction)
    if not state["steps"] or length > state["bound"]:
        direction = direction * (state["bound"] / max(length, 1e-30))
    return direction


def _quasi_newton_direction(gradient: Tensor, steps: list[Tensor], changes: list[Tensor]) -> Tensor:
    """-H * gradient by the two-loop recursion (alg. 7.4).

    H is the inverse Hessian that the last steps and changes of the gradient tell.
    """
    direction = -gradient
    shares = []
    for step, change in zip(reversed(steps), reversed(changes), strict=True):
        shares.append((step * direction).sum() / (step * change).sum())
        direction = direction - shares[-1] * change
    if steps:
        direction = direction * ((steps[-1] * changes[-1]).sum() / changes[-1].square().sum())
    for step, change, share in zip(steps, changes, reversed(shares), strict=True):
        direction = direction + (share - (change * direction).sum() / (step * change).sum()) * step
    return direction


def _without_outward(pixels: Tensor, gradient: Tensor) -> Tensor:
    """The gradient, 0 where following it down would leave [0, 1]."""
    below = (pixels <= 0) & (gradient > 0)
    above = (pixels >= 1) & (gradient < 0)
    return gradient.masked_fill(below | above, 0.0)


def _root_mean_square(x: Tensor) -> float:
    return float(x.square().mean().sqrt())
