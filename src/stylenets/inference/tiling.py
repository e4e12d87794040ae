"""Pictures of any size in bounded memory: tile by tile, with the norms' statistics of the whole.

Instance norm looks at the whole picture. Tiles normed by themselves would differ in color and have
seams. So every norm first gets the mean and the variance that it would have seen: "exact" gathers
them over all tiles, norm after norm, which costs about half a pass for each; "fast" takes those of
a thumbnail (Chen et al. 2022). What a tile sees beyond its borders is computed with it.

Against a picture of 768 pixels painted as a whole by the network six, in tiles of 256: "exact" is
within 0.25 of 255 levels; "fast", with a thumbnail of half the size, 7.6 to 9.4 levels off in the
mean, since a thumbnail's texture is another. It has no seams.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from stylenets.inference.strokes import scaled
from stylenets.layers.conv import pad_to_multiple
from stylenets.layers.norm import EPS, ConditionalInstanceNorm, InstanceNorm, mix_rows

LARGEST_WHOLE = 2048 * 2048  # pixels from which on "auto" is "exact"
TILE = 768  # pixels a side, without what it sees beyond
THUMBNAIL = 1024  # pixels of its longest side
GRID = 4  # pixels that one feature of the innermost layers stands for


@dataclass(frozen=True)
class Tile:
    """A part of the picture: what is computed, and what of that is kept."""

    seen: tuple[slice, slice]
    kept: tuple[slice, slice]

    @property
    def inner(self) -> tuple[slice, slice]:
        """What is kept, counted from the corner of what is seen."""
        rows, columns = (
            slice(kept.start - seen.start, kept.stop - seen.start)
            for kept, seen in zip(self.kept, self.seen, strict=True)
        )
        return rows, columns


class FixedNorm(nn.Module):
    """An instance norm, of one style or conditional, with statistics that are given.

    Args:
        norm: Whose gamma and beta it has.
        mean: (1, C, 1, 1) of the whole picture.
        variance: The same.
    """

    def __init__(self, norm: nn.Module, mean: Tensor, variance: Tensor) -> None:
        super().__init__()
        self.norm = norm
        self.mean = mean
        self.scale = (variance + EPS).rsqrt()

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """As the norm's own: (B, C, H, W), and style weights where it is conditional."""
        if isinstance(self.norm, ConditionalInstanceNorm):
            assert weights is not None
            gamma = mix_rows(self.norm.gamma, weights, x)
            beta = mix_rows(self.norm.beta, weights, x)
        else:
            assert isinstance(self.norm, InstanceNorm)
            gamma = self.norm.weight[None]
            beta = self.norm.bias[None]
        if gamma.ndim == 2:
            gamma = gamma[:, :, None, None]
            beta = beta[:, :, None, None]
        scale = gamma * self.scale
        return torch.addcmul(beta - self.mean * scale, scale, x.float()).to(x.dtype)


def wants_tiles(tiling: str, height: int, width: int) -> bool:
    """Whether a picture of this size is painted in tiles."""
    if tiling == "auto":
        return height * width > LARGEST_WHOLE
    return tiling != "off"


def paint_tiled(net: nn.Module, picture: Tensor, weights: Tensor | None, tiling: str) -> Tensor:
    """Paint a picture tile by tile.

    Args:
        net: A network with instance norms, which stays as it is.
        picture: (1, 3, H, W).
        weights: As the network takes them, (1, S) or (1, S, H, W); None where it takes none.
        tiling: "fast" for statistics of a thumbnail; anything else is exact.

    Returns:
        (1, 3, H, W).
    """
    height, width = picture.shape[-2:]
    padded = pad_to_multiple(picture, GRID)
    if weights is not None and weights.ndim == 4:
        weights = pad_to_multiple(scaled(weights[0], height, width)[None], GRID)
    rows, columns = padded.shape[-2:]
    parts = list(tiles(rows, columns, _halo(net)))
    own = copy.deepcopy(net)
    if tiling == "fast":
        _fix_by_thumbnail(own, picture, weights)
    else:
        _fix_by_tiles(own, padded, weights, parts)
    output = torch.empty_like(padded)
    for tile in parts:
        painted = _run(own, padded[..., *tile.seen], _part(weights, tile))
        output[..., *tile.kept] = painted[..., *tile.inner]
    return output[..., :height, :width]


def tiles(height: int, width: int, halo: int, side: int = TILE) -> Iterator[Tile]:
    """Tiles that cover a picture without overlap, each seen with ``halo`` more on every side."""
    for rows in _spans(height, halo, side):
        for columns in _spans(width, halo, side):
            yield Tile((rows[0], columns[0]), (rows[1], columns[1]))


def _spans(length: int, halo: int, side: int) -> Iterator[tuple[slice, slice]]:
    for start in range(0, length, side):
        stop = min(start + side, length)
        yield slice(max(0, start - halo), min(length, stop + halo)), slice(start, stop)


def _halo(net: nn.Module) -> int:
    """Pixels that an output pixel sees to each side, rounded up to the grid.

    4 in the first convolution and in the last, 3 going down, 3 * GRID or less coming up, and GRID
    for every convolution of the residual blocks.
    """
    convolutions = sum(isinstance(module, nn.Conv2d) for module in net.modules())
    residual = convolutions - 6
    return GRID * (residual + 8)


def _run(net: nn.Module, batch: Tensor, weights: Tensor | None) -> Tensor:
    output: Tensor = net(batch) if weights is None else net(batch, weights)
    return output


def _part(weights: Tensor | None, tile: Tile) -> Tensor | None:
    return weights if weights is None or weights.ndim == 2 else weights[..., *tile.seen]


def _norms(net: nn.Module) -> list[str]:
    """Their names, in the order of the computation, which both networks' modules have."""
    kinds = (ConditionalInstanceNorm, InstanceNorm)
    return [name for name, module in net.named_modules() if isinstance(module, kinds)]


def _fix(net: nn.Module, name: str, mean: Tensor, variance: Tensor) -> None:
    parent, _, own = name.rpartition(".")
    norm = net.get_submodule(name)
    setattr(net.get_submodule(parent), own, FixedNorm(norm, mean, variance))


def _fix_by_thumbnail(net: nn.Module, picture: Tensor, weights: Tensor | None) -> None:
    height, width = picture.shape[-2:]
    factor = min(1.0, THUMBNAIL / max(height, width))
    sides = max(GRID * 4, round(height * factor)), max(GRID * 4, round(width * factor))
    thumbnail = scaled(picture[0], *sides).clamp(0, 1)[None]
    found: dict[str, tuple[Tensor, Tensor]] = {}
    hooks = []
    for name in _norms(net):

        def gather(module: nn.Module, arguments: tuple[Tensor, ...], name: str = name) -> None:
            given = arguments[0].float()
            variance, mean = torch.var_mean(given, (2, 3), correction=0, keepdim=True)
            found[name] = (mean, variance)

        hooks.append(net.get_submodule(name).register_forward_pre_hook(gather))
    _run(net, thumbnail, weights)
    for hook in hooks:
        hook.remove()
    for name, (mean, variance) in found.items():
        _fix(net, name, mean, variance)


class _ReachedError(Exception):
    """The norm whose statistics are wanted."""


def _fix_by_tiles(
    net: nn.Module, picture: Tensor, weights: Tensor | None, parts: list[Tile]
) -> None:
    for name in _norms(net):
        count = 0
        sums: list[Tensor] = []
        for tile in parts:
            values = _reaching(net, name, picture[..., *tile.seen], _part(weights, tile))
            step = (tile.seen[0].stop - tile.seen[0].start) / values.shape[-2]
            rows, columns = (
                slice(round(one.start / step), round(one.stop / step)) for one in tile.inner
            )
            inner = values[..., rows, columns].double()
            count += inner.shape[-2] * inner.shape[-1]
            sums.append(torch.stack([inner.sum((2, 3)), inner.square().sum((2, 3))]))
        mean, square = torch.stack(sums).sum(0) / count
        variance = (square - mean.square()).clamp(min=0)
        _fix(net, name, mean.float()[..., None, None], variance.float()[..., None, None])


def _reaching(net: nn.Module, name: str, batch: Tensor, weights: Tensor | None) -> Tensor:
    """What the norm ``name`` is given."""
    found: list[Tensor] = []

    def stop(module: nn.Module, arguments: tuple[Tensor, ...]) -> None:
        found.append(arguments[0])
        raise _ReachedError

    hook = net.get_submodule(name).register_forward_pre_hook(stop)
    try:
        _run(net, batch, weights)
    except _ReachedError:
        pass
    finally:
        hook.remove()
    return found[0]
