"""What several suites build from the same settings: the loss, a network, a batch."""

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig
from torch import Tensor

from stylenets import assets, checkpoints
from stylenets.checkpoints import Network
from stylenets.cli.photos import read_photos
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank


def build_criterion(config: DictConfig, styles: StyleBank | None = None) -> PerceptualLoss:
    """The training objective of ``config.loss``, for its own styles where none are given."""
    bank = instantiate(config.styles) if styles is None else styles
    criterion: PerceptualLoss = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=bank)
    return criterion


def load_network(config: DictConfig, name: str | None = None, default: str = "six") -> Network:
    """The network called ``name``, else the one of ``ckpt=``, else the bundled ``default``."""
    return checkpoints.load(assets.network_file(name or config.ckpt or default))


def read_batch(config: DictConfig, count: int, size: int) -> Tensor:
    """(count, 3, size, size) of the first photographs, again from the first where they end."""
    photos = list(read_photos(config.photos, count, size).values())
    return torch.stack([photos[k % len(photos)] for k in range(count)])


def step_name(case: DictConfig) -> str:
    """What a training step is called in tables."""
    return f"a step on {case.batch} pictures of {case.size} px"
