"""Learning-rate schedules over the steps of a run."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def constant(optimizer: Optimizer, total_steps: int) -> LambdaLR:
    """The optimizer's own rate throughout."""
    return LambdaLR(optimizer, lambda step: 1.0)


def warmup_cosine(
    optimizer: Optimizer, total_steps: int, warmup: int = 100, final: float = 0.01
) -> LambdaLR:
    """Linear up, then half a cosine down (Loshchilov & Hutter 2017).

    Args:
        optimizer: Whose rate it is.
        total_steps: Of the run.
        warmup: Steps until the whole rate is reached.
        final: The share of the rate that is left at the end.
    """

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = min(1.0, (step - warmup) / max(1, total_steps - warmup))
        return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * progress))

    return LambdaLR(optimizer, factor)


def inverse_decay(optimizer: Optimizer, total_steps: int, decay: float = 1e-4) -> LambdaLR:
    """The rate over 1 + decay * step.

    Torch7's optimizers call that learningRateDecay; Chen & Schmidt 2016 train with it.

    Args:
        optimizer: Whose rate it is.
        total_steps: Of the run.
        decay: Per step.
    """
    return LambdaLR(optimizer, lambda step: 1.0 / (1.0 + decay * step))
