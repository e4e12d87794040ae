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
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from stylenets.errors import UserError
from stylenets.evaluation import reference, timing
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
        return asdict(self) | {"median": self.median, "pictures_per_second": self.pictures / self.median, "gflops": self.gflops}

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.seconds)

    @property
    def gflops(self) -> float:
        """GFLOP/s of the reference's operations."""
        return self.flops / self.median / 1e9


@torch.inference_mode()
def infer(case: str, net: CINNet, picture: Tensor, memory_kept: bool, repeats: int, advance: Callable[[], None]) -> list[Timed]:
    """Stylize (3, H, W) in the network's first style. Raises UserError where ONNX Runtime is not installed."""
    x, weights = picture[None], torch.eye(net.styles)[:1]
    runtime = _onnx_runtime(net, x, weights)
    with FlopCounterMode(display=False) as counter:
        expected = reference.stylize(net, x, weights)
    variants = {REFERENCE: lambda: reference.stylize(net, x, weights), RUNTIME: runtime, OURS: lambda: net(x, weights)}
    seconds = timing.interleave(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [
        Timed(case, name, memory_kept, seconds[name], 1, flops, 255 * float((run() - expected).abs().max()))
        for name, run in variants.items()
    ]


def train(
    case: str, criterion: PerceptualLoss, photos: Tensor, memory_kept: bool, repeats: int, advance: Callable[[], None]
) -> list[Timed]:
    """Whole steps of Adam on photos (B, 3, H, W), a style each, from the same weights; at the end of the loss schedule."""
    styles = len(criterion.coefficients)
    weights = torch.eye(styles)[torch.arange(len(photos)) % styles]
    net = CINNet(styles)
    recipe, found = copy.deepcopy(net), {REFERENCE: [], OURS: []}

    def step(name: str, net: nn.Module, optimizer: torch.optim.Optimizer, loss: Callable[[], dict[str, Tensor]]) -> None:
        optimizer.zero_grad()
        total = sum(term.sum() for term in loss().values()) / len(photos)
        total.backward()
        optimizer.step()
        found[name].append(total.item())

    ours, theirs = (torch.optim.Adam(one.parameters(), 1e-3) for one in (net, recipe))
    variants = {
        REFERENCE: lambda: step(REFERENCE, recipe, theirs, lambda: _reference_losses(criterion, recipe, photos, weights)),
        OURS: lambda: step(OURS, net, ours, lambda: criterion(net(photos, weights), photos, weights)),
    }
    with FlopCounterMode(display=False) as counter:
        variants[REFERENCE]()
    variants[OURS]()
    difference = abs(found[OURS][0] / found[REFERENCE][0] - 1)
    seconds = timing.interleave(variants, repeats, advance)
    flops = counter.get_total_flops()
    return [Timed(case, name, memory_kept, seconds[name], len(photos), flops, difference if name == OURS else 0.0) for name in variants]


def _reference_losses(criterion: PerceptualLoss, net: CINNet, photos: Tensor, weights: Tensor) -> dict[str, Tensor]:
    return reference.losses(criterion, reference.stylize(net, photos, weights), photos, weights)


def _onnx_runtime(net: CINNet, x: Tensor, weights: Tensor) -> Callable[[], Tensor]:
    """The network as ONNX Runtime computes it after its own optimizations, on as many threads as torch."""
    try:
        import onnxruntime
        import onnxscript  # noqa: F401  torch's exporter needs it
    except ImportError as error:
        raise UserError("suite=infer compares with ONNX Runtime: pip install stylenets[benchmark]") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), redirect_stdout(None):
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        file = Path(folder) / "net.onnx"
        with torch.inference_mode(False):
            torch.onnx.export(copy.deepcopy(net), (x.clone(), weights.clone()), file, dynamo=True, verbose=False)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    given = dict(zip((one.name for one in session.get_inputs()), (x.numpy(), weights.numpy()), strict=True))
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
    return Sheet(timed[0].case, ["", "seconds", "quartiles", "pictures/s", "GFLOP/s", "times the reference", difference], rows)
