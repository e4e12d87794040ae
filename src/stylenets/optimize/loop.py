"""The loop that optimizes the pixels of a picture against named losses (Gatys et al. 2016, sec. 2.3: L-BFGS)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import LBFGS, Optimizer

Objective = Callable[[Tensor], dict[str, Tensor]]  # (B, 3, H, W) -> {name: weighted losses (B,)}; what is minimized is their sum


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
    return LBFGS(pixels, lr=1.0, max_iter=1, history_size=10, tolerance_grad=0.0, tolerance_change=0.0)


def optimize(
    objective: Objective,
    start: Tensor,
    steps: int,
    optimizer: Callable[[list[Tensor]], Optimizer] = lbfgs,
    snapshots: Collection[int] = (),
    on_step: Callable[[], None] = lambda: None,
) -> Result:
    """Take ``steps`` steps from ``start`` (B, 3, H, W) in [0, 1] towards lower ``objective``; pixels are put back into [0, 1] after each.

    ``optimizer`` makes the method for the pixels; ``snapshots``: after which steps, from 1, to keep a copy; ``on_step``: called after each.
    """
    picture = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
    method = optimizer([picture])
    result = Result(picture.detach(), {}, {})
    for step in range(1, steps + 1):
        evaluations: list[dict[str, Tensor]] = []
        method.step(lambda seen=evaluations: _evaluate(objective, picture, seen))
        result.picture.clamp_(0, 1)
        for name, value in evaluations[0].items():
            result.curves.setdefault(name, []).append(float(value.detach().sum()))
        if step in snapshots:
            result.snapshots[step] = result.picture.clone()
        on_step()
    return result


def _evaluate(objective: Objective, picture: Tensor, seen: list[dict[str, Tensor]]) -> Tensor:
    """Sum the terms, fill in the gradient and note the terms in ``seen``."""
    picture.grad = None
    terms = objective(picture)
    # losses are means over pixels and torch's L-BFGS ignores curvature below an absolute 1e-10, so the sum is scaled to the pixels
    total = torch.stack([value.sum() for value in terms.values()]).sum() * picture[0].numel()
    total.backward()
    seen.append(terms)
    return total.detach()
