"""Trained networks from Python: a picture of any kind in, the same kind out, in any style.

from stylenets import Stylizer
painter = Stylizer.load("six")
painter("photo.jpg", style="swirl", strength=0.7).save("out.png")
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stylenets import assets, checkpoints, images
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.images import Picture
from stylenets.inference.controls import controlled
from stylenets.inference.loading import painter_in_styles, painter_settings
from stylenets.inference.matching import matched
from stylenets.inference.photo import EVERYWHERE, Photo
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.regions import Looks, lay_over, resolve_looks
from stylenets.inference.rows import RowStylizer
from stylenets.inference.scaling import scaled
from stylenets.inference.settings import Controls
from stylenets.inference.swapping import SwapStylizer
from stylenets.inference.tiling import Advance
from stylenets.masks import partition, resize
from stylenets.regions import BACKGROUND, KEEP
from stylenets.styles import StyleBank

Style = str | Mapping[str, float] | Picture
UNNAMED = "style"  # a style picture that is given with the photograph
NEEDS_ANY_STYLE = "a picture as the style needs a network for any style, such as 'any'"


class Stylizer:
    """A trained network, called with a picture and a style. Several threads may use one.

    ``styles`` are the names it knows: the network's own, or those of its style pictures. A network
    for any style also takes a picture as the style.

    Args:
        painter: What paints a tensor in given shares of the styles; ``load`` makes it.
        given: Which of its styles are there because files of them were given.

    Example:
        >>> from stylenets import Stylizer, photos
        >>> painter = Stylizer.load("small")
        >>> painter.styles
        ['swirl', 'glass', 'woodcut', 'points', 'facets', 'ink']
        >>> picture = painter(photos.bundled_photos()[0], style="ink", strength=0.7, size=64)
        >>> picture.size
        (64, 64)
    """

    def __init__(self, painter: RowStylizer | SwapStylizer, given: Sequence[str] = ()) -> None:
        self.painter = painter
        self.given = list(given)
        self.styles = painter.styles

    @classmethod
    def load(
        cls,
        ckpt: str | os.PathLike[str] | Network = "six",
        device: str = "auto",
        precision: str = "auto",
        compiled: bool = False,
        tiling: str = "auto",
        style_pictures: Sequence[str | os.PathLike[str]] = (),
        style_size: int = 512,
        vgg_weights: str | os.PathLike[str] | None = None,
        vgg_convention: str = "imagenet",
    ) -> Stylizer:
        """Load a network.

        Args:
            ckpt: The name of a bundled network ("six", "museum", "any" and others), a file of
                weights, a run's folder, or what ``checkpoints.load`` gave.
            device: "auto" (a CUDA device where there is one), "cpu", "cuda", "cuda:1" or "mps".
            precision: "auto" (float16 on a CUDA device), "float32", "float16" or "bfloat16".
            compiled: By ``torch.compile``: a minute for each size of picture, then faster on a GPU.
            tiling: How large pictures are painted: "exact" or "fast" in tiles, "off" as a whole,
                "auto": "exact" from 4 megapixels on a CPU.
            style_pictures: Files of styles, known by their names: pictures for a network for any
                style, and style files beside the network that they were trained on.
            style_size: Shortest side of style pictures in pixels: the scale of the patches.
            vgg_weights: The file of VGG weights that such a network was trained against, where that
                is none of the published ones.
            vgg_convention: How that file's VGG takes its pictures: "imagenet" or "caffe".

        Raises:
            UserError: It is missing or damaged, or there is no such device.
        """
        if not isinstance(ckpt, Network):
            ckpt = checkpoints.load(assets.network_file(os.fspath(ckpt)))
        settings = painter_settings(device, precision, compiled, tiling)
        paths = [Path(path) for path in style_pictures]
        weights = None if vgg_weights is None else Path(vgg_weights)
        vgg = (weights, vgg_convention)
        return cls(*painter_in_styles(ckpt, paths, style_size, vgg, settings))

    def __call__(
        self,
        picture: Picture,
        style: Style | None = None,
        *,
        strength: float = 1.0,
        colors: str = "style",
        stroke: float | str = 1.0,
        size: int | None = None,
        regions: Mapping[str, str | Mapping[str, float]] | None = None,
        masks: Mapping[str, Picture] | None = None,
        style_size: int = 512,
    ) -> Any:
        """Paint a picture.

        Args:
            picture: A path, the bytes of a file, a Pillow image, an array (H, W, 3), or a tensor
                (3, H, W) or (B, 3, H, W): uint8, or float in [0, 1].
            style: A name; shares of several, as in {"swirl": 0.6, "ink": 0.4}; or a tensor of
                weights (S, H, W), another blend at every place. Of a network for any style: a
                picture, of any kind.
            strength: From 0, the photograph, to 1, the style alone.
            colors: "style", "photo" (the photograph's chrominance) or "match" (the statistics of
                its chrominance). Lights and darks stay as painted.
            stroke: A factor on the size of strokes; "auto": at any resolution those of 512 pixels.
            size: Shortest side in pixels of the result; None: as the picture is.
            regions: {label: style, shares of styles, or "keep" for the photograph}, in place of
                ``style``; what no label covers is "background".
            masks: Where these labels are: {label: a file, or an array or tensor (H, W) in [0, 1]}.
            style_size: Shortest side of a picture given as the style.

        Returns:
            The same kind of picture; of a path or bytes a Pillow image.

        Raises:
            UserError: For anything that was given wrong, saying what.
        """
        controls = Controls(strength, colors, stroke)
        batch = images.to_batch(picture, size)
        if regions is not None:
            if style is not None:
                raise UserError("give a style, or regions with a style each, not both")
            painted = [self.paint_regions(one, regions, masks or {}, controls) for one in batch]
            return images.like(picture, torch.stack(painted))
        painter, weights = self._resolve(style, style_size)
        painted = [self.paint(one, weights, controls, painter) for one in batch]
        return images.like(picture, torch.stack(painted))

    def paint(
        self,
        picture: Tensor,
        weights: Tensor,
        controls: Controls | None = None,
        painter: RowStylizer | SwapStylizer | None = None,
    ) -> Tensor:
        """Paint one picture (3, H, W) in [0, 1] by weights (S,) or (S, h, w) of ``painter``."""
        return torch.cat(list(self.paint_bands(Photo(picture), weights, controls, painter)), 1)

    def paint_bands(
        self,
        photo: Photo,
        weights: Tensor,
        controls: Controls | None = None,
        painter: RowStylizer | SwapStylizer | None = None,
        advance: Advance = lambda share: None,
    ) -> Iterator[Tensor]:
        """As ``paint``, of a picture of any size: bands (3, n, W), from the top.

        ``advance`` is called with shares of the work as they are done.
        """
        painter, controls = painter or self.painter, controls or Controls()
        twice = 0 < controls.strength < 1 and painter.paints_photo

        def paint(seen: Photo, share: float) -> Iterator[Tensor]:
            fitting = weights
            if weights.ndim == 3 and seen is not photo:
                fitting = scaled(weights, seen.height, seen.width).clamp(min=0)
            if controls.match:
                seen = Photo(matched(painter, seen.part(EVERYWHERE), fitting, controls.match))
            return painter.bands(
                seen, fitting, share, lambda done: advance(done / 2 if twice else done)
            )

        return controlled(photo, paint, painter.paints_photo, controls)

    def paint_regions(
        self,
        picture: Tensor,
        regions: Mapping[str, str | Mapping[str, float]],
        masks: Mapping[str, Picture],
        controls: Controls | None = None,
    ) -> Tensor:
        """Paint one picture (3, H, W) in [0, 1] with a look for each region, as in a call."""
        missing = [label for label in regions if label not in (*masks, BACKGROUND)]
        if missing:
            raise UserError(f"no mask for {missing[0]!r}: give masks={{{missing[0]!r}: mask}}")
        height, width = picture.shape[-2:]
        fitting = {
            name: resize(images.to_mask(mask), height, width) for name, mask in masks.items()
        }
        parts = partition(fitting)
        looks = resolve_looks(self.painter, {**dict.fromkeys(parts, KEEP), **regions})
        return self.paint_partition(picture, parts, looks, controls)

    def paint_partition(
        self,
        picture: Tensor,
        parts: Mapping[str, Tensor],
        looks: Looks,
        controls: Controls | None = None,
    ) -> Tensor:
        """Paint one picture (3, H, W) in [0, 1] with looks for parts (H, W) that sum to 1."""
        return lay_over(
            picture, parts, looks, lambda photo, weights: self.paint(photo, weights, controls)
        )

    def weights(self, style: str | Mapping[str, float]) -> Tensor:
        """The weights (S,) of a style, or of shares of several. Raises UserError as a call."""
        return self.painter.weights({style: 1.0} if isinstance(style, str) else style)

    def _resolve(
        self, style: Style | None, style_size: int
    ) -> tuple[RowStylizer | SwapStylizer, Tensor]:
        """What paints a style, and its weights there."""
        if style is None:
            if len(self.styles) != 1:
                raise UserError(f"choose a style: {', '.join(self.styles) or 'give a picture'}")
            return self.painter, self.weights(self.styles[0])
        if isinstance(style, Mapping) or (isinstance(style, str) and style in self._names()):
            return self.painter, self.weights(style)
        if isinstance(self.painter, SwapStylizer | PredictedStylizer):
            picture = images.to_batch(style, style_size)[0]
            bank = StyleBank([UNNAMED], [picture], [1.0])
            painter = self.painter.with_styles(bank)
            return painter, painter.weights({UNNAMED: 1.0})
        if isinstance(style, Tensor) and len(style) == len(self._names()):
            return self.painter, style
        if isinstance(style, str) and not Path(style).is_file():
            return self.painter, self.weights(style)  # which tells the names there are
        raise UserError(NEEDS_ANY_STYLE)

    def _names(self) -> list[str]:
        return self.painter.rows if isinstance(self.painter, RowStylizer) else self.styles
