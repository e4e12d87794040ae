"""Teach a network which two representations belong together, and see how well it knows."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from stylenets.losses.similarity import PairNet

BATCH = 128  # pairs that belong together, and as many that do not


def teach_pairs(
    net: PairNet,
    left: Tensor,
    right: Tensor,
    steps: int,
    generator: torch.Generator,
    advance: Callable[[], None],
) -> None:
    """Fit a network to pairs, of which those of one row belong together.

    Args:
        net: What is fitted.
        left: (N, width).
        right: (N, width).
        steps: Of AdamW.
        generator: Of the pairs.
        advance: Called after each step.
    """
    net.standardize(torch.cat([left, right]))
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    forget = torch.nn.Dropout(0.2)  # of the numbers, against learning by heart
    answers = torch.cat([torch.ones(BATCH), torch.zeros(BATCH)])
    for _ in range(steps):
        own = torch.randint(len(left), (BATCH,), generator=generator)
        other = torch.randint(len(left), (BATCH,), generator=generator)
        chosen = forget(left[own]).repeat(2, 1)
        logits = net(chosen, torch.cat([right[own], right[other]]))
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(logits, answers).backward()
        optimizer.step()
        schedule.step()
        advance()


@torch.no_grad()
def order_share(score: Callable[[Tensor, Tensor], Tensor], left: Tensor, right: Tensor) -> float:
    """How often a pair of one row scores above one of two rows: 0.5 is chance, 1 perfect.

    Args:
        score: (N, width) twice -> (N,), higher for what belongs together.
        left: (N, width), at least two rows.
        right: (N, width).

    Example:
        >>> rows = torch.eye(4)
        >>> order_share(lambda a, b: -(a - b).square().sum(1), rows, rows)
        1.0
    """
    together = score(left, right)
    shifts = torch.arange(1, len(left)).tolist()[:8]
    apart = torch.cat([score(left, right.roll(shift, 0)) for shift in shifts])
    above = (together[:, None] > apart).float() + 0.5 * (together[:, None] == apart).float()
    return float(above.mean())


def nearness(one: Tensor, other: Tensor) -> Tensor:
    """The 2-norm's answer: -||a - b||^2 / (||a||^2 + ||b||^2), (N, width) twice -> (N,)."""
    energy = (one.square() + other.square()).sum(1)
    return -(one - other).square().sum(1) / energy.clamp_min(1e-12)
