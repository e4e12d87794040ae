"""Which device computes."""

import os
import re

from stylenets.errors import UserError

DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
LOCAL_NUMBERS = ("LOCAL_RANK", "SLURM_LOCALID")  # what torchrun and srun call a process's own
MUST_BE = "must be auto, cpu, mps, cuda or cuda:N"


def own_gpu(count: int) -> str:
    """Of ``count`` GPUs the one for this process, where a launcher has started one for each."""
    number = next((os.environ[name] for name in LOCAL_NUMBERS if name in os.environ), "")
    return f"cuda:{int(number) % count}" if number.isdigit() else "cuda"


def choose_device(name: str) -> str:
    """The device meant by "auto": "cuda" where there is one, else "cpu"; any other as it is.

    Raises:
        UserError: For a device that is not there, or of a kind that is not known.
    """
    import torch  # here, so that mistakes are told without waiting for it

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return own_gpu(count) if count else "cpu"
    if not DEVICE.fullmatch(name):
        raise UserError(f"device={name}: {MUST_BE}")
    if name == "mps" and not torch.backends.mps.is_available():
        raise UserError("device=mps: torch finds no Metal device here; give device=cpu")
    index = int(name.partition(":")[2] or 0)
    if name.startswith("cuda") and index >= count:
        raise UserError(
            f"device={name}: this machine has {count} CUDA devices that torch can use; "
            "give device=cpu"
        )
    return name
