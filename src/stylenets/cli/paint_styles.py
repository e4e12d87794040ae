"""The command ``paint_styles``: draw the six bundled style pictures anew from their seeds."""

import logging
from importlib import import_module
from pathlib import Path

import numpy as np
from omegaconf import DictConfig

from stylenets.cli.entry import run_hydra
from stylenets.errors import UserError

log = logging.getLogger(__name__)

SEEDS = {"swirl": 3, "glass": 3, "woodcut": 3, "points": 2, "facets": 4, "ink": 4}


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(paint, "commands/paint_styles")


def paint(config: DictConfig) -> None:
    """Do what conf/commands/paint_styles.yaml says. Raises UserError for an unknown style or a side under 64 pixels."""
    if unknown := set(config.names) - set(SEEDS):
        raise UserError(
            f"unknown style {', '.join(sorted(unknown))}; the bundled ones are {', '.join(SEEDS)}"
        )
    if not isinstance(config.size, int) or not 64 <= config.size <= 4096:
        raise UserError(f"size={config.size}: between 64 and 4096 pixels a side")
    import torch

    from stylenets import images

    for name in config.names:
        log.info("painting %s, %d pixels a side: some 10 to 20 seconds at 1024", name, config.size)
        picture = import_module(f"stylenets.painting.{name}").paint(
            config.size, np.random.default_rng(SEEDS[name])
        )
        images.write(
            Path(config.out) / f"{name}.jpg",
            torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))),
        )
        log.info("written: %s", Path(config.out) / f"{name}.jpg")
