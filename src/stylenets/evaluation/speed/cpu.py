"""How fast a CPU stylizes and trains beside the reference recipe, and beside other runtimes."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stylenets.evaluation.speed import timing
from stylenets.evaluation.speed.reference import reference_losses, reference_pass
from stylenets.evaluation.speed.runtimes import runtime_passes
from stylenets.evaluation.speed.steps import build_step
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report.tables import Sheet

REFERENCE = "reference recipe"
OURS = "stylenets"


@dataclass(frozen=True)
class CpuTiming:
    """How long one variant takes.

    Args:
        case: What was done, for a title.
        variant: Who did it: REFERENCE, OURS, or the name of another runtime.
        memory_kept: Whether the process keeps freed memory, as the commands do.
        seconds: One time for each repeat.
        pictures: How many went through each time.
        flops: Of the reference, whatever a variant saves of them.
        difference: From the reference: the largest of a pixel, of 255, or of the loss, relative.
    """

    case: str
    variant: str
    memory_kept: bool
    seconds: list[float]
    pictures: int
    flops: int
    difference: float

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the derived ones too."""
        derived = {
            "median": self.median,
            "pictures_per_second": self.rate,
            "gflops": self.gflops,
        }
        return asdict(self) | derived

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return self.pictures / self.median

    @property
    def gflops(self) -> float:
        """GFLOP/s of the reference's operations."""
        return self.flops / self.median / 1e9


def pass_variants(net: CINNet, picture: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Both ways to stylize (3, H, W) in the network's first style; each returns (1, 3, H, W)."""
    x = picture[None]
    weights = _first_style(net)
    return {REFERENCE: lambda: reference_pass(net, x, weights), OURS: lambda: net(x, weights)}


def step_variants(criterion: PerceptualLoss, photos: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Both ways to do a step of Adam from the same weights.

    Args:
        criterion: The training objective.
        photos: (B, 3, H, W), trained in the styles one after the other.

    Returns:
        {variant: what does a step and returns the loss before it}.
    """
    styles = len(criterion.coefficients)
    weights = torch.eye(styles)[torch.arange(len(photos)) % styles]

    def published(net: CINNet) -> dict[str, Tensor]:
        pictures = reference_pass(net, photos, weights)
        return reference_losses(criterion, pictures, photos, weights)

    def ours(net: CINNet) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = criterion(net(photos, weights), photos, weights)
        return terms

    net = CINNet(styles)
    return {
        REFERENCE: build_step(copy.deepcopy(net), published, len(photos), fused=False),
        OURS: build_step(copy.deepcopy(net), ours, len(photos), fused=True),
    }


@torch.inference_mode()
def time_passes(
    case: str,
    net: CINNet,
    picture: Tensor,
    memory_kept: bool,
    repeats: int,
    advance: Callable[[], None],
) -> list[CpuTiming]:
    """Time our pass over (3, H, W), the reference's and those of other runtimes.

    Raises:
        UserError: If one of these is not installed.
    """
    both = pass_variants(net, picture)
    others = runtime_passes(net, picture[None], _first_style(net))
    variants = {REFERENCE: both[REFERENCE], **others, OURS: both[OURS]}
    with FlopCounterMode(display=False) as counter:
        expected = variants[REFERENCE]()
    differences = {}
    for name, run in variants.items():
        differences[name] = 255 * float((run() - expected).abs().max())
    seconds = timing.time_in_turns(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [
        CpuTiming(case, name, memory_kept, seconds[name], 1, flops, differences[name])
        for name in variants
    ]


def time_steps(
    case: str,
    criterion: PerceptualLoss,
    photos: Tensor,
    memory_kept: bool,
    repeats: int,
    advance: Callable[[], None],
) -> list[CpuTiming]:
    """Time both steps on photos (B, 3, H, W), at the end of the loss schedule."""
    variants = step_variants(criterion, photos)
    with FlopCounterMode(display=False) as counter:
        expected = variants[REFERENCE]()
    differences = {REFERENCE: 0.0, OURS: abs(float(variants[OURS]() / expected) - 1)}
    seconds = timing.time_in_turns(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [
        CpuTiming(case, name, memory_kept, seconds[name], len(photos), flops, differences[name])
        for name in variants
    ]


def _first_style(net: CINNet) -> Tensor:
    """(1, S) weights of the network's first style."""
    return torch.eye(net.styles)[:1]


def cpu_table(timings: Sequence[CpuTiming], difference: str) -> Sheet:
    """A row for each variant of a case.

    Args:
        timings: Of one case. Times faster are over the reference recipe as it comes, in a process
            that gives freed memory back.
        difference: What the last column is called.
    """
    (base, *_) = (one for one in timings if one.variant == REFERENCE and not one.memory_kept)
    rows = []
    for one in timings:
        low, high = timing.quartiles(one.seconds)
        rows.append(
            [
                f"{one.variant}, memory {'kept' if one.memory_kept else 'given back'}",
                f"{one.median:.3f}",
                f"{low:.3f} to {high:.3f}",
                f"{one.rate:.2f}",
                f"{one.gflops:.0f}",
                f"{base.median / one.median:.2f}",
                f"{one.difference:.2g}",
            ]
        )
    columns = ["seconds", "quartiles", "pictures/s", "GFLOP/s", "times the reference", difference]
    return Sheet(timings[0].case, ["", *columns], rows)
