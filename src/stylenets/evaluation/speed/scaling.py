"""How the cost grows: of a pass with the side, of a step with the batch and with the styles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

import torch
from torch import Tensor

from stylenets.evaluation.speed import timing
from stylenets.evaluation.speed.steps import build_step
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report import plot
from stylenets.report.tables import Sheet
from stylenets.styles import one_hot

LARGE = 1024  # pixels a side: a pass over a larger picture is timed once, nothing else varies there


@dataclass(frozen=True)
class CostCurve:
    """Seconds by something that grows.

    Args:
        name: What was done, for a title.
        of: What grows: a side in pixels, pictures in a batch, styles or processes.
        values: How large it was.
        seconds: A median for each.
        pictures: How many went through in that time.
    """

    name: str
    of: str
    values: list[int]
    seconds: list[float]
    pictures: list[int]

    def table(self) -> Sheet:
        """Seconds, and pictures a second, for each value."""
        points = zip(self.values, self.seconds, self.pictures, strict=True)
        rows = [
            [str(value), f"{taken:.3f}", f"{count / taken:.2f}"] for value, taken, count in points
        ]
        return Sheet(self.name, [self.of, "seconds", "pictures/s"], rows)


@torch.inference_mode()
def cost_by_side(
    net: CINNet, sides: Sequence[int], repeats: int, advance: Callable[[], None]
) -> CostCurve:
    """A pass over one picture of noise."""
    weights = torch.eye(net.styles)[:1]
    seconds = []
    for side in sides:
        run = partial(net, torch.rand(1, 3, side, side), weights)
        times = timing.time_in_turns({"": run}, repeats if side <= LARGE else 1, advance)
        seconds.append(median(times[""]))
    ones = [1] * len(sides)
    return CostCurve("A pass over one picture", "side in pixels", list(sides), seconds, ones)


def cost_by_batch(
    criterion: PerceptualLoss,
    side: int,
    batches: Sequence[int],
    repeats: int,
    advance: Callable[[], None],
) -> CostCurve:
    """A training step for each size of a batch."""
    runs = {str(count): _step(criterion, torch.rand(count, 3, side, side)) for count in batches}
    times = timing.time_in_turns(runs, repeats, advance)
    seconds = [median(times[str(count)]) for count in batches]
    name = f"A training step at {side} pixels"
    return CostCurve(name, "pictures in a batch", list(batches), seconds, list(batches))


def cost_by_styles(
    criteria: Sequence[PerceptualLoss],
    side: int,
    batch: int,
    repeats: int,
    advance: Callable[[], None],
) -> CostCurve:
    """A training step for each number of styles, in the network and in the loss."""
    photos = torch.rand(batch, 3, side, side)
    by_count = {len(criterion.coefficients): criterion for criterion in criteria}
    runs = {str(count): _step(criterion, photos) for count, criterion in by_count.items()}
    times = timing.time_in_turns(runs, repeats, advance)
    seconds = [median(times[str(count)]) for count in by_count]
    name = f"A training step on {batch} pictures of {side} pixels"
    return CostCurve(name, "styles", list(by_count), seconds, [batch] * len(by_count))


def _step(criterion: PerceptualLoss, photos: Tensor) -> Callable[[], Tensor]:
    styles = len(criterion.coefficients)
    weights = one_hot(torch.arange(len(photos)) % styles, styles)

    def losses(net: CINNet) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = criterion(net(photos, weights), photos, weights)
        return terms

    return build_step(CINNet(styles), losses, len(photos), fused=True)


def draw_costs(curves: Sequence[CostCurve]) -> str:
    """Every curve relative to its first point, in one SVG."""
    series = {}
    for curve in curves:
        points = zip(curve.values, curve.seconds, strict=True)
        series[f"by {curve.of}"] = [
            (value / curve.values[0], taken / curve.seconds[0]) for value, taken in points
        ]
    drawing = plot.draw(series, "times the first value", "times its cost", log_x=True, log_y=True)
    return plot.standalone(drawing, list(series))
