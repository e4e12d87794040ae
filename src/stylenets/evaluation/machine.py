"""What a measurement was made on: processor, threads, accelerator and versions."""

import platform
from pathlib import Path

import torch

from stylenets import __version__


def describe(device: str) -> dict[str, str | int]:
    """Plain values for a report of a run on ``device`` ("cpu", "cuda", "cuda:1")."""
    accelerator = {"device": torch.cuda.get_device_name(device)} if device.startswith("cuda") else {}
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
    listing = Path("/proc/cpuinfo")  # Linux: platform.processor() says no more than the architecture there
    lines = listing.read_text().splitlines() if listing.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
