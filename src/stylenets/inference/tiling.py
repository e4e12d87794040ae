"""Pictures of any size in bounded memory: tile by tile, with the norms' statistics of the whole.

Instance norm looks at the whole picture. Tiles normed by themselves would differ in color and have
seams. So every norm first gets the mean and the variance that it would have seen.

"exact" gathers them over all tiles. It computes a segment of the network after the other (down,
each block, up) and keeps what lies between two of them in a file, so that all of it costs about
three passes. "fast" takes those of a thumbnail (Chen et al. 2022), in one pass.

Against a picture of 768 pixels painted as a whole by the network six, in tiles of 256: "exact" is
within 0.25 of 255 levels; "fast", with a thumbnail of half the size, 7.6 to 9.4 levels off in the
mean, since a thumbnail's texture is another. It has no seams.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from stylenets.allocator import give_back_freed_memory
from stylenets.inference.feature_file import FeatureFile
from stylenets.inference.fixed_norms import Moments, fix, fix_all, given_to
from stylenets.inference.photo import ROWS, Photo
from stylenets.inference.scaling import scaled
from stylenets.inference.segments import Segment, segments_of
from stylenets.inference.tiles import (
    Tile,
    padded_part,
    padded_sides,
    part_of_weights,
    tile_rows,
)
from stylenets.layers.conv import pad_to_multiple

THUMBNAIL = 1024  # pixels of its longest side
GRID = 4  # pixels that one feature of the innermost layers stands for
REACH = 2 * GRID  # pixels that any segment sees to each side, at most: 4 + 1 + 2 * 1 going down
Advance = Callable[[float], None]  # told the share of the work that was done


def wants_tiles(tiling: str, photo: Photo) -> bool:
    """Whether a picture is painted in tiles."""
    return photo.is_large if tiling == "auto" else tiling != "off"


@torch.inference_mode()
def paint_in_tiles(
    net: nn.Module,
    photo: Photo,
    weights: Tensor | None,
    tiling: str,
    advance: Advance = lambda share: None,
) -> Iterator[Tensor]:
    """Paint a picture tile by tile.

    Args:
        net: A network with instance norms, which stays as it is.
        photo: The picture.
        weights: As the network takes them, (1, S) or (1, S, H, W); None where it takes none.
        tiling: "fast" for statistics of a thumbnail; anything else is exact.
        advance: Called with the share of the work after each tile.

    Yields:
        Bands (3, n, W), from the top.

    Raises:
        UserError: The disk has no room for what lies between the segments.
    """
    if weights is not None and weights.ndim == 4:
        weights = pad_to_multiple(scaled(weights[0], photo.height, photo.width)[None], GRID)
    work = _Work(copy.deepcopy(net), photo, weights, advance)
    yield from work.fast() if tiling == "fast" else work.exact()


class _Work:
    """A network, whose norms are fixed one after the other, and the picture it is to paint."""

    def __init__(
        self, net: nn.Module, photo: Photo, weights: Tensor | None, advance: Advance
    ) -> None:
        self.net = net
        self.photo = photo
        self.weights = weights
        self.sides = padded_sides(photo, GRID)
        self.advance = advance
        self.steps = 1
        self.like = next(net.parameters())

    def fast(self) -> Iterator[Tensor]:
        """In one pass, by the statistics of a thumbnail."""
        height, width = self.photo.height, self.photo.width
        factor = min(1.0, THUMBNAIL / max(height, width))
        sides = max(GRID * 4, round(height * factor)), max(GRID * 4, round(width * factor))
        thumbnail = self.photo.scaled(*sides).clamp(0, 1)[None].to(self.like)
        fix_all(self.net, lambda: self._whole_net(thumbnail, self.weights))
        self.steps = 1
        for tiles in tile_rows(*self.sides, _halo(self.net)):
            yield from self._bands(
                tiles, lambda tile: self._whole_net(self._seen(tile), self._at(tile))
            )

    def exact(self) -> Iterator[Tensor]:
        """By the statistics of the whole picture."""
        first, *blocks, last = segments_of(self.net)
        self.steps = sum(len(one.norms) + 1 for one in (first, *blocks, last))
        channels = _channels(self.net)
        with ExitStack() as stack:
            before, after = (
                stack.enter_context(FeatureFile(channels, *(side // GRID for side in self.sides)))
                for _ in range(2)
            )
            self._fix_norms(first, self._seen)
            self._compute(first, self._seen, after)
            for block in blocks:
                before, after = after, before
                source = partial(self._read, before)
                self._fix_norms(block, source)
                self._compute(block, source, after)
            self._fix_norms(last, lambda tile: self._read(after, tile))
            for tiles in tile_rows(*self.sides, REACH):
                yield from self._bands(
                    tiles, lambda tile: last.run(self._read(after, tile), self._at(tile))
                )

    def _fix_norms(self, segment: Segment, source: Callable[[Tile], Tensor]) -> None:
        for name in segment.norms:
            moments = Moments()
            norm = self.net.get_submodule(name)
            for tile in self._tiles():
                values = given_to(norm, partial(self._run, segment, source, tile))
                moments.add(values[..., *_inner(tile, values)])
            fix(self.net, name, moments.statistics())

    def _run(self, segment: Segment, source: Callable[[Tile], Tensor], tile: Tile) -> Tensor:
        return segment.run(source(tile), self._at(tile))

    def _compute(
        self, segment: Segment, source: Callable[[Tile], Tensor], target: FeatureFile
    ) -> None:
        for tile in self._tiles():
            values = self._run(segment, source, tile)
            rows, columns = (_on_grid(one) for one in tile.kept)
            target.write(rows, columns, values[..., *_inner(tile, values)])

    def _tiles(self) -> Iterator[Tile]:
        for tiles in tile_rows(*self.sides, REACH):
            for tile in tiles:
                yield tile
                self._advance(tile)

    def _bands(self, tiles: list[Tile], paint: Callable[[Tile], Tensor]) -> Iterator[Tensor]:
        """A row of tiles, in bands that take little memory to look at."""
        rows = tiles[0].kept[0]
        band = torch.empty(3, rows.stop - rows.start, self.sides[1])
        for tile in tiles:
            painted = paint(tile)
            band[..., tile.kept[1]] = painted[0][..., *tile.inner].float().cpu()
            self._advance(tile)
        shown = band[:, : self.photo.height - rows.start, : self.photo.width].clamp_(0, 1)
        yield from shown.split(ROWS, 1)

    def _advance(self, tile: Tile) -> None:
        rows, columns = tile.kept
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        give_back_freed_memory()  # after each row of tiles alone, 8,192 columns took 2.1 GB
        self.advance(area / (self.sides[0] * self.sides[1] * self.steps))

    def _seen(self, tile: Tile) -> Tensor:
        return padded_part(self.photo, tile.seen).to(self.like)

    def _read(self, file: FeatureFile, tile: Tile) -> Tensor:
        rows, columns = (_on_grid(one) for one in tile.seen)
        return file.read(rows, columns).to(self.like)

    def _at(self, tile: Tile) -> Tensor | None:
        return part_of_weights(self.weights, tile.seen)

    def _whole_net(self, batch: Tensor, weights: Tensor | None) -> Tensor:
        output: Tensor = self.net(batch) if weights is None else self.net(batch, weights)
        return output


def _halo(net: nn.Module) -> int:
    """Pixels that an output pixel sees to each side, rounded up to the grid.

    4 in the first convolution and in the last, 3 going down, 3 * GRID or less coming up, and GRID
    for every convolution of the residual blocks.
    """
    convolutions = sum(isinstance(module, nn.Conv2d) for module in net.modules())
    residual = convolutions - 6
    return GRID * (residual + 8)


def _channels(net: nn.Module) -> int:
    """Of what lies between the segments."""
    return int(4 * net.width)  # type: ignore[operator]  # both networks have it


def _on_grid(pixels: slice) -> slice:
    return slice(pixels.start // GRID, pixels.stop // GRID)


def _inner(tile: Tile, values: Tensor) -> tuple[slice, slice]:
    """Where in ``values``, which are of all that is seen, lies what is kept."""
    step = (tile.seen[0].stop - tile.seen[0].start) / values.shape[-2]
    rows, columns = (slice(round(one.start / step), round(one.stop / step)) for one in tile.inner)
    return rows, columns
