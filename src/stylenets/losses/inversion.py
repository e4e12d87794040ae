"""The objective of an inverse network: its pictures have the features they were made from.

Chen & Schmidt 2016, eq. 4. What is painted of swapped features may also be held against the style
itself: by its moments, its palette, and no grid.
"""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.grid import grid_excess
from stylenets.losses.moments import moments, moments_distance
from stylenets.losses.objective import Objective, Terms
from stylenets.losses.palette import palette, palette_distance
from stylenets.losses.pixels import reconstruction, total_variation
from stylenets.losses.schedule import Points
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")  # Huang & Belongie 2017, sec. 5
PALETTE_SIDES = (2, 8)  # pixels, as loss=moments


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
        moments_weight: Of the pictures of swapped features: ``moments_distance`` from their style.
        palette_weight: Of the same: ``palette_distance``.
        grid_weight: Of ``grid_excess``.
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
        moments_weight: float = 0.0,
        palette_weight: float = 0.0,
        grid_weight: float = 0.0,
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
            "moments": moments_weight,
            "palette": palette_weight,
            "grid": grid_weight,
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
            {name: (n,)} of the latents; "reconstruction" of all originals; "moments" and "palette"
            of the swaps, which need the style's originals; "grid" and "tv" (N,).
        """
        counts = [len(of_one) for of_one in latents.values()]
        targets = torch.cat(list(latents.values()))
        layers = {self.layer, *STYLE_LAYERS} if "moments" in wanted else {self.layer}
        features = self.vgg(pictures, layers)
        errors = feature_reconstruction(features[self.layer], targets, self.content_variant)
        terms: Terms = dict(zip(latents, errors.split(counts), strict=True))
        made = dict(zip(latents, pictures.float().split(counts), strict=True))
        known = [name for name in made if name in originals]
        if "reconstruction" in wanted and known:
            errors_of = [reconstruction(made[name], originals[name]) for name in known]
            terms["reconstruction"] = torch.cat(errors_of)
        if "swap" in made and "style" in originals:
            place = list(latents).index("swap")
            of_swaps = {layer: found.split(counts)[place] for layer, found in features.items()}
            terms |= self._against_style(wanted, made["swap"], of_swaps, originals["style"])
        if "grid" in wanted:
            terms["grid"] = grid_excess(pictures)
        if "tv" in wanted:
            terms["tv"] = total_variation(pictures.float(), self.summed_tv)
        return terms

    def _against_style(
        self, wanted: Collection[str], swaps: Tensor, features: Mapping[str, Tensor], crops: Tensor
    ) -> Terms:
        """Moments and palette of pictures (M N, 3, H, W) against their M styles, N for each."""
        each = len(swaps) // len(crops)
        terms: Terms = {}
        if "moments" in wanted:
            with torch.no_grad():
                of_crops = self.vgg(crops, STYLE_LAYERS)
            distances = [
                moments_distance(
                    moments(features[layer]), moments(of_crops[layer]).repeat_interleave(each, 0)
                )
                for layer in STYLE_LAYERS
            ]
            terms["moments"] = torch.stack(distances).mean(0)
        if "palette" in wanted:
            targets = [palette(crops, side).repeat_interleave(each, 0) for side in PALETTE_SIDES]
            terms["palette"] = palette_distance(swaps, targets, PALETTE_SIDES)
        return terms
