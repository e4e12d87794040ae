"""Style swap beside its textbook formulation (Chen & Schmidt 2016, fig. 3).

Time, extra memory, and whether the result is the same. Each formulation runs in a fresh process,
which runs this file, so that the one's memory is not the other's.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from stylenets.errors import UserError
from stylenets.evaluation.machine import watch_memory
from stylenets.evaluation.speed.swap_report import SwapComparison, SwapCost
from stylenets.nets.inverse import LEVELS, InverseNet
from stylenets.patches import EPSILON, style_swap
from stylenets.vgg.network import LossNetwork

FEATURES = "features.safetensors"  # what both formulations read
SAME = 1e-4  # features that differ by less, over the largest feature, are the same


def textbook_swap(content: Tensor, style: Tensor, patch: int, stride: int) -> Tensor:
    """The paper's own formulation (sec. 3.1).

    Convolution with all style patches, one-hot argmax, transposed convolution, and division by the
    overlaps.

    Args:
        content: (1, C, H, W) features.
        style: (C, h, w) features.
        patch: Features a side.
        stride: Features between two patches.

    Returns:
        (1, C, H, W).
    """
    windows = style.unfold(1, patch, stride).unfold(2, patch, stride)
    patches = windows.permute(1, 2, 0, 3, 4).reshape(-1, style.shape[0], patch, patch)
    norms = patches.flatten(1).norm(dim=1).clamp_min(EPSILON)
    scores = F.conv2d(content, patches / norms[:, None, None, None], stride=stride)
    chosen = scores.argmax(1, keepdim=True)
    one_hot = scores.zero_().scatter_(1, chosen, 1.0)
    positions = torch.ones_like(chosen, dtype=content.dtype)
    window = content.new_ones(1, 1, patch, patch)
    overlaps = F.conv_transpose2d(positions, window, stride=stride)
    return F.conv_transpose2d(one_hot, patches, stride=stride) / overlaps


FORMULATIONS: dict[str, Callable[[Tensor, Tensor, int, int], Tensor]] = {
    "textbook": textbook_swap,
    "ours": style_swap,
}


def compare_swaps(
    content: Tensor,
    style: Tensor,
    patch: int,
    stride: int,
    repeats: int,
    device: str,
    advance: Callable[[], None],
) -> SwapComparison:
    """Measure both formulations on the same features, each in a process of its own.

    Args:
        content: (1, C, H, W); sides less a patch must be multiples of ``stride``.
        style: (C, h, w), likewise.
        patch: Features a side.
        stride: Features between two patches.
        repeats: The median of so many swaps counts.
        device: Where to swap.
        advance: Called after each formulation.

    Raises:
        UserError: If one does not get through, as a rule for want of memory.
    """
    numbers = [str(number) for number in (patch, stride, repeats)]
    costs = {}
    results = {}
    with TemporaryDirectory() as folder:
        _save_features(Path(folder), content=content, style=style)
        for name in FORMULATIONS:
            costs[name] = _measure_in_process(name, folder, *numbers, device)
            results[name] = load_file(Path(folder) / f"{name}.safetensors")["swapped"]
            advance()
    agreement = _compare_results(results["ours"], results["textbook"])
    shapes = (tuple(content.shape), tuple(style.shape))
    return SwapComparison(*shapes, costs["textbook"], costs["ours"], *agreement)


def _save_features(folder: Path, **features: Tensor) -> None:
    tensors = {name: one.contiguous().cpu() for name, one in features.items()}
    save_file(tensors, folder / FEATURES)


def _compare_results(ours: Tensor, textbook: Tensor) -> tuple[float, float]:
    """The share of the positions that are the same, and the largest difference of a feature."""
    difference = (ours - textbook).abs().amax(1) / textbook.abs().max().clamp_min(EPSILON)
    return float((difference < SAME).float().mean()), float(difference.max())


def _measure_in_process(name: str, *arguments: str) -> SwapCost:
    # -P: a torch.py in the working folder is not what is meant
    command = [sys.executable, "-P", "-m", __name__, name, *arguments, str(torch.get_num_threads())]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise UserError(
            f"the {name} formulation did not get through at this size ({reason}); "
            "give a smaller size="
        )
    return SwapCost(**json.loads(done.stdout.splitlines()[-1]))


@torch.inference_mode()
def measure_swap(
    name: str, folder: Path, patch: int, stride: int, repeats: int, device: str
) -> SwapCost:
    """Run one formulation on the features in ``folder``, and leave its result there.

    The first run, on a corner, is not counted.
    """
    swap = FORMULATIONS[name]
    torch.backends.cudnn.allow_tf32 = False  # rounded correlations would choose other patches
    stored = load_file(folder / FEATURES)
    # a mapped file would count as memory when it is read
    content, style = (stored[key].to(device, copy=True) for key in ("content", "style"))
    corner = patch + 4 * stride
    swap(content[..., :corner, :corner], style[:, :corner, :corner], patch, stride)
    before, peak = watch_memory(device)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        swapped = swap(content, style, patch, stride)
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - start)
    extra = peak() - before
    save_file({"swapped": swapped.contiguous().cpu()}, folder / f"{name}.safetensors")
    return SwapCost(median(seconds), extra)


@torch.inference_mode()
def measure_rest(
    vgg: LossNetwork, layer: str, photo: Tensor, style: Tensor, repeats: int, device: str
) -> SwapCost:
    """What a stylization does beside the swap: both pictures' features, and an inverse network.

    To be called before anything else has used the memory, which would then be found free.

    Args:
        vgg: The loss network; it is moved to ``device``.
        layer: Whose features are swapped.
        photo: (3, H, W).
        style: (3, h, w).
        repeats: The median of so many runs counts.
        device: Where to run.
    """
    vgg = vgg.to(device)
    net = InverseNet(LEVELS[layer], vgg.depth).to(device).eval()  # untrained ones take as long
    before, peak = watch_memory(device)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        features = vgg(photo[None].to(device), [layer])[layer]
        vgg(style[None].to(device), [layer])
        net(features).cpu()
        seconds.append(time.perf_counter() - start)
    return SwapCost(median(seconds), peak() - before)


def _measure_this_process() -> None:
    name, folder, patch, stride, repeats, device, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    cost = measure_swap(name, Path(folder), int(patch), int(stride), int(repeats), device)
    sys.stdout.write(json.dumps(asdict(cost)) + "\n")


if __name__ == "__main__":
    _measure_this_process()
