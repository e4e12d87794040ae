"""How fast a GPU trains and stylizes: the reference recipe, and what each step away from it is worth."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stylenets.checkpoints import Network
from stylenets.evaluation import machine
from stylenets.evaluation.speed import reference, timing
from stylenets.evaluation.speed.cpu import OURS, REFERENCE, stepper
from stylenets.inference.stylizer import Stylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report.tables import Sheet
from stylenets.tasks.base import measure

BURST = 10  # steps or passes at a time, so that a GPU is given the next while it does one
Runs = Mapping[str, Callable[[], Tensor]]


@dataclass(frozen=True)
class Timed:
    """A variant's times in seconds for BURST times ``pictures`` pictures, of ``flops`` operations each time as ours has to do them.

    ``peak_bytes``: of memory beyond what was there before. ``difference`` from the reference: the largest of a pixel, of 255, or of the
    loss, relative.
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


def steps(criterion: PerceptualLoss, photos: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Ways to do a step of Adam on photos (B, 3, H, W), a style each, from the same weights -> the loss before it."""
    styles = len(criterion.coefficients)
    weights = torch.eye(styles, device=photos.device)[torch.arange(len(photos)) % styles]
    factors = {name: factor for name, factor in criterion.factors().items() if factor}

    def ours(run: Callable, dtype: torch.dtype | None) -> Callable[[CINNet], dict[str, Tensor]]:
        def losses(net: CINNet) -> dict[str, Tensor]:
            with torch.autocast(photos.device.type, dtype, enabled=dtype is not None):
                terms = run(net, criterion, (photos, weights), (photos, weights), tuple(factors))
            return {name: factors[name] * term for name, term in terms.items()}

        return losses

    graph = torch.compile(measure, dynamic=False, fullgraph=True)
    ways = {
        REFERENCE: (
            lambda net: reference.losses(
                criterion, reference.stylize(net, photos, weights), photos, weights
            ),
            False,
        ),
        "our losses, float32": (ours(measure, None), False),
        "in bfloat16": (ours(measure, torch.bfloat16), False),
        OURS: (ours(graph, torch.bfloat16), True),  # trainer=gpu
    }
    net = CINNet(styles).to(photos.device)
    runs = {
        name: stepper(copy.deepcopy(net), losses, len(photos), fused)
        for name, (losses, fused) in ways.items()
    }
    return runs | {OURS: _with_matmul("high", runs[OURS])}


def passes(network: Network, picture: Tensor, device: str) -> dict[str, Callable[[], Tensor]]:
    """Ways to stylize (3, H, W) in the network's first style -> (1, 3, H, W), or (3, H, W) on the CPU."""
    full, half = network.net.to(device), copy.deepcopy(network.net).to(device, torch.float16)
    graph = torch.compile(half, mode="reduce-overhead", dynamic=False)
    x, weights = picture[None].to(device), torch.eye(full.styles, device=device)[:1]
    x_half, weights_half = x.half(), weights.half()
    stylizer = Stylizer(
        Network(copy.deepcopy(full), network.name, network.net_args, network.styles),
        device,
        torch.float16,
        compiled=True,
    )
    return {
        REFERENCE: lambda: reference.stylize(full, x, weights),
        "in float16": lambda: half(x_half, weights_half),
        OURS: lambda: graph(x_half, weights_half),  # infer.py compile=true
        f"{OURS}, from the CPU and back": lambda: stylizer.stylize(picture, weights[0]),
    }


def train(
    case: str, criterion: PerceptualLoss, photos: Tensor, repeats: int, advance: Callable[[], None]
) -> list[Timed]:
    """Time ``steps`` on photos (B, 3, H, W), at the end of the loss schedule."""
    with FlopCounterMode(display=False) as counter:
        steps(criterion, photos)["our losses, float32"]()
    timed = _timed(
        steps(criterion, photos),
        str(photos.device),
        lambda loss, expected: abs(float(loss / expected) - 1),
        repeats,
        advance,
    )
    return [
        Timed(case, name, *figures, len(photos), counter.get_total_flops())
        for name, *figures in timed
    ]


@torch.inference_mode()
def infer(
    case: str,
    network: Network,
    picture: Tensor,
    device: str,
    repeats: int,
    advance: Callable[[], None],
) -> list[Timed]:
    """Time ``passes`` over (3, H, W)."""
    runs = passes(network, picture, device)
    with FlopCounterMode(display=False) as counter:
        runs["in float16"]()

    def difference(found: Tensor, expected: Tensor) -> float:
        return 255 * float((found.float().to(device) - expected).abs().max())

    timed = _timed(runs, device, difference, repeats, advance)
    return [Timed(case, name, *figures, 1, counter.get_total_flops()) for name, *figures in timed]


def _timed(
    runs: Runs,
    device: str,
    difference: Callable[[Tensor, Tensor], float],
    repeats: int,
    advance: Callable[[], None],
) -> list[tuple[str, list[float], int, float]]:
    """For each of ``runs`` its name, the seconds of bursts, the peak of memory, and the difference of its first result from the first one's."""
    differences, peaks, expected = {}, {}, None
    for name, run in runs.items():
        found = run().clone()  # compiles, where there is something to be compiled
        expected = found if expected is None else expected
        differences[name] = difference(found, expected)
        before, peak = machine.memory(device)
        run()
        peaks[name] = peak() - before
    bursts = {name: partial(_burst, run) for name, run in runs.items()}
    seconds = timing.interleave(bursts, repeats, advance)
    return [(name, seconds[name], peaks[name], differences[name]) for name in runs]


def _burst(run: Callable[[], Tensor]) -> None:
    for _ in range(BURST):
        run()


def _with_matmul(precision: str, run: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """``run`` with products of float32 matrices in that precision (torch.set_float32_matmul_precision)."""

    def with_it() -> Tensor:
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision(precision)
        try:
            return run()
        finally:
            torch.set_float32_matmul_precision(before)

    return with_it


def sheet(timed: Sequence[Timed], limit: float) -> Sheet:
    """A row for each variant; ``limit``: the GFLOP/s of a product of bfloat16 matrices, of which it reaches some share."""
    base, rows = timed[0].rate, []
    for one in timed:
        low, high = (1e3 * value / BURST for value in timing.spread(one.seconds))
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
    columns = [
        "",
        "ms",
        "quartiles",
        "pictures/s",
        "times the reference",
        "TFLOP/s",
        "of the matrix rate",
        "GB",
        "difference",
    ]
    return Sheet(timed[0].case, columns, rows)
