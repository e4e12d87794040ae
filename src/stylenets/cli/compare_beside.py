"""``beside=`` of compare.py: what paints the same pictures, and is no run.

A row that is polished, an optimization of every picture, and networks of others.
"""

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from stylenets.checkpoints import Network, save_style
from stylenets.cli.infer.polish import with_polished_rows
from stylenets.errors import UserError
from stylenets.evaluation.networks.entry import Entry
from stylenets.evaluation.networks.network_entry import polished_entry
from stylenets.evaluation.quality.optimization import optimization_entry
from stylenets.evaluation.quality.peers import PEERS, peer_entry
from stylenets.nets.any_style import AnyStyleNet
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


def entries_beside(
    config: DictConfig,
    networks: Mapping[str, Network],
    entries: Sequence[Entry],
    bank: StyleBank,
    device: str,
) -> list[Entry]:
    """What ``config.beside`` names, in that order.

    Args:
        config: conf/compare.yaml, checked.
        networks: The networks by name.
        entries: These as entries, in their order.
        bank: The compared styles.
        device: Where it is to compute.

    Raises:
        UserError: If one cannot be had.
    """
    peers = {name: _peer(name, bank) for name in config.beside if name in PEERS}  # told at once
    found: list[Entry] = []
    for name in config.beside:
        if name in peers:
            found.append(peers[name])
        elif name == "optimization":
            found.append(optimizer(config, bank, device))
        else:
            found += polish_each(config, networks, entries, bank, device)
    return found


def _peer(name: str, bank: StyleBank) -> Entry:
    try:
        return peer_entry(name, bank)
    except UserError as error:
        raise UserError(f"beside=[{name}]: {error}; beside=[] leaves it out") from error


def optimizer(config: DictConfig, bank: StyleBank, device: str) -> Entry:
    """L-BFGS on each picture."""
    vgg = instantiate(config.objective.vgg)
    criterion = instantiate(config.objective.loss)(vgg=vgg, styles=bank).to(device)
    chosen = config.optimization
    return optimization_entry(criterion, bank.names, chosen.iterations, chosen.photos)


def polish_each(
    config: DictConfig,
    networks: Mapping[str, Network],
    entries: Sequence[Entry],
    bank: StyleBank,
    device: str,
) -> list[Entry]:
    """Every network that predicts rows, with a polished row for each compared style.

    Raises:
        UserError: If there is none.
    """
    vgg = instantiate(config.objective.vgg)
    found = []
    for predicted, network in zip(entries, networks.values(), strict=True):
        if isinstance(network.net, AnyStyleNet):
            network.net.to("cpu")  # where rows are polished
            found.append(polish_rows(predicted, network, bank, config.polished.steps, vgg, device))
    if not found:
        raise UserError("beside=[polished]: none of runs= predicts rows; runs=[any] does")
    return found


def polish_rows(
    predicted: Entry, network: Network, bank: StyleBank, steps: int, vgg: LossNetwork, device: str
) -> Entry:
    """A network with a row for each style of the bank, each polished by itself and timed."""
    polished = {}
    start = time.perf_counter()
    for name, picture in zip(bank.names, bank.pictures, strict=True):
        polished[name] = with_polished_rows(
            network, StyleBank([name], [picture], [1.0]), steps, vgg
        )
    seconds = (time.perf_counter() - start) / len(bank)
    name = bank.names[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "style.safetensors")
        save_style(file, polished[name], name)
        size = file.stat().st_size
    return polished_entry(predicted, polished, seconds, size, device)
