"""The loop that optimizes a picture's pixels against named losses (Gatys et al. 2016, sec. 2.3)."""

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim import LBFGS, Adam, Optimizer

from stylenets.checkpoints.comparing import differences
from stylenets.errors import UserError

# (B, 3, H, W) -> {name: weighted losses (B,)}; what is minimized is their sum
MOST_STEPS = 100  # that a curvature is estimated from
Objective = Callable[[Tensor], dict[str, Tensor]]
MakeOptimizer = Callable[[list[Tensor]], Optimizer]


@dataclass(frozen=True)
class OptimizedPicture:
    """What ``optimize`` leaves.

    Args:
        picture: The last one, (B, 3, H, W).
        snapshots: Copies of it, by the number of steps they were asked for after.
        curves: Every term before each step, summed over the pictures.
    """

    picture: Tensor
    snapshots: dict[int, Tensor]
    curves: dict[str, list[float]]


def lbfgs(pixels: list[Tensor]) -> Optimizer:
    """L-BFGS of unit steps, so that an iteration is one forward and backward pass.

    A strong Wolfe line search would take the same path at twice the evaluations: unit steps nearly
    always satisfy it here.
    """
    return LBFGS(
        pixels, lr=1.0, max_iter=1, history_size=10, tolerance_grad=0.0, tolerance_change=0.0
    )


def adam(learning_rate: float) -> MakeOptimizer:
    """Adam, a step of which moves a pixel by about ``learning_rate`` where pictures are [0, 1]."""
    return lambda pixels: Adam(pixels, lr=learning_rate)


class Descent:
    """A picture on its way to lower ``objective``, one step at a time.

    In between it can be saved and put back.

    Args:
        objective: What is minimized.
        start: (B, 3, H, W) in [0, 1]; it is copied.
        optimizer: Makes the optimizer of the pixels.
    """

    def __init__(
        self, objective: Objective, start: Tensor, optimizer: MakeOptimizer = lbfgs
    ) -> None:
        self.objective = objective
        self.pixels = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        self.picture = self.pixels.detach()  # the same memory
        self.make_optimizer = optimizer
        self.optimizer = optimizer([self.pixels])
        self.steps = 0

    def step(self) -> dict[str, float]:
        """Take a step and put the pixels back into [0, 1].

        Returns:
            Each term as it was before the step, summed over the pictures.

        Raises:
            UserError: If the losses are no numbers any more.
        """
        evaluations: list[dict[str, Tensor]] = []
        self.optimizer.step(lambda: self._evaluate(evaluations))
        self.picture.clamp_(0, 1)
        self.steps += 1
        terms = {name: float(value.detach().sum()) for name, value in evaluations[0].items()}
        if not math.isfinite(sum(terms.values())):
            raise UserError(
                f"the losses of step {self.steps} are no finite numbers: "
                "give smaller weights, or optimizer=adam"
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
        """Go on where ``state`` was taken, to the same bits.

        Raises:
            UserError: It is of another picture or optimizer, or damaged.
        """
        if wrong := next(self._differences(state), None):
            raise UserError(
                f"cannot resume: the state does not fit this run, or is damaged (see {wrong:.80})"
            )
        self.picture.copy_(state["picture"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps = state["steps"]

    def _differences(self, state: dict[str, Any]) -> Iterator[str]:
        """Where ``state`` has another form than this descent's would have after a step."""
        pixels = self.picture.cpu()
        if isinstance(self.optimizer, LBFGS):  # what it keeps depends on what it has met
            keys = ("picture", "steps")
            found = {key: state[key] for key in keys if key in state}
            yield from differences({"picture": pixels, "steps": 0}, found)
            return
        copy = torch.zeros_like(pixels).requires_grad_()
        copy.grad = torch.zeros_like(pixels)
        optimizer = self.make_optimizer([copy])
        optimizer.step(lambda: 0.0)
        kept = optimizer.state_dict()
        # the steps that a curvature is estimated from are more and more
        for moments in kept["state"].values():
            theirs = _first_moments(state)
            for name in ("steps", "changes"):
                if name in moments and isinstance(theirs.get(name), list):
                    moments[name] = [pixels] * min(len(theirs[name]), MOST_STEPS)
        yield from differences({"picture": pixels, "optimizer": kept, "steps": 0}, state)

    def _evaluate(self, evaluations: list[dict[str, Tensor]]) -> float:
        """Sum the terms, fill in the gradient, and add the terms to ``evaluations``."""
        self.pixels.grad = None
        terms = self.objective(self.pixels)
        total = torch.stack([value.sum() for value in terms.values()]).sum()
        # Losses are means over pixels, and torch's L-BFGS ignores curvature below an absolute
        # 1e-10: so the sum is scaled to the pixels.
        total = total * self.pixels[0].numel()
        total.backward()
        evaluations.append(terms)
        return float(total.detach())


def _first_moments(state: dict[str, Any]) -> dict[str, Any]:
    """What an optimizer's state keeps for the pixels, or nothing where that is not to be found."""
    found: Any = state
    for key in ("optimizer", "state", 0):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def optimize(
    objective: Objective,
    start: Tensor,
    steps: int,
    optimizer: MakeOptimizer = lbfgs,
    snapshots: Collection[int] = (),
    on_step: Callable[[], None] = lambda: None,
) -> OptimizedPicture:
    """Take steps towards lower ``objective``, putting the pixels back into [0, 1] after each.

    Args:
        objective: What is minimized.
        start: (B, 3, H, W) in [0, 1].
        steps: Of the optimizer.
        optimizer: Makes the optimizer of the pixels.
        snapshots: After which steps, from 1, to keep a copy.
        on_step: Called after each step.

    Returns:
        The picture, its snapshots, and the course of every term.

    Raises:
        UserError: If the losses are no numbers any more.
    """
    descent = Descent(objective, start, optimizer)
    result = OptimizedPicture(descent.picture, {}, {})
    for step in range(1, steps + 1):
        for name, value in descent.step().items():
            result.curves.setdefault(name, []).append(value)
        if step in snapshots:
            result.snapshots[step] = descent.picture.clone()
        on_step()
    return result
