"""How long things take beside each other, and what the machine could do at best.

Variants take turns; medians and quartiles are told.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles

import torch
import torch.nn.functional as F

Action = Callable[[], object]
PAUSE = 0.1  # seconds before each turn: another library's threads, which spin for work, then sleep
QUICK = 0.5  # seconds: what takes less runs once more before it is timed, to have warm caches


def time_in_turns(
    variants: Mapping[str, Action], repeats: int, advance: Callable[[], None] = lambda: None
) -> dict[str, list[float]]:
    """Time variants one after the other, so that a machine that slows down slows all of them.

    Args:
        variants: What to run, by name.
        repeats: How often to time each, after a first run that does not count.
        advance: Called after each run that counts.

    Returns:
        {name: ``repeats`` times in seconds}.
    """
    latest = {name: seconds_of(action) for name, action in variants.items()}
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(repeats):
        for name, action in variants.items():
            time.sleep(PAUSE)
            if latest[name] < QUICK:
                action()
            latest[name] = seconds_of(action)
            seconds[name].append(latest[name])
            advance()
    return seconds


def seconds_of(action: Action) -> float:
    """Seconds until the action is done, on whichever device it ran."""
    start = time.perf_counter()
    action()
    if torch.cuda.is_available():
        for device in range(torch.cuda.device_count()):
            torch.cuda.synchronize(device)
    return time.perf_counter() - start


def quartiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper; of fewer than three values the least and the largest."""
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
    """GFLOP/s of two operations that a machine does well.

    Args:
        device: Where to run them.
        dtype: Of all tensors.
        repeats: The median of so many runs counts.
        side: Of the square matrices whose product is timed.
        batch: Pictures of 128 channels and 128 x 128 pixels in a 3 x 3 convolution, channels last.

    Returns:
        {"matrix product": GFLOP/s, "convolution": GFLOP/s}.
    """
    matrix = torch.randn(side, side, device=device, dtype=dtype)
    x = torch.randn(batch, 128, 128, 128, device=device, dtype=dtype)
    x = x.contiguous(memory_format=torch.channels_last)
    kernel = torch.randn(128, 128, 3, 3, device=device, dtype=dtype)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    actions = {
        "matrix product": lambda: matrix @ matrix,
        "convolution": lambda: F.conv2d(x, kernel, padding=1),
    }
    operations = {"matrix product": 2 * side**3, "convolution": 2 * x.numel() * 128 * 9}
    seconds = time_in_turns(actions, repeats)
    return {name: operations[name] / median(seconds[name]) / 1e9 for name in actions}
