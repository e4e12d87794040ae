"""Content and style losses against pictures given now: what the methods' objectives are made of."""

import logging
from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.content import CONTENT_VARIANTS, feature_reconstruction
from stylenets.losses.regional import at_layers, regional_statistics
from stylenets.losses.similarity import Similarity, load_similarity
from stylenets.losses.style import STYLE_VARIANTS
from stylenets.optimize.style_picture import StylePicture
from stylenets.vgg.network import LossNetwork

log = logging.getLogger(__name__)
LEARNED = "learned"
Features = dict[str, Tensor]  # {layer: (1, C, h, w)}
Statistics = dict[str, Tensor]  # {layer: (1, ., C)}
Weights = dict[str, Tensor]  # {layer: (h, w)}


class Criterion:
    """Measures content and style at some layers of a loss network.

    A fourth convolution of a block, which VGG-16 does not have, becomes its third there.

    Args:
        vgg: The loss network.
        content: {layer: its weight in the content loss}.
        style: {layer: its weight in the style loss}.
        variant: How style is compared, one of ``STYLE_VARIANTS``, or "learned".
        content_variant: How content is compared, one of ``CONTENT_VARIANTS``, or "learned".
        similarity: The file of a ``Similarity``, for what is "learned".

    Raises:
        UserError: For a layer or a variant that there is not, or no file of a similarity.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        content: Mapping[str, float],
        style: Mapping[str, float],
        variant: str = "relative",
        content_variant: str = "relative",
        similarity: str | None = None,
    ) -> None:
        _check_variant("variant", variant, (*STYLE_VARIANTS, LEARNED))
        _check_variant("content_variant", content_variant, (*CONTENT_VARIANTS, LEARNED))
        self.vgg = vgg
        self.similarity: Similarity | None = None
        if LEARNED in (variant, content_variant):
            self.similarity = load_similarity(similarity).to(next(vgg.buffers()).device)
        self.learned_style = variant == LEARNED
        self.variant_name = "moments" if self.learned_style else variant
        self.variant = STYLE_VARIANTS[self.variant_name]
        self.content_variant = content_variant
        self.content = self._resolve_layers(content)
        self.style = self._resolve_layers(style)

    def _resolve_layers(self, weights: Mapping[str, float]) -> dict[str, float]:
        return {self.resolve_layer(layer): float(weight) for layer, weight in weights.items()}

    def resolve_layer(self, layer: str) -> str:
        """The layer of this VGG that corresponds to one of VGG-19.

        Raises:
            UserError: If neither has it.
        """
        if layer in self.vgg.layers:
            return layer
        third = layer.removesuffix("4") + "3"
        fourth = layer.startswith(("conv", "relu")) and layer.endswith("_4")
        if self.vgg.depth == 16 and fourth and third in self.vgg.layers:
            log.warning("VGG-16 has no %s: using %s", layer, third)
            return third
        raise UserError(
            f"VGG-{self.vgg.depth} has no layer {layer}; it has {', '.join(self.vgg.layers)}"
        )

    def features(self, x: Tensor, *more: str) -> Features:
        """(1, 3, H, W) -> features of every content and style layer, and of the layers ``more``."""
        return self._features(x, {*self.content, *self.style, *more})

    @torch.no_grad()
    def content_of(self, picture: Tensor) -> Features:
        """(1, 3, H, W) -> what ``content_loss`` is measured against."""
        return self._features(picture, self.content)

    @torch.no_grad()
    def style_of(self, style: StylePicture) -> Statistics:
        """What ``style_loss`` is measured against: the statistics of the part that counts."""
        features = self._features(style.pixels[None], self.style)
        if style.area is None:
            return {layer: self.variant.statistics(maps, None) for layer, maps in features.items()}
        weights = at_layers(style.area, features, "of a style picture")
        return {
            layer: regional_statistics(maps, weights[layer], self.variant_name)
            for layer, maps in features.items()
        }

    @torch.no_grad()
    def weights_of(self, weight: Tensor, picture: Tensor, label: str) -> Weights:
        """A map over a picture, averaged to the sizes of the style layers.

        Args:
            weight: (H, W), at least 0.
            picture: (1, 3, H, W).
            label: Of the region that the map is of.

        Raises:
            UserError: If the map is 0 everywhere, so that the region is empty.
        """
        return at_layers(weight, self._features(picture, self.style), label)

    def content_loss(self, features: Features, target: Features) -> Tensor:
        """Weighted sum over the content layers -> (1,)."""
        loss = torch.zeros(1, device=next(iter(features.values())).device)
        for layer, weight in self.content.items():
            if self.similarity and self.content_variant == LEARNED:
                found = self.similarity.content_loss(layer, features[layer], target[layer])
            else:
                variant = self.content_variant
                found = feature_reconstruction(features[layer], target[layer], variant)
            loss = loss + weight * found
        return loss

    def style_loss(
        self, features: Features, target: Statistics, weights: Weights | None = None
    ) -> Tensor:
        """Weighted sum over the style layers.

        Args:
            features: Of the picture.
            target: As of ``style_of``.
            weights: Of the positions that the style is measured at, as of ``weights_of``; None for
                all alike.

        Returns:
            (1,).
        """
        loss = torch.zeros(1, device=next(iter(features.values())).device)
        for layer, layer_weight in self.style.items():
            maps = features[layer]
            if weights is None:
                found = self.variant.statistics(maps, None)
            else:
                found = regional_statistics(maps, weights[layer], self.variant_name)
            if self.similarity and self.learned_style:
                distance = self.similarity.style_loss(layer, found, target[layer])
            else:
                positions = maps.shape[2] * maps.shape[3]
                distance = self.variant.distance(found, target[layer], positions)
            loss = loss + layer_weight * distance
        return loss

    def _features(self, x: Tensor, layers: Collection[str]) -> Features:
        found: Features = self.vgg(x, layers)
        return found


def _check_variant(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise UserError(f"losses.{name}={value}: one of {', '.join(known)}")
