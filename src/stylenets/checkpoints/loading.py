"""Build a network from a file of weights, checked before memory is taken for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from stylenets.checkpoints.network import Description, Network, check_metadata
from stylenets.checkpoints.reading import locate, read_weights
from stylenets.errors import UserError
from stylenets.nets import NETS


def load(path: str | Path) -> Network:
    """Read a network; nothing in the file is executed.

    Args:
        path: A ``.safetensors``, a Lightning checkpoint (its averaged weights if it has any), a
            fast_neural_style state dict, or a run's folder.

    Returns:
        The network in eval mode, float32, on the CPU.

    Raises:
        UserError: It is missing, damaged, of another kind, or not finite.

    Example:
        >>> from stylenets import assets, checkpoints
        >>> network = checkpoints.load(assets.network_file("six"))
        >>> network.name, network.styles[:2]
        ('cin', ['swirl', 'glass'])
    """
    path = locate(path)
    metadata, tensors = read_weights(path)
    failed = f"cannot load {path}"
    description = check_metadata(failed, metadata)
    net = _build_on_meta(description)
    _check_tensors(failed, path.stat().st_size, description, net, tensors)
    # A copy, since the tensors may be mapped from a file that somebody overwrites.
    copies = {key: value.to(torch.float32, copy=True) for key, value in tensors.items()}
    net.load_state_dict(copies, assign=True)
    return Network(net.eval(), *description, metadata.get("vgg"), metadata.get("training"))


class _NoValues(TorchFunctionMode):
    """On the meta device ``normal_`` does nothing, and would import torch's compiler: 2 s."""

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if function.__name__ == "normal_":
            return args[0] if args else kwargs["tensor"]
        return function(*args, **kwargs)


def _build_on_meta(description: Description) -> nn.Module:
    """The network without memory for its weights."""
    with torch.device("meta"), _NoValues():
        return NETS[description.name](**description.net_args)


def _check_tensors(
    failed: str, size: int, description: Description, net: nn.Module, tensors: dict[str, Any]
) -> None:
    """Compare names, shapes and values of a file of ``size`` bytes with what ``net`` needs."""
    network = f"a {description.name} network {description.net_args}"
    expected = {key: value.shape for key, value in net.state_dict().items()}
    different = sorted(map(str, expected.keys() ^ tensors.keys()))
    if different:
        raise UserError(f"{failed}: not the weights of {network} (see {different[0]!r:.80})")
    for key, value in tensors.items():
        if not is_plain(value) or value.shape != expected[key]:
            shape = tuple(expected[key])
            raise UserError(f"{failed}: {key} is not a {shape} tensor, as {network} needs")
    claimed = sum(value.numel() * value.element_size() for value in tensors.values())
    if claimed > size:  # strides of 0 can claim any size
        raise UserError(f"{failed}: its tensors are larger than the file")
    if not all_finite(tensors):
        raise UserError(f"{failed}: some weights are not finite; the training diverged")


def is_plain(value: Any) -> bool:
    """Whether it is a tensor of numbers in memory, as weights are."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and value.device.type == "cpu"
        and value.is_floating_point()
    )


def all_finite(tensors: dict[str, Tensor]) -> bool:
    """Whether every number of every tensor is finite."""
    return all(bool(value.isfinite().all()) for value in tensors.values())
