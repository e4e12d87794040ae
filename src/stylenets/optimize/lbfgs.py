"""L-BFGS that never runs away: steps of bounded length, and none is kept that raises the loss (Nocedal & Wright 2006, alg. 7.4 and ch. 4)."""

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

FIRST = (
    0.01  # root mean square over the pixels of the first step, in units of the range of a picture
)
LARGEST = 0.1  # of any step
GROW, SHRINK = (
    1.5,
    0.25,
)  # of the bound after a step that lowered the loss, and after one that raised it


class BoundedLBFGS(Optimizer):
    """For one picture in [0, 1], with one evaluation a step. It is to be clamped after each: a step is measured as it really was, and
    pixels that lie at an end and are pulled beyond do not count.

    Torch's own L-BFGS with unit steps takes the curvature of a tiny first step for that of the whole way: against several styles at
    once its third picture can be a thousand times worse than the photograph, clipped, and the content is lost. A line search would not
    do that, but needs several evaluations a step.
    """

    def __init__(self, parameters: list[Tensor], history: int = 10) -> None:
        super().__init__(parameters, {"history": history})

    @torch.no_grad()
    def step(self, closure: Any) -> Tensor:
        """Evaluate, keep or take back the last step, and take the next -> the loss as evaluated."""
        with torch.enable_grad():
            loss = closure()
        (pixels,), history = self.param_groups[0]["params"], self.param_groups[0]["history"]
        state = self.state[pixels]
        if not state:
            state |= {"bound": FIRST, "steps": [], "changes": []}
            self._keep(state, pixels, loss)
        elif float(loss) > state["loss"]:
            state["bound"] = SHRINK * min(state["bound"], _length(pixels - state["pixels"]))
            pixels.copy_(state["pixels"])
        else:
            step, change = pixels - state["pixels"], pixels.grad - state["gradient"]
            if float((step * change).sum()) > 1e-6 * float(
                step.norm() * change.norm()
            ):  # positive curvature
                state["steps"], state["changes"] = (
                    [*state["steps"], step][-history:],
                    [*state["changes"], change][-history:],
                )
            state["bound"] = min(GROW * state["bound"], LARGEST)
            self._keep(state, pixels, loss)
        direction = _direction(_within(pixels, state["gradient"]), state["steps"], state["changes"])
        direction = -_within(pixels, -direction)
        length = _length(direction)
        if not state["steps"] or length > state["bound"]:
            direction = direction * (state["bound"] / max(length, 1e-30))
        pixels.add_(direction)
        return loss

    @staticmethod
    def _keep(state: dict[str, Any], pixels: Tensor, loss: Tensor) -> None:
        state |= {"pixels": pixels.clone(), "gradient": pixels.grad.clone(), "loss": float(loss)}


def _direction(gradient: Tensor, steps: list[Tensor], changes: list[Tensor]) -> Tensor:
    """-H * gradient by the two-loop recursion, for the inverse Hessian H that the last steps and changes of the gradient tell."""
    direction, shares = -gradient, []
    for step, change in zip(reversed(steps), reversed(changes), strict=True):
        shares.append((step * direction).sum() / (step * change).sum())
        direction = direction - shares[-1] * change
    if steps:
        direction = direction * ((steps[-1] * changes[-1]).sum() / changes[-1].square().sum())
    for step, change, share in zip(steps, changes, reversed(shares), strict=True):
        direction = direction + (share - (change * direction).sum() / (step * change).sum()) * step
    return direction


def _within(pixels: Tensor, gradient: Tensor) -> Tensor:
    """The gradient, 0 where following it down would leave [0, 1]."""
    return gradient.masked_fill(
        (pixels <= 0) & (gradient > 0) | (pixels >= 1) & (gradient < 0), 0.0
    )


def _length(x: Tensor) -> float:
    """Root mean square."""
    return float(x.square().mean().sqrt())
