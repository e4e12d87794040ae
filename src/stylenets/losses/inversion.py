"""The objective of an inverse network: its pictures have the features they were made from.

Chen & Schmidt 2016, eq. 4.
"""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.objective import Objective, Terms
from stylenets.losses.pixels import reconstruction, total_variation
from stylenets.losses.schedule import Points
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


class InversionLoss(Objective):
    """Reconstruction of content, style and swapped features, each with a weight, and more.

    Features that were taken from a picture also have its pixels to be compared with, which brings
    the colors long before features do (Li et al. 2017, eq. 1). Swapped features come from no
    picture.

    Args:
        vgg: The loss network, as published: an inverse network's file only names its weights.
        styles: What every objective is made with; this one keeps nothing of it.
        layer: The layer of VGG that is inverted.
        content_weight: Of the photographs' features.
        style_weight: Of the style pictures' features.
        swap_weight: Of the features that style swap makes of both.
        tv_weight: Of ``total_variation``.
        reconstruction_weight: Of the L1 of pixels and edges.
        content_variant: How features are compared, one of ``CONTENT_VARIANTS``.
        summed_tv: Sum total variation over all pixels, instead of their mean.
        schedule: Factors on the weights by the losses' names, see ``LossSchedule``.

    Raises:
        UserError: VGG is not as published, or the schedule names a loss that there is not.
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
        content_variant: str = "relative",
        summed_tv: bool = False,
        schedule: Mapping[str, Points] | None = None,
    ) -> None:
        weights = {
            "content": content_weight,
            "style": style_weight,
            "swap": swap_weight,
            "reconstruction": reconstruction_weight,
            "tv": tv_weight,
        }
        super().__init__(weights, schedule)
        if vgg.pooling != "max" or vgg.normalized:
            raise UserError(
                "an inverse network is trained against VGG as published:"
                " give vgg.pooling=max vgg.normalized=false"
            )
        self.vgg = vgg
        self.layer = layer
        self.content_variant = content_variant
        self.summed_tv = summed_tv

    def encode(self, pictures: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in [0, 1] -> features of the layer (B, C, h, w)."""
        features: Tensor = self.vgg(pictures, [self.layer])[self.layer]
        return features

    def terms(
        self,
        wanted: Collection[str],
        pictures: Tensor,
        latents: Mapping[str, Tensor],
        originals: Mapping[str, Tensor],
    ) -> Terms:
        """A loss for each of ``latents``, and those of ``wanted`` beside them, not yet weighted.

        Args:
            wanted: Names of losses.
            pictures: What the network made of all latents, (N, 3, H, W).
            latents: {"content" | "style" | "swap": (n, C, h, w)}, in the order of the pictures.
            originals: {latent: the pictures (n, 3, H, W) that it is of}, where there are such.

        Returns:
            {name: (n,)} of the latents; "reconstruction" of all originals; "tv" (N,).
        """
        counts = [len(of_one) for of_one in latents.values()]
        targets = torch.cat(list(latents.values()))
        errors = feature_reconstruction(self.encode(pictures), targets, self.content_variant)
        terms: Terms = dict(zip(latents, errors.split(counts), strict=True))
        made = dict(zip(latents, pictures.float().split(counts), strict=True))
        known = [name for name in made if name in originals]
        if "reconstruction" in wanted and known:
            errors_of = [reconstruction(made[name], originals[name]) for name in known]
            terms["reconstruction"] = torch.cat(errors_of)
        if "tv" in wanted:
            terms["tv"] = total_variation(pictures.float(), self.summed_tv)
        return terms
