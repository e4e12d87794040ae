"""The training objective as a yardstick: pictures of one photograph by the losses of training."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from stylenets.losses.grid import grid_excess
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.losses.pixels import reconstruction, total_variation
from stylenets.optimize.loop import Objective


class Yardstick:
    """An objective at the end of its schedule against one photograph.

    The photograph's features are computed once, and a picture's once for all styles.

    Args:
        criterion: the objective; styles are indices into its own.
        photo: (3, H, W) RGB in [0, 1].
    """

    def __init__(self, criterion: PerceptualLoss, photo: Tensor) -> None:
        self.criterion = criterion
        self.photo = photo[None].to(criterion.coefficients.device)
        self.weights = criterion.factors()
        self.targets = criterion.content_features(self.photo)

    def losses(self, picture: Tensor, styles: Sequence[int]) -> dict[str, Tensor]:
        """Losses of weight 1 of a picture (1, 3, H, W).

        Returns:
            "content" (1,), "style" (S',), and those in use of "palette" (S',), "grid" (1,), "tv"
            (1,) and "reconstruction" (1,).
        """
        criterion = self.criterion
        picture = picture.to(self.photo.device)
        of_styles = torch.eye(len(criterion.coefficients), device=picture.device)[list(styles)]
        features = criterion.vgg(picture, {**criterion.content, **criterion.style})
        losses = {
            "content": criterion.content_loss(features, self.targets),
            "style": criterion.style_loss(features, of_styles),
        }
        if self.weights["palette"]:
            losses["palette"] = criterion.palette_loss(picture, of_styles)
        if self.weights["grid"]:
            losses["grid"] = grid_excess(picture)
        if self.weights["tv"]:
            losses["tv"] = total_variation(picture, criterion.summed_tv)
        if self.weights["reconstruction"]:
            losses["reconstruction"] = reconstruction(picture, self.photo)
        return losses

    def weigh(self, losses: dict[str, Tensor], styles: Sequence[int]) -> dict[str, Tensor]:
        """What ``losses`` returned as training in each of ``styles`` weighs it."""
        coefficients = self.criterion.coefficients[list(styles)]
        factors = dict.fromkeys(("style", "palette"), coefficients)
        return {
            name: self.weights[name] * factors.get(name, 1.0) * value
            for name, value in losses.items()
        }

    def objective(self, style: int) -> Objective:
        """The training objective in one style as a function of the picture (1, 3, H, W)."""
        return partial(self._weighted, styles=[style])

    def _weighted(self, picture: Tensor, styles: Sequence[int]) -> dict[str, Tensor]:
        return self.weigh(self.losses(picture, styles), styles)
