"""The training objective of a stylization network: named, weighted perceptual losses against frozen VGG features."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from stylenets.errors import UserError
from stylenets.losses import functional
from stylenets.losses.schedule import LossSchedule
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


class PerceptualLoss(nn.Module):
    """content_weight * content + style_weight * style + tv_weight * tv + reconstruction_weight * reconstruction.

    ``content`` and ``style`` map VGG layers to the layer's own weight; ``variant`` names one of ``functional.STYLE_VARIANTS``.
    The styles' Gram matrices are computed once, here, and like VGG's weights are buffers that no checkpoint carries.
    """

    def __init__(
        self,
        vgg: LossNetwork,
        styles: StyleBank,
        content: Mapping[str, float],
        style: Mapping[str, float],
        content_weight: float = 1.0,
        style_weight: float = 1.0,
        tv_weight: float = 0.0,
        reconstruction_weight: float = 0.0,
        variant: str = "relative",
        relative_content: bool = False,
        summed_tv: bool = False,
        schedule: Mapping[str, list] | None = None,
    ) -> None:
        super().__init__()
        if variant not in functional.STYLE_VARIANTS:
            raise UserError(f"loss.variant={variant}: one of {', '.join(functional.STYLE_VARIANTS)}")
        self.vgg, self.content, self.style, self.variant = vgg, dict(content), dict(style), variant
        self.relative_content, self.summed_tv = relative_content, summed_tv
        self.weights = {"content": content_weight, "style": style_weight, "tv": tv_weight, "reconstruction": reconstruction_weight}
        self.schedule = LossSchedule(schedule)
        if unknown := set(self.schedule.points) - set(self.weights):
            raise UserError(f"loss.schedule names {', '.join(sorted(unknown))}: the losses are {', '.join(self.weights)}")
        self.register_buffer("coefficients", torch.tensor(styles.coefficients), persistent=False)
        for layer, targets in self._style_targets(styles).items():
            self.register_buffer(f"gram_{layer}", targets, persistent=False)

    @torch.no_grad()
    def _style_targets(self, styles: StyleBank) -> dict[str, Tensor]:
        features = [self.vgg(picture[None], self.style) for picture in styles.pictures]
        return {layer: torch.cat([functional.gram(of_one[layer]) for of_one in features]) for layer in self.style}

    def forward(self, x: Tensor, photo: Tensor, weights: Tensor, step: int | None = None) -> dict[str, Tensor]:
        """Weighted losses of stylized x against photo, both (B, 3, H, W), and style weights (B, S) -> {"content": (B,), "style": (B,), …}.

        ``step``: where the loss schedule stands; None is its end. A loss whose weight is 0 there is left out and costs nothing.
        """
        factors = {name: weight * self.schedule.factor(name, 10**9 if step is None else step) for name, weight in self.weights.items()}
        terms = self._vgg_terms(x, photo, weights, factors)
        if factors["tv"]:
            terms["tv"] = functional.total_variation(x.float(), self.summed_tv)
        if factors["reconstruction"]:
            terms["reconstruction"] = functional.reconstruction(x.float(), photo)
        return {name: factors[name] * value for name, value in terms.items()}

    def _vgg_terms(self, x: Tensor, photo: Tensor, weights: Tensor, factors: Mapping[str, float]) -> dict[str, Tensor]:
        content = self.content if factors["content"] else {}
        style = self.style if factors["style"] else {}
        if not content and not style:
            return {}
        features = self.vgg(x, {**content, **style})
        terms = {}
        if content:
            with torch.no_grad():
                targets = self.vgg(photo, content)
            terms["content"] = sum(
                weight * functional.feature_reconstruction(features[layer], targets[layer], self.relative_content)
                for layer, weight in content.items()
            )
        if style:
            per_layer = sum(
                weight * functional.style_reconstruction(features[layer], self.target(layer, weights), self.variant)
                for layer, weight in style.items()
            )
            terms["style"] = per_layer * (weights @ self.coefficients)
        return terms

    def target(self, layer: str, weights: Tensor) -> Tensor:
        """The Gram matrices of mixed styles: (B, S) weights over (S, C, C) -> (B, C, C)."""
        grams = getattr(self, f"gram_{layer}")
        if weights.device.type == "cpu":  # where reading all of many styles takes long, and asking which ones are there costs nothing
            used = weights.any(0)
            weights, grams = weights[:, used], grams[used]
        return torch.einsum("bs,scd->bcd", weights, grams)
