"""Matched style swap of a picture of any size: the statistics of the whole, gathered over tiles.

``matched_swap`` shifts and scales channels by statistics of all the features, before the swap and
twice after it. A first pass gathers those of the content, a second one swaps and gathers the rest,
a third one paints. What lies between them is in temporary files.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import torch
from torch import Tensor

from stylenets.allocator import give_back_freed_memory
from stylenets.inference.feature_file import FeatureFile
from stylenets.inference.fixed_norms import Moments
from stylenets.inference.photo import Photo
from stylenets.inference.tiles import (
    TILE,
    Rectangle,
    Tile,
    overlap,
    padded_part,
    padded_sides,
    tile_rows,
    within,
)
from stylenets.nets.inverse import InverseNet
from stylenets.patches import style_swap
from stylenets.patches.matched import (
    SMALLEST,
    SWAPPED,
    ChannelStatistics,
    statistics_of,
    with_statistics,
)

SEEN = 32  # pixels that a feature of relu4_1 sees to each side, or a pixel of its inverse: 30
Advance = Callable[[float], None]
Encode = Callable[[Tensor], Tensor]


class TiledSwap:
    """One style of a picture, and how far its swap has come.

    Args:
        style: Its features (1, C, h, w).
        share: Of the picture's features, (1, 1) or (h, w).
        box: Where that is not 0: what lies beyond is neither swapped nor counted.
        file: Of swapped features.
    """

    def __init__(self, style: Tensor, share: Tensor, box: Rectangle, file: FeatureFile) -> None:
        self.style = style
        self.share = share
        self.box = box
        self.file = file
        self.wanted = statistics_of(style.flatten(2))
        self.content = Moments()
        self.swapped = JointMoments()

    def measured(self) -> None:
        """All of the content is in ``content``."""
        mean, variance = self.content.statistics()
        self.own = ChannelStatistics(mean, variance.sqrt() + SMALLEST)

    def matched(self, content: Tensor) -> Tensor:
        """Features of the content with the style's statistics."""
        return with_statistics(content, self.own, self.wanted)

    def mixed(self, swapped: Tensor, content: Tensor) -> Tensor:
        """What ``matched_swap`` makes of swapped features and of the content's own."""
        before = self.swapped.of_mixture(1.0, 0.0)
        factor = (self.wanted.deviation / before.deviation).double()
        mixture = self.swapped.of_mixture(SWAPPED * factor, 1 - SWAPPED)
        shift = SWAPPED * (self.wanted.mean - before.mean * factor.float())
        mixture = mixture._replace(mean=mixture.mean + shift)
        moved = with_statistics(swapped, before, self.wanted)
        return with_statistics(moved.lerp(self.matched(content), 1 - SWAPPED), mixture, self.wanted)


class JointMoments:
    """Of two values (1, C, h, w) that come in parts, in float64."""

    def __init__(self) -> None:
        self.count = 0
        self.sums: list[Tensor] = []

    def add(self, first: Tensor, second: Tensor) -> None:
        """Take a part of both."""
        self.count += first.shape[-2] * first.shape[-1]
        one, two = first.double(), second.double()
        parts = (one, two, one * one, two * two, one * two)
        self.sums.append(torch.stack([part.sum((2, 3), keepdim=True) for part in parts]))

    def of_mixture(self, first: Tensor | float, second: Tensor | float) -> ChannelStatistics:
        """Statistics of ``first`` times the one and ``second`` times the other."""
        one, two, ones, twos, both = torch.stack(self.sums).sum(0) / self.count
        mean = first * one + second * two
        square = first * first * ones + 2 * first * second * both + second * second * twos
        deviation = (square - mean.square()).clamp(min=0).sqrt()
        return ChannelStatistics(mean.float(), deviation.float() + SMALLEST)


class MatchedTiles:
    """A picture painted by an inverse network that matches statistics, tile by tile.

    Args:
        net: The network.
        encode: VGG, (1, 3, H, W) -> (1, C, h, w).
        photo: The picture.
        kept: Share of the content's own features.
        patch: Features a side of a patch.
        advance: Called with the share of the work after each tile.
    """

    def __init__(
        self,
        net: InverseNet,
        encode: Encode,
        photo: Photo,
        kept: float,
        patch: int,
        advance: Advance,
    ) -> None:
        self.net = net
        self.encode = encode
        self.photo = photo
        self.kept = kept
        self.patch = patch
        self.advance = advance
        height, width = padded_sides(photo, net.factor)
        self.sides = (height // net.factor, width // net.factor)
        self.passes = 1

    def bands(self, styles: Sequence[tuple[Tensor, Tensor, Rectangle]]) -> Iterator[Tensor]:
        """Paint.

        Args:
            styles: Of each its features (1, C, h, w), its share of the picture's features, (1, 1)
                or (h, w), and the rows and columns of these where it has one.

        Yields:
            Bands (3, n, W), from the top.

        Raises:
            UserError: The disk has no room for what lies between the passes.
        """
        channels = styles[0][0].shape[1]
        with ExitStack() as stack:

            def new_file() -> FeatureFile:
                return stack.enter_context(FeatureFile(channels, *self.sides))

            self.content = new_file()
            self.swaps = [TiledSwap(*style, new_file()) for style in styles]
            self.passes = 2 + len(self.swaps)
            for tile in self._tiles(SEEN // self.net.factor):
                self._measure(tile)
            for swap in self.swaps:
                swap.measured()
                for tile in self._tiles(self.patch - 1):
                    self._swap(swap, tile)
            yield from self._painted()

    def _tiles(self, halo: int) -> Iterator[Tile]:
        """Of features, each of which has then been worked on."""
        for tiles in tile_rows(*self.sides, halo, TILE // self.net.factor):
            for tile in tiles:
                yield tile
                self._done(tile)

    def _done(self, tile: Tile) -> None:
        rows, columns = tile.kept
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        give_back_freed_memory()
        self.advance(area / (self.sides[0] * self.sides[1] * self.passes))

    def _measure(self, tile: Tile) -> None:
        factor = self.net.factor
        rows, columns = (slice(factor * one.start, factor * one.stop) for one in tile.seen)
        features = self.encode(padded_part(self.photo, (rows, columns)))
        self.content.write(*tile.kept, features[..., *tile.inner])
        for swap in self.swaps:
            if counted := overlap(swap.box, tile.kept):
                swap.content.add(features[..., *within(counted, tile.seen)])

    def _swap(self, swap: TiledSwap, tile: Tile) -> None:
        counted = overlap(swap.box, tile.kept)
        seen = overlap(swap.box, tile.seen)
        if not counted or not seen:
            return
        matched = swap.matched(self._read(self.content, seen))
        swapped = style_swap(matched, swap.style, self.patch)
        inner = within(counted, seen)
        swap.swapped.add(swapped[..., *inner], matched[..., *inner])
        swap.file.write(*counted, swapped[..., *inner])

    def _painted(self) -> Iterator[Tensor]:
        for tiles in tile_rows(*self.sides, SEEN // self.net.factor, TILE // self.net.factor):
            painted = []
            for tile in tiles:
                output = self.net(self._mixed(tile.seen))[0]
                rows, columns = (
                    slice(self.net.factor * one.start, self.net.factor * one.stop)
                    for one in tile.inner
                )
                painted.append(output[:, rows, columns].float().clamp(0, 1).cpu())
                self._done(tile)
            top = self.net.factor * tiles[0].kept[0].start
            yield torch.cat(painted, 2)[:, : self.photo.height - top, : self.photo.width]

    def _mixed(self, where: Rectangle) -> Tensor:
        """The features that are painted there."""
        content = self._read(self.content, where)
        features = self.kept * content
        for swap in self.swaps:
            if styled := overlap(swap.box, where):
                inner = within(styled, where)
                mixed = swap.mixed(self._read(swap.file, styled), content[..., *inner])
                share = swap.share if swap.share.numel() == 1 else swap.share[styled]
                features[..., *inner] += share * mixed
        return features

    def _read(self, file: FeatureFile, where: Rectangle) -> Tensor:
        return file.read(*where).to(self.net.scale)
