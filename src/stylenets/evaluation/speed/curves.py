"""Whether a training in bfloat16 learns as one in float32: their losses, beside those of the same trainings from other first weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from stylenets.data.order import seeded
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report import plot
from stylenets.report.tables import Sheet
from stylenets.tasks.base import measure

WINDOW = 20  # steps that a point of the drawing is the mean of


@dataclass(frozen=True)
class Curve:
    """The loss of every step of a training in ``precision`` from the first weights of ``seed``."""

    precision: str
    seed: int
    losses: list[float]

    @property
    def name(self) -> str:
        """As in the table and the drawing."""
        return f"{self.precision}, weights {self.seed}"

    def mean(self, first: int, last: int) -> float:
        """Of the losses of steps ``first`` to ``last``, that one not counted."""
        return sum(self.losses[first:last]) / (last - first)


def train(
    criterion: PerceptualLoss,
    photos: Tensor,
    precision: str,
    seed: int,
    steps: int,
    batch: int,
    advance: Callable[[], None],
) -> Curve:
    """``steps`` of Adam on random photographs of (N, 3, H, W), in random styles, both by the step alone; a GPU compiles bfloat16.

    precision: "float32" or "bfloat16". The losses stay on the device until the end.
    """
    torch.manual_seed(seed)
    styles, dtype, device = len(criterion.coefficients), getattr(torch, precision), photos.device
    net = CINNet(styles).to(device)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    fast = dtype is torch.bfloat16 and device.type == "cuda"
    run = torch.compile(measure, dynamic=False, fullgraph=True) if fast else measure
    eye, losses = torch.eye(styles, device=device), []
    for step in range(steps):
        generator = seeded(0, step)
        shown, weights = (
            photos[torch.randint(len(photos), (batch,), generator=generator)],
            eye[torch.randint(styles, (batch,), generator=generator)],
        )
        with torch.autocast(device.type, dtype, enabled=dtype is torch.bfloat16):
            terms = run(
                net,
                criterion,
                (shown, weights),
                (shown, weights),
                tuple(name for name, weight in criterion.weights.items() if weight),
            )
        factors = criterion.factors(step)
        loss = sum(factors[name] * term.sum() for name, term in terms.items()) / batch
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        advance()
    return Curve(precision, seed, torch.stack(losses).tolist())


def sheet(curves: Sequence[Curve], parts: int = 5) -> Sheet:
    """The mean loss of each fifth of the trainings, and how far precisions and first weights are apart in it: relative, the mean of all pairs."""
    steps = len(curves[0].losses)
    bounds = [(steps * part // parts, steps * (part + 1) // parts) for part in range(parts)]
    rows = [
        [f"{first + 1} to {last}", *(f"{curve.mean(first, last):.4g}" for curve in curves)]
        for first, last in bounds
    ]
    for row, (first, last) in zip(rows, bounds, strict=True):
        for other_precision in (True, False):
            apart = [
                abs(a.mean(first, last) / b.mean(first, last) - 1)
                for a, b in combinations(curves, 2)
                if (a.precision != b.precision) is other_precision
                and (a.seed == b.seed) is other_precision
            ]
            row.append(f"{100 * sum(apart) / len(apart):.2f} %")
    columns = ["steps", *(curve.name for curve in curves), "between precisions", "between weights"]
    return Sheet("Mean loss of a training", columns, rows)


def drawing(curves: Sequence[Curve]) -> str:
    """The losses, each point the mean of some steps, in one SVG."""
    series = {
        curve.name: [
            (first + WINDOW / 2, curve.mean(first, first + WINDOW))
            for first in range(0, len(curve.losses) - WINDOW + 1, WINDOW)
        ]
        for curve in curves
    }
    return plot.standalone(plot.draw(series, "steps", "loss", log_y=True), list(series))
