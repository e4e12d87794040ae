"""How fast a network stylizes and trains beside the reference recipe and, stylizing, beside ONNX Runtime on the same network."""

import copy
import logging
import tempfile
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from stylenets.errors import UserError
from stylenets.evaluation.speed import reference, timing
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.report.tables import Sheet

REFERENCE, OURS, RUNTIME = "reference recipe", "stylenets", "ONNX Runtime"


@dataclass(frozen=True)
class Timed:
    """A variant's times in seconds for ``pictures`` pictures. ``flops``: of the reference, whatever a variant saves of them.

    ``memory_kept``: whether the process keeps freed memory, as the commands do. ``difference`` from the reference: the largest of a pixel,
    of 255, or of the loss, relative.
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
        return asdict(self) | {
            "median": self.median,
            "pictures_per_second": self.pictures / self.median,
            "gflops": self.gflops,
        }

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)

    @property
    def gflops(self) -> float:
        """GFLOP/s of the reference's operations."""
        return self.flops / self.median / 1e9


def passes(net: CINNet, picture: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Both ways to stylize (3, H, W) in the network's first style -> (1, 3, H, W)."""
    x, weights = picture[None], torch.eye(net.styles)[:1]
    return {REFERENCE: lambda: reference.stylize(net, x, weights), OURS: lambda: net(x, weights)}


def steps(criterion: PerceptualLoss, photos: Tensor) -> dict[str, Callable[[], Tensor]]:
    """Both ways to do a step of Adam on photos (B, 3, H, W), a style each, from the same weights -> the loss before it."""
    styles = len(criterion.coefficients)
    weights = torch.eye(styles)[torch.arange(len(photos)) % styles]
    ways = {
        REFERENCE: lambda net: reference.losses(
            criterion, reference.stylize(net, photos, weights), photos, weights
        ),
        OURS: lambda net: criterion(net(photos, weights), photos, weights),
    }
    net = CINNet(styles)
    return {
        name: stepper(copy.deepcopy(net), losses, len(photos), fused=name == OURS)
        for name, losses in ways.items()
    }


def stepper(
    net: CINNet, losses: Callable[[CINNet], dict[str, Tensor]], pictures: int, fused: bool
) -> Callable[[], Tensor]:
    """A step of Adam on the mean of the ``losses`` of so many pictures -> the loss before it; nothing waits for a GPU."""
    optimizer = torch.optim.Adam(net.parameters(), 1e-3, fused=fused)

    def step() -> Tensor:
        optimizer.zero_grad()
        loss = sum(term.sum() for term in losses(net).values()) / pictures
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


@torch.inference_mode()
def infer(
    case: str,
    net: CINNet,
    picture: Tensor,
    memory_kept: bool,
    repeats: int,
    advance: Callable[[], None],
) -> list[Timed]:
    """Time ``passes`` over (3, H, W), and ONNX Runtime's. Raises UserError where that is not installed."""
    both = passes(net, picture)
    variants = {
        REFERENCE: both[REFERENCE],
        RUNTIME: _onnx_runtime(net, picture[None]),
        OURS: both[OURS],
    }
    with FlopCounterMode(display=False) as counter:
        expected = variants[REFERENCE]()
    differences = {
        name: 255 * float((run() - expected).abs().max()) for name, run in variants.items()
    }
    seconds = timing.interleave(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [
        Timed(case, name, memory_kept, seconds[name], 1, flops, differences[name])
        for name in variants
    ]


def train(
    case: str,
    criterion: PerceptualLoss,
    photos: Tensor,
    memory_kept: bool,
    repeats: int,
    advance: Callable[[], None],
) -> list[Timed]:
    """Time ``steps`` on photos (B, 3, H, W), at the end of the loss schedule."""
    variants = steps(criterion, photos)
    with FlopCounterMode(display=False) as counter:
        expected = variants[REFERENCE]()
    differences = {REFERENCE: 0.0, OURS: abs(float(variants[OURS]() / expected) - 1)}
    seconds = timing.interleave(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [
        Timed(case, name, memory_kept, seconds[name], len(photos), flops, differences[name])
        for name in variants
    ]


def _onnx_runtime(net: CINNet, x: Tensor) -> Callable[[], Tensor]:
    """The network in its first style as ONNX Runtime computes it after its own optimizations, on as many threads as torch."""
    weights = torch.eye(net.styles)[:1]
    try:
        import onnxruntime
        import onnxscript  # noqa: F401  torch's exporter needs it
    except ImportError as error:
        raise UserError(
            "suite=infer compares with ONNX Runtime: pip install 'stylenets[benchmark]'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), redirect_stdout(None):
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        file = Path(folder) / "net.onnx"
        with torch.inference_mode(False):
            torch.onnx.export(
                copy.deepcopy(net), (x.clone(), weights.clone()), file, dynamo=True, verbose=False
            )
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    given = dict(
        zip((one.name for one in session.get_inputs()), (x.numpy(), weights.numpy()), strict=True)
    )
    return lambda: torch.from_numpy(session.run(None, given)[0])


def sheet(timed: Sequence[Timed], what: str) -> Sheet:
    """A row for each variant; times faster than the reference recipe as it comes, in a process that gives freed memory back."""
    base = next(one.median for one in timed if one.variant == REFERENCE and not one.memory_kept)
    rows = []
    for one in timed:
        low, high = timing.spread(one.seconds)
        rows.append(
            [
                f"{one.variant}, memory {'kept' if one.memory_kept else 'given back'}",
                f"{one.median:.3f}",
                f"{low:.3f} to {high:.3f}",
                f"{one.pictures / one.median:.2f}",
                f"{one.gflops:.0f}",
                f"{base / one.median:.2f}",
                f"{one.difference:.2g}",
            ]
        )
    difference = "difference of 255" if what == "infer" else "difference of the loss"
    return Sheet(
        timed[0].case,
        ["", "seconds", "quartiles", "pictures/s", "GFLOP/s", "times the reference", difference],
        rows,
    )
