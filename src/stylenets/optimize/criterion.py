"""Content and style losses against pictures given now, not trained styles: what the methods put their objectives together from."""

import logging
from collections.abc import Mapping

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.content import CONTENT_VARIANTS, feature_reconstruction
from stylenets.losses.regional import at_layers, regional_statistics
from stylenets.losses.style import STYLE_VARIANTS
from stylenets.vgg.network import LossNetwork

log = logging.getLogger(__name__)
Features = dict[str, Tensor]  # {layer: (1, C, h, w)}
Statistics = dict[str, Tensor]  # {layer: (1, ., C)}
Weights = dict[str, Tensor]  # {layer: (h, w)}


class Criterion:
    """``content`` and ``style`` map VGG layers to the layer's own weight; ``variant`` names one of ``STYLE_VARIANTS``.

    ``content_variant``: one of ``CONTENT_VARIANTS``. A fourth convolution of a block, which VGG-16 does not have,
    becomes its third there. Raises UserError for a layer or a variant that there is not.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        content: Mapping[str, float],
        style: Mapping[str, float],
        variant: str = "relative",
        content_variant: str = "relative",
    ) -> None:
        if variant not in STYLE_VARIANTS:
            raise UserError(f"losses.variant={variant}: one of {', '.join(STYLE_VARIANTS)}")
        if content_variant not in CONTENT_VARIANTS:
            raise UserError(
                f"losses.content_variant={content_variant}: one of {', '.join(CONTENT_VARIANTS)}"
            )
        self.vgg = vgg
        self.variant = STYLE_VARIANTS[variant]
        self.variant_name = variant
        self.content_variant = content_variant
        self.content = {self.there(layer): float(weight) for layer, weight in content.items()}
        self.style = {self.there(layer): float(weight) for layer, weight in style.items()}

    def there(self, layer: str) -> str:
        """The layer of this VGG that corresponds to one of VGG-19. Raises UserError for one that neither has."""
        if layer in self.vgg.layers:
            return layer
        if (
            self.vgg.depth == 16
            and layer.startswith(("conv", "relu"))
            and layer.endswith("_4")
            and (third := layer[:-1] + "3") in self.vgg.layers
        ):
            log.warning("VGG-16 has no %s: using %s", layer, third)
            return third
        raise UserError(
            f"VGG-{self.vgg.depth} has no layer {layer}; it has {', '.join(self.vgg.layers)}"
        )

    def features(self, x: Tensor, *more: str) -> Features:
        """(1, 3, H, W) -> features of every content and style layer, and of the layers ``more``."""
        return self.vgg(x, {*self.content, *self.style, *more})

    @torch.no_grad()
    def content_of(self, picture: Tensor) -> Features:
        """(1, 3, H, W) -> what ``content_loss`` is measured against."""
        return self.vgg(picture, self.content)

    @torch.no_grad()
    def style_of(self, picture: Tensor) -> Statistics:
        """(3, h, w) -> what ``style_loss`` is measured against."""
        return {
            layer: self.variant.statistics(maps, None)
            for layer, maps in self.vgg(picture[None], self.style).items()
        }

    @torch.no_grad()
    def weights_of(self, weight: Tensor, picture: Tensor, label: str) -> Weights:
        """A map (H, W) over ``picture`` (1, 3, H, W) at the sizes of the style layers. Raises UserError where region ``label`` is empty."""
        return at_layers(weight, self.vgg(picture, self.style), label)

    def content_loss(self, features: Features, target: Features) -> Tensor:
        """Weighted sum over the content layers -> (1,)."""
        losses = (
            w * feature_reconstruction(features[one], target[one], self.content_variant)
            for one, w in self.content.items()
        )
        return sum(losses)

    def style_loss(
        self, features: Features, target: Statistics, weights: Weights | None = None
    ) -> Tensor:
        """Weighted sum over the style layers -> (1,); with ``weights`` restricted to a region."""
        loss = torch.zeros(1, device=next(iter(features.values())).device)
        for layer, layer_weight in self.style.items():
            maps = features[layer]
            if weights is None:
                found = self.variant.statistics(maps, None)
            else:
                found = regional_statistics(maps, weights[layer], self.variant_name)
            positions = maps.shape[2] * maps.shape[3]
            loss = loss + layer_weight * self.variant.distance(found, target[layer], positions)
        return loss
