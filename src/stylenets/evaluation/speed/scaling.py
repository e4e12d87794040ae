"""How the cost grows: of a pass with the picture's side, of a training step with the batch and with the number of styles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from stylenets.evaluation.speed import timing
from stylenets.evaluation.speed.cpu import stepper
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report import plot
from stylenets.report.tables import Sheet
from stylenets.styles import one_hot


@dataclass(frozen=True)
class Curve:
    """Seconds by ``of`` (a side in pixels, pictures in a batch, styles, processes), one median each; ``pictures``: how many each took."""

    name: str
    of: str
    values: list[int]
    seconds: list[float]
    pictures: list[int]

    def sheet(self) -> Sheet:
        """Seconds, and pictures a second, for each value."""
        points = zip(self.values, self.seconds, self.pictures, strict=True)
        return Sheet(
            self.name,
            [self.of, "seconds", "pictures/s"],
            [[str(v), f"{s:.3f}", f"{p / s:.2f}"] for v, s, p in points],
        )


@torch.inference_mode()
def by_side(net: CINNet, sides: Sequence[int], repeats: int, advance: Callable[[], None]) -> Curve:
    """A pass over one picture of noise; above 1024 pixels once, since nothing varies there but the machine."""
    weights = torch.eye(net.styles)[:1]
    seconds = []
    for side in sides:
        x = torch.rand(1, 3, side, side)
        seconds.append(
            median(
                timing.interleave(
                    {"": lambda x=x: net(x, weights)}, repeats if side <= 1024 else 1, advance
                )[""]
            )
        )
    return Curve(
        "A pass over one picture", "side in pixels", list(sides), seconds, [1] * len(sides)
    )


def by_batch(
    criterion: PerceptualLoss,
    side: int,
    batches: Sequence[int],
    repeats: int,
    advance: Callable[[], None],
) -> Curve:
    """A training step for each size of a batch."""
    runs = {str(count): _step(criterion, torch.rand(count, 3, side, side)) for count in batches}
    seconds = timing.interleave(runs, repeats, advance)
    medians = [median(seconds[str(count)]) for count in batches]
    return Curve(
        f"A training step at {side} pixels",
        "pictures in a batch",
        list(batches),
        medians,
        list(batches),
    )


def by_styles(
    criteria: Sequence[PerceptualLoss],
    side: int,
    batch: int,
    repeats: int,
    advance: Callable[[], None],
) -> Curve:
    """A training step for each number of styles in the network and in the loss."""
    photos = torch.rand(batch, 3, side, side)
    counts = [len(criterion.coefficients) for criterion in criteria]
    runs = {
        str(count): _step(criterion, photos)
        for count, criterion in zip(counts, criteria, strict=True)
    }
    seconds = timing.interleave(runs, repeats, advance)
    medians = [median(seconds[str(count)]) for count in counts]
    return Curve(
        f"A training step on {batch} pictures of {side} pixels",
        "styles",
        counts,
        medians,
        [batch] * len(counts),
    )


def _step(criterion: PerceptualLoss, photos: Tensor) -> Callable[[], Tensor]:
    styles = len(criterion.coefficients)
    weights = one_hot(torch.arange(len(photos)) % styles, styles)
    return stepper(
        CINNet(styles),
        lambda net: criterion(net(photos, weights), photos, weights),
        len(photos),
        fused=True,
    )


def drawing(curves: Sequence[Curve]) -> str:
    """Every curve relative to its first point, in one SVG."""
    series = {
        f"by {curve.of}": [
            (v / curve.values[0], s / curve.seconds[0])
            for v, s in zip(curve.values, curve.seconds, strict=True)
        ]
        for curve in curves
    }
    return plot.standalone(
        plot.draw(series, "times the first value", "times its cost", log_x=True, log_y=True),
        list(series),
    )
