"""The objective of a stylization network: perceptual losses against frozen VGG features."""

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.losses.content import CONTENT_VARIANTS, feature_reconstruction
from stylenets.losses.grid import grid_excess
from stylenets.losses.objective import Objective, Terms
from stylenets.losses.palette import palette, palette_distance
from stylenets.losses.pixels import reconstruction, saturation, total_variation
from stylenets.losses.schedule import Points
from stylenets.losses.style import STYLE_VARIANTS, style_reconstruction
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

Features = Mapping[str, Tensor]


class PerceptualLoss(Objective):
    """Content, style, palette, grid, total variation and reconstruction, each with a weight.

    The temporal loss has one, too, and is the task's to compute, which has the network.

    The styles' statistics are computed once, when it is built. Like VGG's weights they are buffers
    that no checkpoint carries.

    Args:
        vgg: The loss network.
        styles: The pictures whose style is wanted.
        content: {layer: its weight in the content loss}.
        style: {layer: its weight in the style loss}.
        content_weight: Of ``feature_reconstruction``.
        style_weight: Of ``style_reconstruction``.
        palette_weight: Of ``palette_distance``.
        grid_weight: Of ``grid_excess``.
        saturation_weight: Of ``saturation``.
        tv_weight: Of ``total_variation``.
        reconstruction_weight: Of the L1 of pixels and edges to the photograph itself.
        identity_weight: The same for pictures whose style weights are all 0: the photograph's row.
        temporal_weight: Of ``temporal_difference``.
        variant: How style is compared, one of ``STYLE_VARIANTS``.
        content_variant: How content is compared, one of ``CONTENT_VARIANTS``.
        palette_sides: Of the squares whose mean colors are the palette, in pixels.
        summed_tv: Sum total variation over all pixels, instead of their mean.
        schedule: Factors on the weights by the losses' names, see ``LossSchedule``.

    Raises:
        UserError: There is no such variant or layer, or the schedule names a loss that there is
            not.
    """

    coefficients: Tensor

    def __init__(
        self,
        vgg: LossNetwork,
        styles: StyleBank,
        content: Mapping[str, float],
        style: Mapping[str, float],
        content_weight: float = 1.0,
        style_weight: float = 1.0,
        palette_weight: float = 0.0,
        grid_weight: float = 0.0,
        saturation_weight: float = 0.0,
        tv_weight: float = 0.0,
        reconstruction_weight: float = 0.0,
        identity_weight: float = 0.0,
        temporal_weight: float = 0.0,
        variant: str = "relative",
        content_variant: str = "mean",
        palette_sides: Sequence[int] = (2, 8),
        summed_tv: bool = False,
        schedule: Mapping[str, Points] | None = None,
    ) -> None:
        weights = {
            "content": content_weight,
            "style": style_weight,
            "palette": palette_weight,
            "grid": grid_weight,
            "saturation": saturation_weight,
            "tv": tv_weight,
            "reconstruction": reconstruction_weight,
            "identity": identity_weight,
            "temporal": temporal_weight,
        }
        super().__init__(weights, schedule)
        if variant not in STYLE_VARIANTS:
            raise UserError(f"loss.variant={variant}: one of {', '.join(STYLE_VARIANTS)}")
        if content_variant not in CONTENT_VARIANTS:
            raise UserError(
                f"loss.content_variant={content_variant}: one of {', '.join(CONTENT_VARIANTS)}"
            )
        self.vgg = vgg
        self.content = dict(content)
        self.style = dict(style)
        self.variant = variant
        self.content_variant = content_variant
        self.palette_sides = tuple(palette_sides)
        self.summed_tv = summed_tv
        self.register_buffer("coefficients", torch.tensor(styles.coefficients), persistent=False)
        self._register_targets(styles)

    def _register_targets(self, styles: StyleBank) -> None:
        of_each = [self.style_targets(picture[None]) for picture in styles.pictures]
        for name in of_each[0]:
            table = torch.cat([targets[name] for targets in of_each])
            self.register_buffer(name, table, persistent=False)

    @torch.no_grad()
    def style_targets(self, pictures: Tensor) -> dict[str, Tensor]:
        """What style and palette are compared with: style pictures (M, 3, H, W) -> tables.

        Returns:
            {name: (M, ., .)} of each layer's statistics, and of each side's palette.
        """
        statistics = STYLE_VARIANTS[self.variant].statistics
        features = self.vgg(pictures, self.style)
        tables = {f"style_{layer}": statistics(features[layer], None) for layer in self.style}
        for side in self.palette_sides:
            tables[f"palette_{side}"] = palette(pictures, side)
        return tables

    def terms(self, wanted: Collection[str], x: Tensor, photo: Tensor, weights: Tensor) -> Terms:
        """The losses of stylized pictures, not yet weighted.

        Args:
            wanted: Names of losses.
            x: The stylized pictures, (B, 3, H, W).
            photo: The photographs they are made of, (B, 3, H, W).
            weights: (B, S) of the styles in each picture; all 0 for one that stays the photograph.

        Returns:
            {name: (B,)}.
        """
        content = self.content if "content" in wanted else {}
        style = self.style if "style" in wanted else {}
        features = self.vgg(x, {**content, **style}) if content or style else {}
        terms: Terms = {}
        if content:
            terms["content"] = self.content_loss(features, self.content_features(photo))
        if style:
            terms["style"] = self.style_loss(features, weights) * self.coefficient(weights)
        if "palette" in wanted:
            terms["palette"] = self.palette_loss(x, weights) * self.coefficient(weights)
        if "grid" in wanted:
            terms["grid"] = grid_excess(x)
        if "saturation" in wanted:
            terms["saturation"] = saturation(x)
        if "tv" in wanted:
            terms["tv"] = total_variation(x.float(), self.summed_tv)
        if "reconstruction" in wanted:
            terms["reconstruction"] = reconstruction(x.float(), photo)
        if "identity" in wanted:
            terms["identity"] = reconstruction(x.float(), photo) * (1 - weights.sum(1))
        return terms

    @torch.no_grad()
    def content_features(self, photo: Tensor) -> Features:
        """What ``content_loss`` is measured against: (B, 3, H, W) -> {layer: features}."""
        features: Features = self.vgg(photo, self.content)
        return features

    def content_loss(self, features: Features, targets: Features) -> Tensor:
        """The content layers' weighted sum (B,)."""
        total = torch.zeros(())
        for layer, weight in self.content.items():
            found = features[layer]
            target = targets[layer]
            total = total + weight * feature_reconstruction(found, target, self.content_variant)
        return total

    def style_loss(self, features: Features, weights: Tensor) -> Tensor:
        """The style layers' weighted sum (B,) against the mixes of (B, S) weights."""
        total = torch.zeros(())
        for layer, weight in self.style.items():
            target = self.mixed(f"style_{layer}", weights)
            total = total + weight * style_reconstruction(features[layer], target, self.variant)
        return total

    def palette_loss(self, x: Tensor, weights: Tensor) -> Tensor:
        """Distance (B,) of pictures (B, 3, H, W) from the palettes of the mixes of (B, S) weights.

        Quantiles mixed by weights are those of the Wasserstein barycenter (Bonneel et al. 2015).
        """
        targets = [self.mixed(f"palette_{side}", weights) for side in self.palette_sides]
        return palette_distance(x, targets, self.palette_sides)

    def coefficient(self, weights: Tensor) -> Tensor:
        """The factor (B,) that mixes of (B, S) weights have on their style and palette losses."""
        return (weights * self.coefficients).sum(1)

    def table(self, name: str) -> Tensor:
        """The styles' statistics (S, N, M) of that name, as ``style_targets`` has them."""
        table: Tensor = getattr(self, name)
        return table

    def mixed(self, name: str, weights: Tensor) -> Tensor:
        """A buffer of the styles mixed by weights, in float32 whatever the autocast state.

        Args:
            name: Of the buffer (S, N, M).
            weights: (B, S).

        Returns:
            (B, N, M).
        """
        table = self.table(name)
        if weights.device.type == "cpu" and not torch.compiler.is_compiling():
            used = weights.any(0)  # reading all of many styles takes long, and asking costs nothing
            weights = weights[:, used]
            table = table[used]
        with torch.autocast(weights.device.type, enabled=False):
            return torch.einsum("bs,snm->bnm", weights, table)
