"""Write a network as safetensors."""

import json
from pathlib import Path

import torch
from safetensors.torch import save as to_safetensors

from stylenets import files
from stylenets.checkpoints.network import Network, check_metadata
from stylenets.errors import UserError


def save(path: str | Path, network: Network, half: bool = True) -> None:
    """Write ``network`` as safetensors, whole or not at all.

    Args:
        path: The file.
        network: What to write; nothing is written that ``load`` would refuse.
        half: Keep the weights as float16 instead of float32.

    Raises:
        UserError: The weights are not finite, or the file cannot be written.
    """
    failed = f"not written: {path}"
    check_metadata(failed, network.metadata())
    dtype = torch.float16 if half else torch.float32
    state = network.net.state_dict()
    tensors = {key: value.detach().to("cpu", dtype).contiguous() for key, value in state.items()}
    if not all(value.isfinite().all() for value in tensors.values()):
        raise UserError(
            f"{failed}: the network's weights are not finite in {dtype}; the training diverged"
        )
    header = {"stylenets": json.dumps(network.metadata())}
    files.write_bytes(path, to_safetensors(tensors, header))
