"""Losses of the pixels: total variation (Johnson et al. 2016, sec. 3.2) and reconstruction."""

from torch import Tensor


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
