"""The training objective as a yardstick: every picture made from one photograph is measured by the losses networks are trained with."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from stylenets.losses import functional
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.optimize.loop import Objective

END = 10**9  # a training step after the end of every loss schedule


class Yardstick:
    """``criterion`` at the end of its schedule against one (3, H, W) photograph, whose features are computed once.

    Styles are indices into those of ``criterion``, in one list for all: a picture's features are computed once for all of them, too.
    """

    def __init__(self, criterion: PerceptualLoss, photo: Tensor) -> None:
        self.criterion, self.photo = criterion, photo[None].to(criterion.coefficients.device)
        self.weights = {
            name: weight * criterion.schedule.factor(name, END)
            for name, weight in criterion.weights.items()
        }
        with torch.no_grad():
            self.targets = criterion.vgg(self.photo, criterion.content)

    def losses(self, picture: Tensor, styles: Sequence[int]) -> dict[str, Tensor]:
        """(1, 3, H, W) -> losses of weight 1: {"content": (1,), "style": (S',)} of S' styles; "tv" and "reconstruction" where in use."""
        criterion, picture = self.criterion, picture.to(self.photo.device)
        features = criterion.vgg(picture, {**criterion.content, **criterion.style})
        content = [
            weight
            * functional.feature_reconstruction(
                features[layer], self.targets[layer], criterion.relative_content
            )
            for layer, weight in criterion.content.items()
        ]
        style = [
            weight
            * functional.style_reconstruction(
                features[layer], getattr(criterion, f"gram_{layer}")[styles], criterion.variant
            )
            for layer, weight in criterion.style.items()
        ]
        losses = {"content": sum(content), "style": sum(style)}
        if self.weights["tv"]:
            losses["tv"] = functional.total_variation(picture, criterion.summed_tv)
        if self.weights["reconstruction"]:
            losses["reconstruction"] = functional.reconstruction(picture, self.photo)
        return losses

    def weigh(self, losses: dict[str, Tensor], styles: Sequence[int]) -> dict[str, Tensor]:
        """What ``losses`` returned, times the training weights and the styles' coefficients: what training in each style minimizes."""
        coefficients = {"style": self.criterion.coefficients[styles]}
        return {
            name: self.weights[name] * coefficients.get(name, 1.0) * value
            for name, value in losses.items()
        }

    def objective(self, style: int) -> Objective:
        """The training objective in one style as a function of the picture (1, 3, H, W)."""
        return partial(self._weighted, styles=[style])

    def _weighted(self, picture: Tensor, styles: Sequence[int]) -> dict[str, Tensor]:
        return self.weigh(self.losses(picture, styles), styles)
