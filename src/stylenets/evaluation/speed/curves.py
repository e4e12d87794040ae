"""Whether a training in bfloat16 learns as one in float32.

Their losses stand beside those of the same trainings from other first weights.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from stylenets.data.order import seeded
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report import plot
from stylenets.report.tables import Sheet
from stylenets.tasks.base import measure_terms

WINDOW = 20  # steps that a point of the drawing is the mean of
PARTS = 5  # of a training, each a row of the table
Batch = tuple[Tensor, Tensor]  # photographs (B, 3, H, W) and style weights (B, S)


@dataclass(frozen=True)
class TrainingCurve:
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


def train_curve(
    criterion: PerceptualLoss,
    photos: Tensor,
    precision: str,
    seed: int,
    steps: int,
    batch: int,
    advance: Callable[[], None],
) -> TrainingCurve:
    """Train a new network with Adam; on a GPU bfloat16 is compiled.

    Args:
        criterion: The training objective.
        photos: (N, 3, H, W), on the device to train on.
        precision: "float32" or "bfloat16".
        seed: Of the first weights; photographs and styles are drawn by the step alone.
        steps: How many.
        batch: Photographs of a step.
        advance: Called after each step.

    The losses stay on the device until the end.
    """
    torch.manual_seed(seed)
    net = CINNet(len(criterion.coefficients)).to(photos.device)
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    loss_of = _loss_function(criterion, net, getattr(torch, precision), photos.device)
    losses = []
    for step, given in enumerate(_batches(photos, net.styles, steps, batch)):
        loss = loss_of(given, step / steps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        advance()
    return TrainingCurve(precision, seed, torch.stack(losses).tolist())


def _loss_function(
    criterion: PerceptualLoss, net: CINNet, dtype: torch.dtype, device: torch.device
) -> Callable[[Batch, float], Tensor]:
    """What tells the mean loss of a batch at a share of the run; in bfloat16 a GPU compiles it."""
    mixed = dtype is torch.bfloat16
    compiled = mixed and device.type == "cuda"
    run = torch.compile(measure_terms, dynamic=False, fullgraph=True) if compiled else measure_terms
    wanted = tuple(name for name, weight in criterion.weights.items() if weight)

    def loss_of(given: Batch, progress: float) -> Tensor:
        with torch.autocast(device.type, dtype, enabled=mixed):
            terms = run(net, criterion, given, given, wanted)
        factors = criterion.factors(progress)
        weighted = (factors[name] * term.sum() for name, term in terms.items())
        return sum(weighted, torch.zeros(())) / len(given[0])

    return loss_of


def _batches(photos: Tensor, styles: int, steps: int, batch: int) -> Iterator[Batch]:
    """For each step photographs (B, 3, H, W) and one-hot style weights (B, S)."""
    one_hot = torch.eye(styles, device=photos.device)
    for step in range(steps):
        generator = seeded(0, step)
        shown = photos[torch.randint(len(photos), (batch,), generator=generator)]
        yield shown, one_hot[torch.randint(styles, (batch,), generator=generator)]


def curves_table(curves: Sequence[TrainingCurve]) -> Sheet:
    """The mean loss of each part of the trainings, and how far they are apart in it."""
    steps = len(curves[0].losses)
    rows = []
    for part in range(PARTS):
        first, last = (steps * k // PARTS for k in (part, part + 1))
        means = [f"{curve.mean(first, last):.4g}" for curve in curves]
        apart = [_mean_gap(curves, first, last, other) for other in (True, False)]
        gaps = [f"{100 * gap:.2f} %" for gap in apart]
        rows.append([f"{first + 1} to {last}", *means, *gaps])
    columns = ["steps", *(curve.name for curve in curves), "between precisions", "between weights"]
    return Sheet("Mean loss of a training", columns, rows)


def _mean_gap(
    curves: Sequence[TrainingCurve], first: int, last: int, other_precision: bool
) -> float:
    """How far two trainings are apart in some steps: relative, the mean of all pairs.

    Pairs of the same first weights in other precisions, or of other weights in the same precision.
    """
    gaps = [
        abs(a.mean(first, last) / b.mean(first, last) - 1)
        for a, b in combinations(curves, 2)
        if (a.precision != b.precision) is other_precision and (a.seed == b.seed) is other_precision
    ]
    return sum(gaps) / len(gaps)


def draw_curves(curves: Sequence[TrainingCurve]) -> str:
    """The losses, each point the mean of some steps, in one SVG."""
    series = {}
    for curve in curves:
        starts = range(0, len(curve.losses) - WINDOW + 1, WINDOW)
        series[curve.name] = [(k + WINDOW / 2, curve.mean(k, k + WINDOW)) for k in starts]
    return plot.standalone(plot.draw(series, "steps", "loss", log_y=True), list(series))
