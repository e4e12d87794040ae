"""What several suites build from the same settings: the loss, a network, a batch."""

from pathlib import Path

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets import assets, checkpoints
from stylenets.checkpoints import Network
from stylenets.cli.photos import read_photos
from stylenets.errors import UserError
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet
from stylenets.styles import StyleBank


def build_criterion(config: DictConfig, styles: StyleBank | None = None) -> PerceptualLoss:
    """The training objective of ``config.loss``, for its own styles where none are given."""
    bank = instantiate(config.styles) if styles is None else styles
    criterion: PerceptualLoss = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=bank)
    return criterion


def chosen_network(config: DictConfig, name: str | None = None, default: str = "six") -> Path:
    """Where the network called ``name`` is, else the one of ``ckpt=``, else the bundled default."""
    if OmegaConf.is_list(config.ckpt):
        raise UserError(f"ckpt={config.ckpt}: suite={config.suite} takes a single network")
    return assets.network_file(str(name or config.ckpt or default))


def load_multi_style(file: Path, suite: str) -> tuple[Network, CINNet]:
    """A network whose reference recipe is known, and the module in it.

    Raises:
        UserError: If it is no multi-style network.
    """
    network = checkpoints.load(file)
    net = network.net
    if not isinstance(net, CINNet):
        raise UserError(
            f"suite={suite} measures multi-style networks, and {file} holds one of another family: "
            f"{network.family}"
        )
    return network, net


def read_batch(config: DictConfig, count: int, size: int) -> Tensor:
    """(count, 3, size, size) of the first photographs, again from the first where they end."""
    photos = list(read_photos(config.photos, count, size).values())
    return torch.stack([photos[k % len(photos)] for k in range(count)])


def step_name(case: DictConfig) -> str:
    """What a training step is called in tables."""
    return f"a step on {case.batch} pictures of {case.size} px"
