"""A second judge of pictures: a loss network and measures that no training was run against.

VGG looks at the means and covariances of features (style), at the correlation of instance-
normalized features with the photograph's (structure) and at colors (palette). The spectrum and the
darkest and brightest pixels are looked at without a network, and ST-LPIPS has one of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

import torch
from torch import Tensor

from stylenets.evaluation.quality.grid import grid_decibels
from stylenets.evaluation.quality.st_lpips import STLPIPS
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.moments import moments, moments_distance
from stylenets.losses.palette import palette, palette_distance
from stylenets.losses.regional import at_layers, regional_statistics
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")  # Huang & Belongie 2017, sec. 5
STRUCTURE_LAYERS = ("relu3_1", "relu4_1")
PALETTE_SIDES = (1, 8)  # pixels
LEVEL = 1 / 255  # of an 8-bit file

Features = Mapping[str, Tensor]


@dataclass(frozen=True)
class SeenPhotograph:
    """A photograph as the judge sees it, which is computed once.

    Args:
        features: Of VGG, by layer.
        grid: dB at the periods of ``grid_decibels``.
        st_lpips: Features of that metric; None without it.
    """

    features: Features
    grid: list[float]
    st_lpips: list[Tensor] | None


@dataclass(frozen=True)
class PictureVerdict:
    """What the judge finds of a picture that was to be in some style.

    Args:
        distances: Style distance to each of the judge's styles; 0 is the style, 1 black.
        content: Squared distance of features from the photograph's, over their energy.
        structure: 1 - correlation of instance-normalized features with the photograph's.
        palette: Mean distance of colors from those of the style asked for.
        grid: dB at periods of 2, 4 and 8 pixels, beyond the photograph's own.
        clipped: Share of values at black or full brightness, beyond the style's own share.
        brightness: Mean of the pixels.
        contrast: Standard deviation of the gray values.
        st_lpips: Distance from the photograph by ST-LPIPS; None without that metric.
    """

    distances: list[float]
    content: float
    structure: float
    palette: float
    grid: list[float]
    clipped: float
    brightness: float
    contrast: float
    st_lpips: float | None


class Judge:
    """Compares pictures with the styles of a bank, and with the photographs they were made of.

    Args:
        vgg: The loss network, on the device to work on.
        styles: What pictures may be in.
        st_lpips: That metric, on the same device; None: without it.
    """

    def __init__(
        self, vgg: LossNetwork, styles: StyleBank, st_lpips: STLPIPS | None = None
    ) -> None:
        self.vgg = vgg
        self.device = next(vgg.buffers()).device
        self.st_lpips = st_lpips
        pictures = [picture[None].to(self.device) for picture in styles.pictures]
        self.palettes = [[palette(one, side) for side in PALETTE_SIDES] for one in pictures]
        self.clipped = [clipped_share(one) for one in pictures]
        self.targets = self._statistics(pictures)

    @torch.no_grad()
    def see(self, photo: Tensor) -> SeenPhotograph:
        """Look at a photograph (3, H, W) in [0, 1], at least 32 pixels a side."""
        batch = photo[None].to(self.device)
        features = self.vgg(batch, STRUCTURE_LAYERS)
        st_lpips = self.st_lpips.features(batch) if self.st_lpips else None
        return SeenPhotograph(features, grid_decibels(batch), st_lpips)

    @torch.no_grad()
    def look(
        self, picture: Tensor, photo: SeenPhotograph, styles: Sequence[int]
    ) -> list[PictureVerdict]:
        """Judge a picture (3, H, W) made of ``photo``, as one in each of the styles asked for."""
        batch = picture[None].to(self.device)
        seen = self._look_without_style(batch, photo)
        verdicts = []
        for style in styles:
            colors = palette_distance(batch, self.palettes[style], PALETTE_SIDES)
            clipped = max(0.0, seen.clipped - self.clipped[style])
            verdicts.append(replace(seen, palette=float(colors), clipped=clipped))
        return verdicts

    @torch.no_grad()
    def area_distance(self, picture: Tensor, area: Tensor, style: int) -> float:
        """Style distance of a part of a picture (3, H, W), weighted by (H, W), to a style.

        Raises:
            UserError: The part is empty.
        """
        features = self.vgg(picture[None].to(self.device), STYLE_LAYERS)
        weights = at_layers(area, features)
        distances = [
            moments_distance(
                regional_statistics(features[layer], weights[layer], "moments"),
                self.targets[layer][style : style + 1],
            )
            for layer in STYLE_LAYERS
        ]
        return float(torch.cat(distances).mean())

    def _look_without_style(self, batch: Tensor, photo: SeenPhotograph) -> PictureVerdict:
        """The verdict but for its palette, and with the picture's whole clipped share."""
        features = self.vgg(batch, STYLE_LAYERS)
        grid = zip(grid_decibels(batch), photo.grid, strict=True)
        return PictureVerdict(
            distances=self._distances(features),
            content=_mean_loss("relative", features, photo.features),
            structure=_mean_loss("normalized", features, photo.features),
            palette=math.nan,
            grid=[own - before for own, before in grid],
            clipped=clipped_share(batch),
            brightness=float(batch.mean()),
            contrast=float(batch.mean(1).std()),
            st_lpips=self._unlikeness(batch, photo),
        )

    @torch.no_grad()
    def _statistics(self, pictures: Sequence[Tensor]) -> dict[str, Tensor]:
        """{layer: (S, C + 1, C)} of the styles."""
        features = [self.vgg(picture, STYLE_LAYERS) for picture in pictures]
        return {
            layer: torch.cat([moments(of_one[layer]) for of_one in features])
            for layer in STYLE_LAYERS
        }

    def _distances(self, features: Features) -> list[float]:
        """Style distance of one picture to each style, the mean over the layers."""
        by_layer = [
            moments_distance(moments(features[layer]), self.targets[layer])
            for layer in STYLE_LAYERS
        ]
        distances: list[float] = torch.stack(by_layer).mean(0).tolist()
        return distances

    def _unlikeness(self, batch: Tensor, photo: SeenPhotograph) -> float | None:
        if self.st_lpips is None or photo.st_lpips is None:
            return None
        return float(self.st_lpips(self.st_lpips.features(batch), photo.st_lpips))


def clipped_share(picture: Tensor) -> float:
    """Share of the values within a level of black or of full brightness."""
    extreme = (picture <= LEVEL) | (picture >= 1 - LEVEL)
    return float(extreme.float().mean())


def _mean_loss(variant: str, features: Features, expected: Features) -> float:
    losses = [feature_reconstruction(features[k], expected[k], variant) for k in STRUCTURE_LAYERS]
    return mean(float(loss) for loss in losses)
