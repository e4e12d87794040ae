"""Polish rows: from what a style encoder predicts, a few steps of training of these rows alone.

Ghiasi et al. 2017 predict rows, Dumoulin et al. 2017, sec. 4.2, train them. Everything else of the
network stays as it is.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.func import functional_call

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import ROWS, CINNet
from stylenets.styles import one_hot

BATCH = 2  # crops of photographs in a step
SIZE = 192  # pixels: their side


def polish(
    network: Network,
    criterion: PerceptualLoss,
    photos: Sequence[Tensor],
    steps: int,
    rate: float,
    seed: int = 0,
) -> Iterator[float]:
    """Train the last rows of a network, those of the styles of ``criterion``, in place.

    Args:
        network: A multi-style network, whose last rows are these styles' in their order.
        criterion: What is to become less.
        photos: Photographs (3, H, W), of which random crops are painted.
        steps: How many.
        rate: The learning rate of Adam, which falls to a tenth (half a cosine).
        seed: The crops are drawn by it.

    Yields:
        The loss of each step.
    """
    net = network.net
    assert isinstance(net, CINNet)
    styles = len(criterion.coefficients)
    known = net.styles - styles
    tables = {name: table for name, table in net.named_parameters() if name.endswith(ROWS)}
    rows = {name: table.detach()[known:].clone().requires_grad_() for name, table in tables.items()}
    optimizer = torch.optim.Adam(rows.values(), lr=rate)
    generator = torch.Generator().manual_seed(seed)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * (0.55 + 0.45 * math.cos(math.pi * step / steps))
        crops = _crops(photos, generator)
        chosen = (step * BATCH + torch.arange(BATCH)) % styles
        painted = functional_call(net, rows, (crops, one_hot(chosen, styles)))
        terms = criterion(painted, crops, one_hot(chosen, styles))
        loss = torch.stack([term.mean() for term in terms.values()]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()
    with torch.no_grad():
        for name, table in tables.items():
            table[known:] = rows[name]


def _crops(photos: Sequence[Tensor], generator: torch.Generator) -> Tensor:
    """Random squares of random photographs, (BATCH, 3, SIZE, SIZE)."""
    chosen = torch.randint(len(photos), (BATCH,), generator=generator).tolist()
    places = torch.rand(BATCH, 2, generator=generator).tolist()
    return torch.stack(
        [
            images.square_enlarged(photos[index], SIZE, *place)
            for index, place in zip(chosen, places, strict=True)
        ]
    )
