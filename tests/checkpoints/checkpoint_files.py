"""Files of weights, as they are written and as others could write them."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from stylenets.checkpoints import Network

ARGS = {"styles": 2, "width": 8, "blocks": 1}


def lightning(network: Network, **parts: dict[str, torch.Tensor]) -> dict:
    state = {
        f"{part}.{key}": value for part, tensors in parts.items() for key, value in tensors.items()
    }
    return {
        "state_dict": state,
        "stylenets": network.metadata(),
        "epoch": 3,
        "optimizer_states": [],
    }


def with_header(path: Path, network: Network, **changes: object) -> Path:
    save_file(
        network.net.state_dict(), path, {"stylenets": json.dumps(network.metadata() | changes)}
    )
    return path
