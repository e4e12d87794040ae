"""Content and style losses against pictures given now, not trained styles: what the methods put their objectives together from."""

import logging
from collections.abc import Mapping

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses import functional
from stylenets.losses.regional import at_layers, regional_gram
from stylenets.vgg.network import LossNetwork

log = logging.getLogger(__name__)
Features = dict[str, Tensor]  # {layer: (1, C, h, w)}
Grams = dict[str, Tensor]  # {layer: (1, C, C)}
Weights = dict[str, Tensor]  # {layer: (h, w)}


class Criterion:
    """``content`` and ``style`` map VGG layers to the layer's own weight; ``variant`` names one of ``functional.STYLE_VARIANTS``.

    ``relative_content``: over the photograph's own energy, else the mean over features. A fourth convolution of a block, which VGG-16
    does not have, becomes its third there. Raises UserError for a layer or a variant that there is not.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        content: Mapping[str, float],
        style: Mapping[str, float],
        variant: str = "relative",
        relative_content: bool = True,
    ) -> None:
        if variant not in functional.STYLE_VARIANTS:
            raise UserError(
                f"losses.variant={variant}: one of {', '.join(functional.STYLE_VARIANTS)}"
            )
        self.vgg, self.variant, self.relative_content = vgg, variant, relative_content
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
    def style_of(self, picture: Tensor) -> Grams:
        """(3, h, w) -> what ``style_loss`` is measured against."""
        return {
            layer: functional.gram(maps)
            for layer, maps in self.vgg(picture[None], self.style).items()
        }

    @torch.no_grad()
    def weights_of(self, weight: Tensor, picture: Tensor, label: str) -> Weights:
        """A map (H, W) over ``picture`` (1, 3, H, W) at the sizes of the style layers. Raises UserError where region ``label`` is empty."""
        return at_layers(weight, self.vgg(picture, self.style), label)

    def content_loss(self, features: Features, target: Features) -> Tensor:
        """Weighted sum over the content layers -> (1,)."""
        losses = (
            w * functional.feature_reconstruction(features[one], target[one], self.relative_content)
            for one, w in self.content.items()
        )
        return sum(losses)

    def style_loss(
        self, features: Features, target: Grams, weights: Weights | None = None
    ) -> Tensor:
        """Weighted sum over the style layers -> (1,); with ``weights`` of the Gram matrices restricted to a region."""
        loss = torch.zeros(1, device=next(iter(features.values())).device)
        for layer, layer_weight in self.style.items():
            maps = features[layer]
            found = (
                functional.gram(maps) if weights is None else regional_gram(maps, weights[layer])
            )
            distance = functional.gram_distance(
                found, target[layer], maps.shape[2] * maps.shape[3], self.variant
            )
            loss = loss + layer_weight * distance
        return loss
