"""``refine=10`` of the command ``infer``: what a network paints is optimized further."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from torch import Tensor

from stylenets.cli.entry import config_folder
from stylenets.errors import UserError
from stylenets.inference.photo import Photo
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.inference.tiling import Advance
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.optimize.refining import refine
from stylenets.styles import SIX, StyleBank, load_styles, picture_styles


class Refined:
    """A painter whose pictures are optimized further, where all of the style is asked for.

    Args:
        painter: What it begins with; whatever is asked of it besides is its own.
        criterion: What is lowered.
        styles: Names of the criterion's styles.
        steps: Of L-BFGS.
    """

    def __init__(
        self,
        painter: RowStylizer | SwapStylizer,
        criterion: PerceptualLoss,
        styles: Sequence[str],
        steps: int,
    ) -> None:
        self.painter = painter
        self.criterion = criterion
        self.steps = steps
        names = painter.rows if isinstance(painter, RowStylizer) else painter.styles
        self.places = [names.index(style) for style in styles]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.painter, name)

    def bands(
        self,
        photo: Photo,
        weights: Tensor,
        share: float = 1.0,
        advance: Advance = lambda share: None,
    ) -> Iterator[Tensor]:
        """As of the painter; a picture in one band."""
        if photo.is_large:
            size = f"{photo.width} x {photo.height}"
            raise UserError(f"refine= needs memory for a picture as a whole: {size} is too large")
        painted = torch.cat(list(self.painter.bands(photo, weights, share)), 1)
        if share == 1:
            done = weights[self.places]
            painted = refine(
                painted.clone(),
                photo.whole(),
                done,
                self.criterion,
                self.steps,
                lambda: advance(1 / self.steps),
            )
        yield painted


def with_refinement(
    painter: RowStylizer | SwapStylizer, given: Sequence[Path], style_size: int, steps: int
) -> Refined:
    """The same painter, with this many steps of L-BFGS by the objective of ``loss=moments``.

    Args:
        painter: In styles whose pictures are known: the six bundled ones, or files.
        given: The files of style pictures, if any.
        style_size: Shortest side of the style pictures in pixels.
        steps: Of L-BFGS.

    Raises:
        UserError: The styles' pictures are not known, or the loss network cannot be had.
    """
    bank = _known_styles(painter, given, style_size)
    conf = config_folder()
    loss = OmegaConf.merge(OmegaConf.load(conf / "loss/moments.yaml"), {"schedule": None})
    loss.reconstruction_weight = 0.0  # which is of the first steps of a training
    loss.identity_weight = 0.0  # of the photograph's row
    vgg = instantiate(OmegaConf.load(conf / "vgg/vgg19.yaml"))
    criterion = instantiate(loss)(vgg=vgg, styles=bank)
    return Refined(painter, criterion, bank.names, steps)


def _known_styles(
    painter: RowStylizer | SwapStylizer, given: Sequence[Path], style_size: int
) -> StyleBank:
    if given:
        return picture_styles(list(given), style_size, crop=False)
    if not set(painter.styles) <= set(SIX):
        raise UserError(
            "refine= needs the pictures of the styles: give style=painting.jpg, or a network of "
            f"the bundled styles {', '.join(SIX)}"
        )
    return load_styles(names=painter.styles, size=style_size)
