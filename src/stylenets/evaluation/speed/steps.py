"""One training step of a network alone, as the suites of speed time it."""

from collections.abc import Callable

import torch
from torch import Tensor

from stylenets.nets.cin import CINNet

Losses = Callable[[CINNet], dict[str, Tensor]]  # the weighted terms of each picture


def build_step(net: CINNet, losses: Losses, pictures: int, fused: bool) -> Callable[[], Tensor]:
    """A step of Adam on the mean of the losses of ``pictures`` pictures; nothing waits for a GPU.

    Returns:
        What does the step and returns the loss before it, a scalar.
    """
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=fused)

    def step() -> Tensor:
        optimizer.zero_grad()
        sums = (term.sum() for term in losses(net).values())
        loss = sum(sums, torch.zeros(())) / pictures
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step
