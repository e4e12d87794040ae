"""What a measurement was made on: processor, threads, accelerator and versions; and the memory that it takes."""

import platform
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch

from stylenets import __version__
from stylenets.errors import UserError


def describe(device: str) -> dict[str, str | int]:
    """Plain values for a report of a run on ``device`` ("cpu", "cuda", "cuda:1")."""
    accelerator = (
        {"device": torch.cuda.get_device_name(device)} if device.startswith("cuda") else {}
    )
    return {
        "processor": processor(),
        "threads": torch.get_num_threads(),
        **accelerator,
        "torch": torch.__version__,
        "stylenets": __version__,
        "python": platform.python_version(),
    }


def processor() -> str:
    """The processor's model name; its architecture where the system does not tell."""
    listing = Path(
        "/proc/cpuinfo"
    )  # Linux: platform.processor() says no more than the architecture there
    lines = listing.read_text().splitlines() if listing.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def memory(device: str) -> tuple[int, Callable[[], int]]:
    """Bytes in use now, and what tells the peak from now on: PyTorch's own count on a GPU, the process's resident memory on a CPU.

    Raises UserError where the system does not tell a process's peak (/proc is Linux's).
    """
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
        return torch.cuda.memory_allocated(device), lambda: torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if not status.is_file():
        raise UserError(
            "the memory of a CPU process can be measured on Linux only; give device=cuda"
        )
    with suppress(
        OSError
    ):  # not everywhere allowed; then the peak is that of the process, in which this is the largest thing
        Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak begins anew

    def read(field: str) -> int:
        return next(
            1024 * int(line.split()[1])
            for line in status.read_text().splitlines()
            if line.startswith(field)
        )

    return read("VmRSS:"), lambda: read("VmHWM:")
