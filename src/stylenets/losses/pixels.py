"""Losses of the pixels: total variation (Johnson et al. 2016, sec. 3.2) and reconstruction."""

from torch import Tensor

# nearest to black and to full brightness that a logit can be told from the next
DARKEST = 1e-30
BRIGHTEST = 1e-7


def total_variation(x: Tensor, summed: bool = False) -> Tensor:
    """Squared differences of neighbors.

    Args:
        x: (B, 3, H, W).
        summed: Sum over all pairs, as Johnson et al. 2016 do, instead of their mean in each
            direction.

    Returns:
        (B,).

    Example:
        >>> import torch
        >>> step = torch.tensor([0.0, 1.0]).expand(1, 3, 2, 2)  # dark left, bright right
        >>> total_variation(step), total_variation(step, summed=True)
        (tensor([1.]), tensor([6.]))
    """
    horizontal = (x[..., :, 1:] - x[..., :, :-1]).square()
    vertical = (x[..., 1:, :] - x[..., :-1, :]).square()
    if summed:
        return horizontal.sum((1, 2, 3)) + vertical.sum((1, 2, 3))
    return horizontal.mean((1, 2, 3)) + vertical.mean((1, 2, 3))


def reconstruction(x: Tensor, target: Tensor) -> Tensor:
    """L1 of pixels and of the differences of neighbors, (B, 3, H, W) twice -> (B,)."""
    error = x - target
    horizontal = (error[..., :, 1:] - error[..., :, :-1]).abs().mean((1, 2, 3))
    vertical = (error[..., 1:, :] - error[..., :-1, :]).abs().mean((1, 2, 3))
    return error.abs().mean((1, 2, 3)) + (horizontal + vertical)


def saturation(x: Tensor, bound: float = 5.0) -> Tensor:
    """By how much values are nearer to black or full brightness than a picture ever needs.

    The sigmoid at the end of a network has no gradient there: a blob that became black by accident
    stays black, whatever the other losses say. The logit of a value has one.

    Args:
        x: (B, 3, H, W) in [0, 1].
        bound: Logits up to here cost nothing; 5 is 1.7 of 255 from either end.

    Returns:
        (B,), the mean square of what logits are beyond it.
    """
    x = x.float()
    logits = x.clamp_min(DARKEST).log() - (1 - x).clamp_min(BRIGHTEST).log()
    return (logits.abs() - bound).clamp_min(0).square().mean((1, 2, 3))
