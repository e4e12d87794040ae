"""The loop that optimizes the pixels of a picture against named losses (Gatys et al. 2016, sec. 2.3: L-BFGS)."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim import LBFGS, Adam, Optimizer

from stylenets.errors import UserError

Objective = Callable[
    [Tensor], dict[str, Tensor]
]  # (B, 3, H, W) -> {name: weighted losses (B,)}; what is minimized is their sum
MakeOptimizer = Callable[[list[Tensor]], Optimizer]


@dataclass(frozen=True)
class Result:
    """The last picture; copies after the steps asked for; per term its sum over the pictures before each step."""

    picture: Tensor
    snapshots: dict[int, Tensor]
    curves: dict[str, list[float]]


def lbfgs(pixels: list[Tensor]) -> Optimizer:
    """L-BFGS of unit steps, so that an iteration is one forward and backward pass.

    A strong Wolfe line search would take the same path at twice the evaluations: unit steps nearly always satisfy it here.
    """
    return LBFGS(
        pixels, lr=1.0, max_iter=1, history_size=10, tolerance_grad=0.0, tolerance_change=0.0
    )


def adam(learning_rate: float) -> MakeOptimizer:
    """Adam, whose steps move a pixel by about ``learning_rate``, in units of the range of a picture."""
    return lambda pixels: Adam(pixels, lr=learning_rate)


class Descent:
    """A picture (B, 3, H, W) in [0, 1] on its way to lower ``objective``, one step at a time; it can be saved and put back in between."""

    def __init__(
        self, objective: Objective, start: Tensor, optimizer: MakeOptimizer = lbfgs
    ) -> None:
        self.objective = objective
        self.pixels = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        self.picture = self.pixels.detach()  # the same memory
        self.optimizer = optimizer([self.pixels])
        self.steps = 0

    def step(self) -> dict[str, float]:
        """Take a step, put the pixels back into [0, 1], and return each term as it was before, summed over the pictures.

        Raises UserError where the losses are no numbers any more.
        """
        evaluations: list[dict[str, Tensor]] = []
        self.optimizer.step(lambda: self._evaluate(evaluations))
        self.picture.clamp_(0, 1)
        self.steps += 1
        terms = {name: float(value.detach().sum()) for name, value in evaluations[0].items()}
        if not math.isfinite(sum(terms.values())):
            raise UserError(
                f"the losses of step {self.steps} are no finite numbers: give smaller weights, or optimizer=adam"
            )
        return terms

    def state(self) -> dict[str, Any]:
        """All that the next steps depend on, as plain tensors and numbers."""
        return {
            "picture": self.picture,
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken, to the same bits."""
        self.picture.copy_(state["picture"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps = state["steps"]

    def _evaluate(self, seen: list[dict[str, Tensor]]) -> Tensor:
        """Sum the terms, fill in the gradient and note the terms in ``seen``."""
        self.pixels.grad = None
        terms = self.objective(self.pixels)
        # losses are means over pixels and torch's L-BFGS ignores curvature below an absolute 1e-10, so the sum is scaled to the pixels
        total = (
            torch.stack([value.sum() for value in terms.values()]).sum() * self.pixels[0].numel()
        )
        total.backward()
        seen.append(terms)
        return total.detach()


def optimize(
    objective: Objective,
    start: Tensor,
    steps: int,
    optimizer: MakeOptimizer = lbfgs,
    snapshots: Collection[int] = (),
    on_step: Callable[[], None] = lambda: None,
) -> Result:
    """Take ``steps`` steps from ``start`` (B, 3, H, W) in [0, 1] towards lower ``objective``; pixels are put back into [0, 1] after each.

    ``optimizer`` makes the method for the pixels; ``snapshots``: after which steps, from 1, to keep a copy; ``on_step``: called after each.
    """
    descent = Descent(objective, start, optimizer)
    result = Result(descent.picture, {}, {})
    for step in range(1, steps + 1):
        for name, value in descent.step().items():
            result.curves.setdefault(name, []).append(value)
        if step in snapshots:
            result.snapshots[step] = descent.picture.clone()
        on_step()
    return result
