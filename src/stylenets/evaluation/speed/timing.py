"""How long things take beside each other: variants in turn, medians and quartiles, and what the machine could do at best."""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles

import torch
import torch.nn.functional as F

Run = Callable[[], object]
PAUSE = 0.1  # seconds before each turn: by then the threads of another library, which wait for more work by spinning, sleep
QUICK = 0.5  # seconds: what takes less is called once more before it is timed, so that caches are as in a stream of pictures


def interleave(
    variants: Mapping[str, Run], repeats: int, advance: Callable[[], None] = lambda: None
) -> dict[str, list[float]]:
    """{name: ``repeats`` times in seconds}. The variants take turns, so that a machine that slows down slows all; first calls do not count."""
    seconds: dict[str, list[float]] = {name: [_timed(run)] for name, run in variants.items()}
    for _ in range(repeats):
        for name, run in variants.items():
            time.sleep(PAUSE)
            if seconds[name][-1] < QUICK:
                run()
            seconds[name].append(_timed(run))
            advance()
    return {name: times[1:] for name, times in seconds.items()}


def _timed(run: Run) -> float:
    start = time.perf_counter()
    run()
    for device in range(
        torch.cuda.device_count() if torch.cuda.is_available() else 0
    ):  # whichever of them it ran on
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """The quartiles; of fewer than three values the least and the largest."""
    if len(seconds) < 3:
        return min(seconds), max(seconds)
    lower, _, upper = quantiles(seconds, n=4, method="inclusive")
    return lower, upper


@torch.inference_mode()
def machine_rates(
    device: str,
    dtype: torch.dtype = torch.float32,
    repeats: int = 5,
    side: int = 2048,
    batch: int = 4,
) -> dict[str, float]:
    """GFLOP/s of a product of square matrices, and of a 3 x 3 convolution of 128 channels, channels last, over 128 x 128 pixels."""
    matrix = torch.randn(side, side, device=device, dtype=dtype)
    x = torch.randn(batch, 128, 128, 128, device=device, dtype=dtype).contiguous(
        memory_format=torch.channels_last
    )
    kernel = torch.randn(128, 128, 3, 3, device=device, dtype=dtype).contiguous(
        memory_format=torch.channels_last
    )
    runs = {
        "matrix product": lambda: matrix @ matrix,
        "convolution": lambda: F.conv2d(x, kernel, padding=1),
    }
    work = {"matrix product": 2 * side**3, "convolution": 2 * x.numel() * 128 * 9}
    return {
        name: work[name] / median(seconds) / 1e9
        for name, seconds in interleave(runs, repeats).items()
    }
