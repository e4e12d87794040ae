"""Which device computes."""

import re

from stylenets.errors import UserError

DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
MUST_BE = "must be auto, cpu, mps, cuda or cuda:N"


def choose_device(name: str) -> str:
    """The device meant by "auto": "cuda" where there is one, else "cpu"; any other as it is.

    Raises:
        UserError: For a device that is not there, or of a kind that is not known.
    """
    import torch  # here, so that mistakes are told without waiting for it

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda" if count else "cpu"
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
