"""The training objective of an inverse network: its pictures must have the features they were made from (Chen & Schmidt 2016, eq. 4)."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.losses import functional
from stylenets.losses.schedule import LossSchedule
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


class InversionLoss(nn.Module):
    """Feature reconstruction of content, style and swapped features, each with a weight, and total variation of all the pictures.

    Pixel reconstruction of the pictures that features were taken from gives the colors long before features do, as in Li et al. 2017,
    "Universal Style Transfer via Feature Transforms", eq. 1; swapped features come from no picture.

    ``styles`` is what every criterion is made with; this one keeps nothing of it. ``relative``: over the features' own energy, so that
    weights carry over between layers and sources of VGG weights; else the mean over features.
    Raises UserError for a VGG other than as published: an inverse network's file only names its weights.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        styles: StyleBank,
        layer: str = "relu3_1",
        content_weight: float = 1.0,
        style_weight: float = 1.0,
        swap_weight: float = 1.0,
        tv_weight: float = 0.0,
        reconstruction_weight: float = 0.0,
        relative: bool = True,
        summed_tv: bool = False,
        schedule: Mapping[str, list] | None = None,
    ) -> None:
        super().__init__()
        if vgg.pooling != "max" or vgg.normalized:
            raise UserError(
                "an inverse network is trained against VGG as published: give vgg.pooling=max vgg.normalized=false"
            )
        self.vgg, self.layer, self.relative, self.summed_tv = vgg, layer, relative, summed_tv
        self.weights = {"content": content_weight, "style": style_weight, "swap": swap_weight}
        self.weights |= {"reconstruction": reconstruction_weight, "tv": tv_weight}
        self.schedule = LossSchedule(schedule)
        if unknown := set(self.schedule.points) - set(self.weights):
            raise UserError(
                f"loss.schedule names {', '.join(sorted(unknown))}: the losses are {', '.join(self.weights)}"
            )

    def factors(self, step: int | None = None) -> dict[str, float]:
        """The weight of each loss at a training step, None: at the end of the schedule. What has weight 0 need not be computed."""
        return {
            name: weight * self.schedule.factor(name, 10**9 if step is None else step)
            for name, weight in self.weights.items()
        }

    def encode(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] -> features of the layer (B, C, h, w)."""
        return self.vgg(pictures, [self.layer])[self.layer]

    def forward(
        self,
        pictures: Tensor,
        latents: Mapping[str, Tensor],
        originals: Mapping[str, Tensor],
        step: int | None = None,
    ) -> dict[str, Tensor]:
        """Weighted losses of pictures (n, 3, H, W) -> {name: (n',)}, "reconstruction" (n",) and "tv" (n,).

        ``latents``: {"content" | "style" | "swap": (n', C, h, w)}, what the pictures were made from, in that order.
        ``originals``: those of them that have one -> the pictures (n', 3, H, W) whose features they are.
        """
        factors = self.factors(step)
        wanted = [name for name, factor in factors.items() if factor]
        return {
            name: factors[name] * value
            for name, value in self.terms(pictures, latents, originals, wanted).items()
        }

    def terms(
        self,
        pictures: Tensor,
        latents: Mapping[str, Tensor],
        originals: Mapping[str, Tensor],
        wanted: Collection[str],
    ) -> dict[str, Tensor]:
        """Those of ``latents``, and the losses of ``wanted`` beside them, as in ``forward``, not yet weighted."""
        targets, counts = (
            torch.cat(list(latents.values())),
            [len(of_one) for of_one in latents.values()],
        )
        errors = functional.feature_reconstruction(self.encode(pictures), targets, self.relative)
        terms = dict(zip(latents, errors.split(counts), strict=True))
        made = dict(zip(latents, pictures.float().split(counts), strict=True))
        if "reconstruction" in wanted and (known := [name for name in made if name in originals]):
            terms["reconstruction"] = torch.cat(
                [functional.reconstruction(made[name], originals[name]) for name in known]
            )
        if "tv" in wanted:
            terms["tv"] = functional.total_variation(pictures.float(), self.summed_tv)
        return terms
