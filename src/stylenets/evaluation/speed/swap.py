"""Style swap beside its textbook formulation (Chen & Schmidt 2016, fig. 3): time, extra memory, and whether the result is the same.

Each formulation runs in a fresh process, this file, so that the one's memory is not the other's.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from stylenets.errors import UserError
from stylenets.evaluation.machine import memory
from stylenets.nets.inverse import LEVELS, InverseNet
from stylenets.patches import EPSILON, style_swap
from stylenets.report.tables import Sheet
from stylenets.vgg.network import LossNetwork


@dataclass(frozen=True)
class Measurement:
    """Median seconds of a swap, and bytes of peak memory beyond what was in use before it, its result included."""

    seconds: float
    extra_bytes: int


@dataclass(frozen=True)
class Comparison:
    """Both formulations on the same features (1, C, H, W) and (C, h, w)."""

    content: tuple[int, ...]
    style: tuple[int, ...]
    textbook: Measurement
    ours: Measurement
    same_positions: float  # share of the positions whose features agree to 1e-4 of the largest
    largest_difference: float  # of a feature, over the largest feature
    rest: Measurement | None = (
        None  # what else a stylization does: both pictures' features, and the inverse network
    )

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the ratios included."""
        ratios = {"times_faster": self.times_faster, "memory_ratio": self.memory_ratio}
        whole = (
            None
            if self.rest is None
            else dict(zip(("ours", "textbook"), map(asdict, self.whole()), strict=True))
        )
        return asdict(self) | ratios | {"whole_stylization": whole}

    def whole(self) -> tuple[Measurement, Measurement] | None:
        """A whole stylization with ours and with the textbook's swap: the seconds add up, the memory is that of the larger part."""
        if self.rest is None:
            return None
        parts = [(swap, self.rest) for swap in (self.ours, self.textbook)]
        return tuple(
            Measurement(sum(part.seconds for part in both), max(part.extra_bytes for part in both))
            for both in parts
        )

    @property
    def times_faster(self) -> float:
        """Seconds of the textbook's over ours."""
        return self.textbook.seconds / self.ours.seconds

    @property
    def memory_ratio(self) -> float:
        """Extra bytes of the textbook's over ours."""
        return self.textbook.extra_bytes / max(1, self.ours.extra_bytes)

    def sheet(self) -> Sheet:
        """The same as a table."""
        rows = _rows("", self.textbook, self.ours)
        if self.rest is not None:
            ours, textbook = self.whole()
            rows += [
                ["both features and inverse network", *_cells(self.rest)],
                *_rows("whole stylization, ", textbook, ours),
            ]
        size = f"{' x '.join(map(str, self.content[1:]))} by {' x '.join(map(str, self.style))}"
        title = f"Style swap of {size} features: {100 * self.same_positions:.3f} % of the positions are the same"
        return Sheet(title, ["formulation", "seconds", "extra MB"], rows)


def _rows(what: str, textbook: Measurement, ours: Measurement) -> list[list[str]]:
    ratio = [
        f"{textbook.seconds / ours.seconds:.1f}",
        f"{textbook.extra_bytes / max(1, ours.extra_bytes):.1f}",
    ]
    return [
        [f"{what}textbook", *_cells(textbook)],
        [f"{what}ours", *_cells(ours)],
        [f"{what}textbook / ours", *ratio],
    ]


def _cells(measured: Measurement) -> list[str]:
    return [f"{measured.seconds:.3f}", f"{measured.extra_bytes / 1e6:.1f}"]


def textbook_swap(content: Tensor, style: Tensor, patch: int, stride: int) -> Tensor:
    """Convolution with all style patches, one-hot argmax, transposed convolution, division by the overlaps: the paper's own formulation."""
    windows = style.unfold(1, patch, stride).unfold(2, patch, stride)
    patches = windows.permute(1, 2, 0, 3, 4).reshape(-1, style.shape[0], patch, patch)
    norms = patches.flatten(1).norm(dim=1).clamp_min(EPSILON)
    scores = F.conv2d(content, patches / norms[:, None, None, None], stride=stride)
    chosen = scores.argmax(1, keepdim=True)
    one_hot = scores.zero_().scatter_(1, chosen, 1.0)
    overlaps = F.conv_transpose2d(
        torch.ones_like(chosen, dtype=content.dtype),
        content.new_ones(1, 1, patch, patch),
        stride=stride,
    )
    return F.conv_transpose2d(one_hot, patches, stride=stride) / overlaps


FORMULATIONS: dict[str, Callable[[Tensor, Tensor, int, int], Tensor]] = {
    "textbook": textbook_swap,
    "ours": style_swap,
}


def compare(
    content: Tensor,
    style: Tensor,
    patch: int,
    stride: int,
    repeats: int,
    device: str,
    advance: Callable[[], None],
) -> Comparison:
    """Measure both on content (1, C, H, W) and style (C, h, w); sides less a patch must be multiples of ``stride``.

    Raises UserError where a formulation does not get through, for want of memory as a rule.
    """
    measured, results = {}, {}
    with TemporaryDirectory() as folder:
        save_file(
            {"content": content.contiguous().cpu(), "style": style.contiguous().cpu()},
            Path(folder) / "features.safetensors",
        )
        for name in FORMULATIONS:
            arguments = [
                name,
                folder,
                str(patch),
                str(stride),
                str(repeats),
                device,
                str(torch.get_num_threads()),
            ]
            done = subprocess.run(
                [sys.executable, "-m", __name__, *arguments],
                check=False,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
                raise UserError(
                    f"the {name} formulation did not get through at this size ({reason}); give a smaller size="
                )
            measured[name] = Measurement(**json.loads(done.stdout.splitlines()[-1]))
            results[name] = load_file(Path(folder) / f"{name}.safetensors")["swapped"]
            advance()
    difference = (results["ours"] - results["textbook"]).abs().amax(1) / results[
        "textbook"
    ].abs().max().clamp_min(EPSILON)
    same = float((difference < 1e-4).float().mean())
    shapes = tuple(content.shape), tuple(style.shape)
    return Comparison(
        *shapes, measured["textbook"], measured["ours"], same, float(difference.max())
    )


@torch.inference_mode()
def measure(
    name: str, folder: Path, patch: int, stride: int, repeats: int, device: str
) -> Measurement:
    """Run one formulation on the features in ``folder`` and leave its result there; the first run, on a corner, is not counted."""
    swap = FORMULATIONS[name]
    torch.backends.cudnn.allow_tf32 = False  # rounded correlations would choose other patches
    stored = load_file(folder / "features.safetensors")
    features = {
        key: value.to(device, copy=True) for key, value in stored.items()
    }  # a mapped file would count as memory when read
    corner = patch + 4 * stride
    swap(
        features["content"][..., :corner, :corner],
        features["style"][:, :corner, :corner],
        patch,
        stride,
    )
    before, peak = memory(device)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        swapped = swap(features["content"], features["style"], patch, stride)
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - start)
    extra = peak() - before
    save_file({"swapped": swapped.contiguous().cpu()}, folder / f"{name}.safetensors")
    return Measurement(median(seconds), extra)


@torch.inference_mode()
def measure_rest(
    vgg: LossNetwork, layer: str, photo: Tensor, style: Tensor, repeats: int, device: str
) -> Measurement:
    """What a stylization of (3, H, W) does beside the swap: features of photo and style, and an inverse network, here an untrained one.

    To be called before anything else has used the memory, which would then be found free.
    """
    vgg, net = vgg.to(device), InverseNet(LEVELS[layer], vgg.depth).to(device).eval()
    seconds, (before, peak) = [], memory(device)
    for _ in range(repeats):
        start = time.perf_counter()
        features = vgg(photo[None].to(device), [layer])[layer]
        vgg(style[None].to(device), [layer])
        net(features).cpu()
        seconds.append(time.perf_counter() - start)
    return Measurement(median(seconds), peak() - before)


def _process() -> None:
    name, folder, patch, stride, repeats, device, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    measured = measure(name, Path(folder), int(patch), int(stride), int(repeats), device)
    sys.stdout.write(json.dumps(asdict(measured)) + "\n")


if __name__ == "__main__":
    _process()
