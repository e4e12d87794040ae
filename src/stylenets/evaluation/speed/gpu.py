"""How fast a GPU trains and stylizes: the reference recipe, and what each step away is worth."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stylenets.checkpoints import Network
from stylenets.evaluation import machine
from stylenets.evaluation.speed import timing
from stylenets.evaluation.speed.gpu_variants import (
    HALF,
    OUR_LOSSES,
    Variants,
    gpu_pass_variants,
    gpu_step_variants,
)
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report.tables import Sheet

BURST = 10  # steps or passes at a time, so that a GPU is given the next while it does one
COLUMNS = (
    "ms",
    "quartiles",
    "pictures/s",
    "times the reference",
    "TFLOP/s",
    "of the matrix rate",
    "GB",
    "difference",
)


@dataclass(frozen=True)
class GpuTiming:
    """How long one variant takes.

    Args:
        case: What was done, for a title.
        variant: Who did it.
        seconds: One time for each burst of BURST steps or passes.
        peak_bytes: Of memory beyond what was there before.
        difference: From the reference: the largest of a pixel, of 255, or of the loss, relative.
        pictures: How many go through a step or a pass.
        flops: Of a step or a pass, as ours has to do them.
    """

    case: str
    variant: str
    seconds: list[float]
    peak_bytes: int
    difference: float
    pictures: int
    flops: int

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the derived ones too."""
        return asdict(self) | {"pictures_per_second": self.rate, "tflops": self.tflops}

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return BURST * self.pictures / median(self.seconds)

    @property
    def tflops(self) -> float:
        """TFLOP/s."""
        return BURST * self.flops / median(self.seconds) / 1e12


def time_gpu_steps(
    case: str, criterion: PerceptualLoss, photos: Tensor, repeats: int, advance: Callable[[], None]
) -> list[GpuTiming]:
    """Time every way to do a step on photos (B, 3, H, W), at the end of the loss schedule."""
    with FlopCounterMode(display=False) as counter:
        gpu_step_variants(criterion, photos)[OUR_LOSSES]()

    def difference(loss: Tensor, expected: Tensor) -> float:
        return abs(float(loss / expected) - 1)

    variants = gpu_step_variants(criterion, photos)
    device = str(photos.device)
    costs = _time_bursts(variants, device, difference, repeats, advance)
    flops = counter.get_total_flops()
    return [GpuTiming(case, name, *cost, len(photos), flops) for name, cost in costs.items()]


@torch.inference_mode()
def time_gpu_passes(
    case: str,
    network: Network,
    net: CINNet,
    picture: Tensor,
    device: str,
    repeats: int,
    advance: Callable[[], None],
) -> list[GpuTiming]:
    """Time every way to stylize (3, H, W) with a network, whose module is ``net``."""
    variants = gpu_pass_variants(network, net, picture, device)
    with FlopCounterMode(display=False) as counter:
        variants[HALF]()

    def difference(found: Tensor, expected: Tensor) -> float:
        return 255 * float((found.float().to(device) - expected).abs().max())

    costs = _time_bursts(variants, device, difference, repeats, advance)
    flops = counter.get_total_flops()
    return [GpuTiming(case, name, *cost, 1, flops) for name, cost in costs.items()]


def _time_bursts(
    variants: Variants,
    device: str,
    difference: Callable[[Tensor, Tensor], float],
    repeats: int,
    advance: Callable[[], None],
) -> dict[str, tuple[list[float], int, float]]:
    """{variant: (seconds of each burst, bytes at the peak, difference from the first variant)}."""
    differences = {}
    peaks = {}
    expected = None
    for name, run in variants.items():
        found = run().clone()  # compiles, where there is something to be compiled
        expected = found if expected is None else expected
        differences[name] = difference(found, expected)
        before, peak = machine.watch_memory(device)
        run()
        peaks[name] = peak() - before
    bursts = {name: partial(_burst, run) for name, run in variants.items()}
    seconds = timing.time_in_turns(bursts, repeats, advance)
    return {name: (seconds[name], peaks[name], differences[name]) for name in variants}


def _burst(run: Callable[[], Tensor]) -> None:
    for _ in range(BURST):
        run()


def gpu_table(timings: Sequence[GpuTiming], limit: float) -> Sheet:
    """A row for each variant of a case.

    Args:
        timings: Of one case, the reference first.
        limit: GFLOP/s of a product of bfloat16 matrices, of which a variant reaches some share.
    """
    base = timings[0].rate
    rows = []
    for one in timings:
        low, high = (1e3 * value / BURST for value in timing.quartiles(one.seconds))
        rows.append(
            [
                one.variant,
                f"{1e3 * median(one.seconds) / BURST:.2f}",
                f"{low:.2f} to {high:.2f}",
                f"{one.rate:.1f}",
                f"{one.rate / base:.2f}",
                f"{one.tflops:.1f}",
                f"{100e3 * one.tflops / limit:.1f} %",
                f"{one.peak_bytes / 1e9:.2f}",
                f"{one.difference:.2g}",
            ]
        )
    return Sheet(timings[0].case, ["", *COLUMNS], rows)
