"""The one place that reads and writes weights: plain data only, checked before memory is taken, written whole or not at all."""

import inspect
import json
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_safetensors
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from stylenets import files
from stylenets.errors import UserError
from stylenets.nets import NETS

FORMAT = 1
# the arguments a file may give a network, and their bounds
LIMITS = {
    "styles": (1, 4096),
    "width": (1, 512),
    "blocks": (0, 64),
    "level": (2, 4),
    "depth": (16, 19),
    "norm": (0, 1),
}
DAMAGE = (
    pickle.UnpicklingError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    EOFError,
    OSError,
)
DAMAGE += (ArithmeticError, MemoryError, struct.error)  # a damaged pickle may raise any of these
FORBIDDEN = re.compile(
    r"[\\/]|^\.|^$|.{201}"
)  # in a style's name, which becomes part of a file's name


@dataclass(frozen=True)
class Network:
    """A stylization network with what must be known to rebuild and use it; ``load`` gives ``net`` in eval mode, float32, on the CPU.

    ``name``: its name in ``NETS``; ``net_args``: its constructor's arguments; ``styles``: names in the order of the style weights;
    ``vgg``: which loss network it was trained with; ``training``: what was run, for how long, on what (plain values only).
    """

    net: nn.Module
    name: str
    net_args: dict[str, int]
    styles: list[str]
    vgg: Any = None
    training: dict[str, Any] | None = None

    def metadata(self) -> dict[str, Any]:
        """The plain dict kept in a safetensors header (as JSON) and under "stylenets" in a Lightning checkpoint."""
        fields = {
            "format": FORMAT,
            "net": self.name,
            "net_args": dict(self.net_args),
            "styles": list(self.styles),
        }
        return fields | {"vgg": self.vgg, "training": self.training or {}}


def load(path: str | Path) -> Network:
    """Read a ``.safetensors``, a Lightning checkpoint (EMA weights if it has any), a fast_neural_style state dict, or a run's folder.

    Nothing in the file is executed. Raises UserError for whatever is missing, damaged, of another kind, or not finite.
    """
    path = locate(path)
    metadata, tensors = (
        _read_safetensors(path) if path.suffix == ".safetensors" else _read_torch(path)
    )
    return _build(path, metadata, tensors)


def save(path: str | Path, network: Network, half: bool = True) -> None:
    """Write ``network`` as safetensors, float16 unless ``half`` is False. Raises UserError where unwritable or not finite."""
    _check_metadata(f"not written: {path}", network.metadata())
    dtype = torch.float16 if half else torch.float32
    tensors = {
        name: value.detach().to("cpu", dtype).contiguous()
        for name, value in network.net.state_dict().items()
    }
    if not all(value.isfinite().all() for value in tensors.values()):
        raise UserError(
            f"not written: {path}: the network's weights are not finite in {dtype}; the training diverged"
        )
    header = {"stylenets": json.dumps(network.metadata())}
    files.write_bytes(path, to_safetensors(tensors, header))


def atomic_write(path: str | Path, writer: Callable[[BinaryIO], Any]) -> None:
    """Call ``writer`` on a file beside ``path``, flush it to disk and move it there: a kill leaves the old file or the new one.

    Raises UserError where it cannot be written.
    """
    buffer = BytesIO()
    try:
        writer(buffer)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
    files.write_bytes(path, buffer.getbuffer())


def locate(path: str | Path) -> Path:
    """The weights file meant by a file or a run's folder: ``network.safetensors``, ``checkpoints/last.ckpt``, or the newest checkpoint."""
    path = Path(path)
    if path.is_dir():
        checkpoints = [*path.glob("checkpoints/*.ckpt"), *path.glob("*.ckpt")]
        newest_first = sorted(
            checkpoints, key=lambda checkpoint: checkpoint.lstat().st_mtime, reverse=True
        )
        files = [
            p
            for p in (path / "network.safetensors", path / "checkpoints/last.ckpt", *newest_first)
            if p.is_file()
        ]
        if not files:
            raise UserError(
                f"no network.safetensors and no checkpoint in {path}; give a run's folder or a file"
            )
        return files[0]
    if not path.is_file():
        raise UserError(f"no such checkpoint: {path}")
    return path


def load_plain(path: str | Path, map_location: Any = "cpu", mmap: bool = False) -> Any:
    """``torch.load`` of tensors and plain values only, whatever the environment says. Raises UserError where that fails."""
    path = locate(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a TorchScript file warns before it is refused
            mapped = mmap and zipfile.is_zipfile(
                path
            )  # files from before torch 1.6 cannot be mapped
            return torch.load(path, map_location=map_location, weights_only=True, mmap=mapped)
    except DAMAGE as error:
        reason = (
            "it holds objects other than plain weights"
            if "GLOBAL" in str(error)
            else "it is damaged or no checkpoint"
        )
        raise UserError(
            f"cannot load {path}: {reason}; give a .safetensors, .ckpt or .pth file of weights"
        ) from error


def _read_safetensors(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            header = (file.metadata() or {}).get("stylenets")
            names = file.keys()  # the file itself is no iterable
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, *DAMAGE) as error:
        raise UserError(f"cannot load {path}: it is damaged or no safetensors file") from error
    if header is None:
        raise UserError(
            f"cannot load {path}: its header has no 'stylenets' entry; it was not written by stylenets"
        )
    try:
        return json.loads(header), tensors
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"cannot load {path}: the 'stylenets' entry of its header is not JSON"
        ) from error


def _read_torch(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    content = load_plain(path, mmap=True)
    if not isinstance(content, dict):
        raise UserError(f"cannot load {path}: it holds no state dict")
    if "stylenets" in content and isinstance(state := content.get("state_dict"), dict):
        prefix = "ema." if any(str(key).startswith("ema.") for key in state) else "net."
        return content["stylenets"], {
            key.removeprefix(prefix): state[key] for key in state if str(key).startswith(prefix)
        }
    first = content.get("conv1.conv2d.weight")
    if not isinstance(first, Tensor) or first.ndim != 4:
        raise UserError(
            f"cannot load {path}: neither a stylenets checkpoint nor a fast_neural_style state dict"
        )
    blocks = sum(bool(re.fullmatch(r"res\d+\.conv1\.conv2d\.weight", str(key))) for key in content)
    net_args = {"width": first.shape[0], "blocks": blocks}
    # torch 0.4 stopped keeping these in an instance norm without running statistics; the published files still hold them
    tensors = {
        key: value
        for key, value in content.items()
        if not str(key).endswith((".running_mean", ".running_var"))
    }
    return {
        "format": FORMAT,
        "net": "johnson",
        "net_args": net_args,
        "styles": [path.stem],
    }, tensors


class _NoValues(TorchFunctionMode):
    """On the meta device ``normal_`` has nothing to do, and would import torch's compiler for it, which takes 2 s."""

    def __torch_function__(
        self, function: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if function.__name__ == "normal_":
            return args[0] if args else kwargs["tensor"]
        return function(*args, **kwargs)


def _build(path: Path, metadata: Any, tensors: dict[str, Tensor]) -> Network:
    """The network that ``metadata`` describes, holding ``tensors``; every name and shape is compared on the meta device first."""
    name, net_args, styles = _check_metadata(f"cannot load {path}", metadata)
    with torch.device("meta"), _NoValues():
        net = NETS[name](**net_args)
    expected = {key: value.shape for key, value in net.state_dict().items()}
    different = sorted(map(str, expected.keys() ^ tensors.keys()))
    if different:
        raise UserError(
            f"cannot load {path}: not the weights of a {name} network {net_args} (see {different[0]!r:.80})"
        )
    for key, value in tensors.items():
        if not _is_plain(value) or value.shape != expected[key]:
            raise UserError(
                f"cannot load {path}: {key} is not a {tuple(expected[key])} tensor, as a {name} network {net_args} needs"
            )
    if (
        sum(value.numel() * value.element_size() for value in tensors.values())
        > path.stat().st_size
    ):
        raise UserError(
            f"cannot load {path}: its tensors are larger than the file"
        )  # strides of 0 can claim any size
    if not all(value.isfinite().all() for value in tensors.values()):
        raise UserError(f"cannot load {path}: some weights are not finite; the training diverged")
    # a copy, since the tensors may be mapped from a file that somebody overwrites
    net.load_state_dict(
        {key: value.to(torch.float32, copy=True) for key, value in tensors.items()}, assign=True
    )
    return Network(
        net.eval(), name, net_args, styles, metadata.get("vgg"), metadata.get("training")
    )


def _check_metadata(failed: str, metadata: Any) -> tuple[str, dict[str, int], list[str]]:
    """(net, net_args, styles), each of the right type, within bounds, and fit for one another. Raises UserError that begins with ``failed``."""
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise UserError(
            f"{failed}: its metadata is not of format {FORMAT}; is it from a newer stylenets?"
        )
    name, net_args, styles = (metadata.get(key) for key in ("net", "net_args", "styles"))
    if not isinstance(name, str) or name not in NETS:
        raise UserError(f"{failed}: unknown network {name!r:.80}; known: {', '.join(NETS)}")
    parameters = inspect.signature(NETS[name]).parameters
    required = {
        key for key, parameter in parameters.items() if parameter.default is parameter.empty
    }
    if (
        not isinstance(net_args, dict)
        or not required <= net_args.keys() <= parameters.keys() & LIMITS.keys()
    ):
        raise UserError(
            f"{failed}: a {name} network takes {', '.join(parameters)}, not {net_args!r:.80}"
        )
    for key, value in net_args.items():
        low, high = LIMITS[key]
        if type(value) is not int or not low <= value <= high:
            raise UserError(
                f"{failed}: {key} of the network must be a whole number from {low} to {high}, not {value!r:.80}"
            )
    if not isinstance(styles, list) or not all(
        isinstance(s, str) and s.isprintable() and not FORBIDDEN.search(s) for s in styles
    ):
        raise UserError(
            f"{failed}: its style names are not a list of names that could be part of a file's name"
        )
    count = net_args.get("styles", getattr(NETS[name], "own_styles", 1))
    if len(styles) != count or len(set(styles)) != len(styles):
        raise UserError(f"{failed}: it names {len(styles)} styles, not {count} different ones")
    return name, net_args, styles


def _is_plain(value: Any) -> bool:
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and value.is_floating_point()
    )
