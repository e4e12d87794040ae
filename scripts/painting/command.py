"""The command ``paint_styles``: draw the six bundled style pictures anew from their seeds."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from omegaconf import DictConfig

from painting import facets, glass, ink, points, swirl, woodcut
from stylenets.cli.entry import run_hydra
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class Painter(NamedTuple):
    """A function from a side in pixels and a generator to (size, size, 3) in [0, 1]; its seed."""

    paint: Callable[[int, np.random.Generator], np.ndarray]
    seed: int


PAINTERS = {
    "swirl": Painter(swirl.paint, 3),
    "glass": Painter(glass.paint, 3),
    "woodcut": Painter(woodcut.paint, 3),
    "points": Painter(points.paint, 2),
    "facets": Painter(facets.paint, 4),
    "ink": Painter(ink.paint, 4),
}


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(paint_styles, "commands/paint_styles")


def paint_styles(config: DictConfig) -> None:
    """Do what conf/commands/paint_styles.yaml says.

    Raises:
        UserError: A style is unknown, or the side is not from 64 to 4096 pixels.
    """
    unknown = set(config.names) - PAINTERS.keys()
    if unknown:
        names = ", ".join(sorted(unknown))
        raise UserError(f"unknown style {names}; the bundled ones are {', '.join(PAINTERS)}")
    if not isinstance(config.size, int) or not 64 <= config.size <= 4096:
        raise UserError(f"size={config.size}: between 64 and 4096 pixels a side")
    import torch  # here, so that a mistake is told at once

    from stylenets import images

    for name in config.names:
        log.info("painting %s, %d pixels a side: some 10 to 20 seconds at 1024", name, config.size)
        picture = draw(name, config.size)
        path = Path(config.out) / f"{name}.jpg"
        images.write(path, torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))))
        log.info("written: %s", path)


def draw(name: str, size: int) -> np.ndarray:
    """One of the bundled styles, drawn from its seed -> (size, size, 3) in [0, 1]."""
    painter = PAINTERS[name]
    return painter.paint(size, np.random.default_rng(painter.seed))
