"""What a measurement was made on: processor, threads, accelerator, versions; and its memory."""

import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from stylenets import __version__
from stylenets.errors import UserError

CPU_LISTING = Path("/proc/cpuinfo")  # Linux, where platform.processor() tells the architecture only
PROCESS_STATUS = Path("/proc/self/status")
PROCESS_PEAK = Path("/proc/self/clear_refs")


def describe_machine(device: str) -> dict[str, str | int]:
    """Plain values for a report of a run on ``device``: "cpu", "cuda" or "cuda:1"."""
    accelerator: dict[str, str] = {}
    if device.startswith("cuda"):
        accelerator["device"] = torch.cuda.get_device_name(device)
    return {
        "processor": processor_name(),
        "threads": torch.get_num_threads(),
        **accelerator,
        "torch": torch.__version__,
        "stylenets": __version__,
        "python": platform.python_version(),
    }


def processor_name() -> str:
    """The processor's model name; its architecture where the system does not tell."""
    lines = CPU_LISTING.read_text().splitlines() if CPU_LISTING.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def watch_memory(device: str) -> tuple[int, Callable[[], int]]:
    """Begin to watch how much memory is used.

    Args:
        device: On a GPU PyTorch's own count is watched, on a CPU the process's resident memory.

    Returns:
        Bytes in use now, and what tells the peak from now on.

    Raises:
        UserError: If the system does not tell a process's peak, as only Linux does.
    """
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
        return torch.cuda.memory_allocated(device), lambda: torch.cuda.max_memory_allocated(device)
    if not PROCESS_STATUS.is_file():
        raise UserError(
            "the memory of a CPU process can be measured on Linux only; give device=cuda"
        )
    # Where this is not allowed the peak is the process's own, of which this is the largest thing.
    with suppress(OSError):
        PROCESS_PEAK.write_text("5")  # proc(5): the peak begins anew
    return _bytes_of("VmRSS:"), lambda: _bytes_of("VmHWM:")


def _bytes_of(field: str) -> int:
    lines = PROCESS_STATUS.read_text().splitlines()
    (kilobytes, *_) = (line.split()[1] for line in lines if line.startswith(field))
    return 1024 * int(kilobytes)
