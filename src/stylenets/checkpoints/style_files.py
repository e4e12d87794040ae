"""A style alone, as a file of a few kilobytes: its rows beside a network's shared weights."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save as to_safetensors
from torch import Tensor

from stylenets import files
from stylenets.checkpoints.loading import all_finite, is_plain
from stylenets.checkpoints.network import Network
from stylenets.checkpoints.reading import read_weights
from stylenets.errors import UserError
from stylenets.nets.any_style import AnyStyleNet
from stylenets.nets.cin import ROWS, CINNet
from stylenets.styles import name_of

SUFFIX = ".safetensors"
KIND = "a style"  # what the metadata of such a file call it


def save_style(path: str | Path, network: Network, style: str) -> None:
    """Write a style of a multi-style network in half precision, whole or not at all.

    Args:
        path: The file; its name without the ending is what the style is called later.
        network: Whose style it is.
        style: Its name there.

    Raises:
        UserError: The network has no rows, or the file cannot be written.
    """
    net = _multi_style(network, f"not written: {path}")
    row = network.styles.index(style)
    tensors = {name: table[row].half().clone() for name, table in _tables(net).items()}
    metadata = {"kind": KIND, "trunk": trunk_digest(net), "training": network.training or {}}
    files.write_bytes(path, to_safetensors(tensors, {"stylenets": json.dumps(metadata)}))


def with_style_files(network: Network, paths: Sequence[Path]) -> Network:
    """The same network with the styles of these files behind its own, named after the files.

    Raises:
        UserError: One is missing, damaged, no style, or of a network with other shared weights; or
            the network has a style of that name.
    """
    if not paths:
        return network
    net = _multi_style(network, f"cannot take {paths[0]}")
    rows = [_read(path, net) for path in paths]
    names = [*network.styles, *map(name_of, paths)]
    if len(set(names)) < len(names):
        twice = max(names, key=names.count)
        raise UserError(f"two styles are called {twice}: rename the style's file")
    whole = network.net
    assert isinstance(whole, AnyStyleNet | CINNet)
    grown = whole.with_rows([*range(net.styles), *(None for _ in rows)]).eval()
    tables = _tables(grown.trunk if isinstance(grown, AnyStyleNet) else grown)
    with torch.no_grad():
        for number, row in enumerate(rows, start=net.styles):
            for name, table in tables.items():
                table[number] = row[name]
    return replace(network, net=grown, net_args=grown.arguments(), styles=names)


def belongs_to(path: Path, network: Network) -> bool:
    """Whether the style of a file is of a network with these shared weights.

    Raises:
        UserError: It is missing, damaged, or no style.
    """
    trunk = network.net.trunk if isinstance(network.net, AnyStyleNet) else network.net
    return isinstance(trunk, CINNet) and _metadata(path)[0]["trunk"] == trunk_digest(trunk)


def check_replaceable(path: Path) -> None:
    """Raises UserError where something else than a style stands where one would be written."""
    if not path.exists():
        return
    try:
        _metadata(path)
    except UserError as error:
        told = f"{path} is there, and is no style file: give out= another folder"
        raise UserError(told) from error


def trunk_digest(net: CINNet) -> str:
    """The sha256 of what all styles of a network share, in half precision."""
    digest = hashlib.sha256()
    for name, value in sorted(net.state_dict().items()):
        if not name.endswith(ROWS):
            digest.update(name.encode())
            digest.update(value.detach().cpu().half().numpy().tobytes())
    return digest.hexdigest()


def _multi_style(network: Network, failed: str) -> CINNet:
    trunk = network.net.trunk if isinstance(network.net, AnyStyleNet) else network.net
    if not isinstance(trunk, CINNet):
        raise UserError(f"{failed}: a network of the kind {network.name} has no rows of styles")
    return trunk


def _tables(net: CINNet) -> dict[str, Tensor]:
    """{name: (S, C)} of the gammas and betas."""
    return {name: table for name, table in net.named_parameters() if name.endswith(ROWS)}


def _read(path: Path, net: CINNet) -> dict[str, Tensor]:
    """The rows in a file, checked: {name: (C,)}."""
    metadata, tensors = _metadata(path)
    if metadata["trunk"] != trunk_digest(net):
        raise UserError(
            f"{path} is a style of another network: give the ckpt= that it was trained on"
        )
    shapes = {name: table.shape[1:] for name, table in _tables(net).items()}
    given = {name: getattr(tensor, "shape", None) for name, tensor in tensors.items()}
    if given != shapes or not all(map(is_plain, tensors.values())) or not all_finite(tensors):
        raise UserError(f"cannot load {path}: its rows are damaged")
    return tensors


def _metadata(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What a file says of itself, and its tensors."""
    if not path.is_file():
        raise UserError(f"no such style file: {path}")
    metadata, tensors = read_weights(path)
    if not isinstance(metadata, dict) or metadata.get("kind") != KIND:
        raise UserError(f"{path} is no style file: a network belongs to ckpt=")
    if not isinstance(metadata.get("trunk"), str):
        raise UserError(f"cannot load {path}: it does not say of which network it is")
    return metadata, tensors
