"""The training objective of a stylization network: named, weighted perceptual losses against frozen VGG features."""

from collections.abc import Collection, Mapping

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
            raise UserError(
                f"loss.variant={variant}: one of {', '.join(functional.STYLE_VARIANTS)}"
            )
        self.vgg, self.content, self.style, self.variant = vgg, dict(content), dict(style), variant
        self.relative_content, self.summed_tv = relative_content, summed_tv
        self.weights = {
            "content": content_weight,
            "style": style_weight,
            "tv": tv_weight,
            "reconstruction": reconstruction_weight,
        }
        self.schedule = LossSchedule(schedule)
        if unknown := set(self.schedule.points) - set(self.weights):
            raise UserError(
                f"loss.schedule names {', '.join(sorted(unknown))}: the losses are {', '.join(self.weights)}"
            )
        self.register_buffer("coefficients", torch.tensor(styles.coefficients), persistent=False)
        for layer, targets in self._style_targets(styles).items():
            self.register_buffer(f"gram_{layer}", targets, persistent=False)

    @torch.no_grad()
    def _style_targets(self, styles: StyleBank) -> dict[str, Tensor]:
        features = [self.vgg(picture[None], self.style) for picture in styles.pictures]
        return {
            layer: torch.cat([functional.gram(of_one[layer]) for of_one in features])
            for layer in self.style
        }

    def factors(self, step: int | None = None) -> dict[str, float]:
        """The weight of each loss at a training step, None: at the end of the schedule. What has weight 0 need not be computed."""
        return {
            name: weight * self.schedule.factor(name, 10**9 if step is None else step)
            for name, weight in self.weights.items()
        }

    def forward(
        self, x: Tensor, photo: Tensor, weights: Tensor, step: int | None = None
    ) -> dict[str, Tensor]:
        """Weighted losses of stylized x against photo, both (B, 3, H, W), and style weights (B, S) -> {"content": (B,), "style": (B,), …}.

        ``step``: where the loss schedule stands; None is its end. A loss whose weight is 0 there is left out and costs nothing.
        """
        factors = {name: factor for name, factor in self.factors(step).items() if factor}
        return {
            name: factors[name] * value
            for name, value in self.terms(x, photo, weights, factors).items()
        }

    def terms(
        self, x: Tensor, photo: Tensor, weights: Tensor, wanted: Collection[str]
    ) -> dict[str, Tensor]:
        """The losses of ``wanted`` as in ``forward``, not yet weighted."""
        content = self.content if "content" in wanted else {}
        style = self.style if "style" in wanted else {}
        features = self.vgg(x, {**content, **style}) if content or style else {}
        terms = {}
        if content:
            terms["content"] = self._content(features, photo)
        if style:
            terms["style"] = self._style(features, weights)
        if "tv" in wanted:
            terms["tv"] = functional.total_variation(x.float(), self.summed_tv)
        if "reconstruction" in wanted:
            terms["reconstruction"] = functional.reconstruction(x.float(), photo)
        return terms

    def _content(self, features: Mapping[str, Tensor], photo: Tensor) -> Tensor:
        with torch.no_grad():
            targets = self.vgg(photo, self.content)
        return sum(
            weight
            * functional.feature_reconstruction(
                features[layer], targets[layer], self.relative_content
            )
            for layer, weight in self.content.items()
        )

    def _style(self, features: Mapping[str, Tensor], weights: Tensor) -> Tensor:
        per_layer = sum(
            weight
            * functional.style_reconstruction(
                features[layer], self.target(layer, weights), self.variant
            )
            for layer, weight in self.style.items()
        )
        return per_layer * (weights * self.coefficients).sum(1)

    def target(self, layer: str, weights: Tensor) -> Tensor:
        """The Gram matrices of mixed styles: (B, S) weights over (S, C, C) -> (B, C, C), in float32 whatever the autocast state."""
        grams = getattr(self, f"gram_{layer}")
        if weights.device.type == "cpu" and not torch.compiler.is_compiling():
            used = weights.any(
                0
            )  # reading all of many styles takes long there, and asking which ones are used costs nothing
            weights, grams = weights[:, used], grams[used]
        with torch.autocast(weights.device.type, enabled=False):
            return torch.einsum("bs,scd->bcd", weights, grams)
