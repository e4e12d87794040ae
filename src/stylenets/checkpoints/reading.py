"""Read files of weights as plain data; nothing in them is executed or believed."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open
from torch import Tensor

from stylenets.checkpoints.network import FORMAT
from stylenets.errors import UserError
from stylenets.tensor_files import DAMAGE, read_tensors

# Torch 0.4 stopped keeping these in an instance norm without running statistics; the published
# fast_neural_style files still hold them.
RUNNING_STATISTICS = (".running_mean", ".running_var")


class Weights(NamedTuple):
    """What a file says of its network, unchecked, and the tensors under the network's own keys."""

    metadata: Any
    tensors: dict[str, Any]


def locate(path: str | Path) -> Path:
    """The file of weights meant by a file or by a run's folder.

    Of a folder that is ``network.safetensors``, else ``checkpoints/last.ckpt``, else its newest
    checkpoint.

    Raises:
        UserError: There is none.
    """
    path = Path(path)
    if not path.is_dir():
        if path.is_file():
            return path
        raise UserError(f"no such checkpoint: {path}")
    checkpoints = [*path.glob("checkpoints/*.ckpt"), *path.glob("*.ckpt")]
    newest_first = sorted(checkpoints, key=lambda file: file.lstat().st_mtime, reverse=True)
    candidates = [path / "network.safetensors", path / "checkpoints/last.ckpt", *newest_first]
    for file in candidates:
        if file.is_file():
            return file
    raise UserError(
        f"no network.safetensors and no checkpoint in {path}; give a run's folder or a file"
    )


def load_plain(path: str | Path, map_location: Any = "cpu", mmap: bool = False) -> Any:
    """``torch.load`` of tensors and plain values only, whatever the environment says.

    Args:
        path: A file or a run's folder.
        map_location: As of ``torch.load``.
        mmap: Map the file instead of reading it, where it is of the kind that can be mapped.

    Raises:
        UserError: It is missing or damaged, holds anything else, or claims more than its size.
    """
    return read_tensors(locate(path), map_location, mmap)


def read_weights(path: Path) -> Weights:
    """The weights in a file of any kind that is known. Raises UserError as ``load``."""
    return _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)


def _read_safetensors(path: Path) -> Weights:
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get("stylenets")
            names = file.keys()  # the file itself is no iterable
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, *DAMAGE) as error:
        raise UserError(f"cannot load {path}: it is damaged or no safetensors file") from error
    if header is None:
        raise UserError(
            f"cannot load {path}: its header has no 'stylenets' entry;"
            " it was not written by stylenets"
        )
    try:
        return Weights(json.loads(header), tensors)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"cannot load {path}: the 'stylenets' entry of its header is not JSON"
        ) from error


def _read_torch(path: Path) -> Weights:
    content = load_plain(path, mmap=True)
    if not isinstance(content, dict):
        raise UserError(f"cannot load {path}: it holds no state dict")
    state = content.get("state_dict")
    if "stylenets" in content and isinstance(state, dict):
        return Weights(content["stylenets"], _trained(state))
    return _fast_neural_style(path, content)


def _trained(state: dict[Any, Any]) -> dict[str, Any]:
    """The network out of a Lightning task's state dict: its averaged weights if it has any."""
    averaged = any(str(key).startswith("ema.") for key in state)
    prefix = "ema." if averaged else "net."
    return {
        key.removeprefix(prefix): value
        for key, value in state.items()
        if str(key).startswith(prefix)
    }


def _fast_neural_style(path: Path, content: dict[Any, Any]) -> Weights:
    """The widely published state dicts of one style, which say nothing of themselves."""
    first = content.get("conv1.conv2d.weight")
    if not isinstance(first, Tensor) or first.ndim != 4:
        raise UserError(
            f"cannot load {path}: neither a stylenets checkpoint nor a fast_neural_style state dict"
        )
    block = re.compile(r"res\d+\.conv1\.conv2d\.weight")
    metadata = {
        "format": FORMAT,
        "net": "johnson",
        "net_args": {
            "width": first.shape[0],
            "blocks": sum(bool(block.fullmatch(str(key))) for key in content),
        },
        "styles": [path.stem],
    }
    tensors = {
        key: value for key, value in content.items() if not str(key).endswith(RUNNING_STATISTICS)
    }
    return Weights(metadata, tensors)
