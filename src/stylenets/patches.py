"""Style swap: every content patch becomes its best-correlated style patch, exactly and in bounded memory (Chen & Schmidt 2016, sec. 3.1).

The correlation of p x p patches is the sum of p^2 shifted copies of the correlation of single positions, a p^2-th of the multiplications,
and adding up the chosen patches takes the place of a transposed convolution of one-hot maps.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.errors import UserError

MEMORY = 32 * 2**20  # bytes of workspace; measured on a CPU at 64 x 64 and 128 x 128 features: larger tiles are no faster
COPIES = 2  # of a tile's correlations that exist at once: before and after a step
EPSILON = 1e-8  # norm of an all-zero style patch, whose correlation with everything is 0

Rectangle = tuple[int, int, int, int]  # first and last + 1 row, first and last + 1 column, in patches


def style_swap(content: Tensor, style: Tensor, patch: int = 3, stride: int = 1, memory: int = MEMORY) -> Tensor:
    """content (B, C, H, W), style (C, h, w) or (1, C, h, w) -> (B, C, H, W) made of patches of the style, averaged where they overlap.

    ``memory``: bytes of workspace besides inputs and result, kept to for all but the smallest tiles. Half precision is computed in float32.
    Where H - patch is no multiple of ``stride``, the last row and column of the content are repeated for the search.
    Raises UserError for inputs smaller than a patch, of different channels, or a stride that leaves gaps.
    """
    style = style[0] if style.ndim == 4 else style
    _check(content, style, patch, stride)
    height, width = content.shape[-2:]
    padding = [0, -(width - patch) % stride, 0, -(height - patch) % stride]
    padded = F.pad(content, padding, mode="replicate") if any(padding) else content
    chosen = best_patches(padded, style, patch, stride, memory)
    swapped = content.new_empty(content.shape)
    for picture, indices in zip(swapped, chosen, strict=True):
        _average(picture, style, indices, patch, stride, memory)
    return swapped


@torch.no_grad()
def best_patches(content: Tensor, style: Tensor, patch: int, stride: int, memory: int = MEMORY) -> Tensor:
    """argmax of the normalized correlation (Chen & Schmidt 2016, eq. 1) -> (B, rows, columns) indices of style patches.

    content (B, C, H, W), style (C, h, w). Of equal ones the first is taken. The norm of a content patch changes no argmax and is left out.
    """
    rows, columns = (1 + (side - patch) // stride for side in content.shape[-2:])
    style = style.float()
    scale = _inverse_norms(style, patch, stride)
    score = _shifted_scores if patch**2 > stride**4 else _direct_scores
    tiles = _tile_sides((rows, columns, *scale.shape), patch, stride, memory, content.shape[1])
    chosen = torch.zeros(len(content), rows, columns, dtype=torch.long, device=content.device)
    with _full_precision(content.device.type):
        for picture, indices in zip(content, chosen, strict=True):
            for tile in _rectangles(rows, columns, *tiles[:2]):
                cut = _cut(picture, tile, patch, stride).float()
                best = torch.full((tile[1] - tile[0], tile[3] - tile[2]), -torch.inf, device=content.device)
                for other in _rectangles(*scale.shape, *tiles[2:]):
                    scores = score(cut, _cut(style, other, patch, stride), patch, stride, _part(scale, other))
                    _keep_best(best, _part(indices, tile), scores, other, scale.shape[1])
    return chosen


def _check(content: Tensor, style: Tensor, patch: int, stride: int) -> None:
    if not 1 <= stride <= patch:
        raise UserError(f"patches of {patch} with stride {stride}: needs 1 <= stride <= patch, or gaps would be left")
    for what, features in {"content": content, "style": style}.items():
        if min(features.shape[-2:]) < patch:
            size = f"{features.shape[-1]} x {features.shape[-2]}"
            raise UserError(f"the {what} has {size} features, less than a patch of {patch}: give a larger picture")
    if content.shape[1] != style.shape[0]:
        raise UserError(f"content of {content.shape[1]} and style of {style.shape[0]} channels: both must come from one layer")


def _inverse_norms(style: Tensor, patch: int, stride: int) -> Tensor:
    """1 / ||patch|| of every style patch: (C, h, w) -> (rows, columns)."""
    energy = style.square().sum(0, dtype=torch.float64)[None, None]
    return F.avg_pool2d(energy, patch, stride)[0, 0].mul(patch**2).sqrt().clamp_min(EPSILON).reciprocal().float()


def _shifted_scores(content: Tensor, style: Tensor, patch: int, stride: int, scale: Tensor) -> Tensor:
    """Cut features (C, I, J), (C, U, V) -> correlations (content patches, style patches), by shifted sums of those of single positions.

    Shifts are taken along flattened positions, so that the inner loops are long; what wraps around an edge is cut off with the last step.
    """
    (height, width), w = content.shape[1:], style.shape[2]
    sums = content.flatten(1).T @ style.flatten(1)
    for step, style_step in ((1, 1), (width, w)):
        n, m = (side - (patch - 1) * by for side, by in zip(sums.shape, (step, style_step), strict=True))
        shifted = [sums[k * step : k * step + n, k * style_step : k * style_step + m] for k in range(patch)]
        sums = shifted[0] if patch == 1 else torch.add(shifted[0], shifted[1])
        for more in shifted[2:]:
            sums += more
        del shifted  # what it was summed from
    rows, columns = (1 + (side - patch) // stride for side in (height, width))
    inner, outer = sums.stride(1), sums.stride(0)
    grid = sums.as_strided(
        (rows, columns, *scale.shape),
        (stride * width * outer, stride * outer, stride * w * inner, stride * inner),
        sums.storage_offset(),
    )
    return (grid * scale).view(rows, columns, -1)


def _direct_scores(content: Tensor, style: Tensor, patch: int, stride: int, scale: Tensor) -> Tensor:
    """The same by the patches themselves: cheaper where a wide stride leaves few of them."""
    rows, columns = (1 + (side - patch) // stride for side in content.shape[1:])
    ours, theirs = (F.unfold(features[None], patch, stride=stride)[0] for features in (content, style))
    return (ours.T @ theirs).mul_(scale.flatten()).view(rows, columns, -1)


def _keep_best(best: Tensor, index: Tensor, scores: Tensor, tile: Rectangle, columns: int) -> None:
    """Update ``best`` and ``index`` (rows, columns) with (rows, columns, patches of ``tile``); of equals the lower index stays."""
    value, place = scores.max(-1)
    wide = tile[3] - tile[2]
    place = (tile[0] + place // wide) * columns + tile[2] + place % wide
    better = (value > best) | ((value == best) & (place < index))
    best.copy_(torch.where(better, value, best))
    index.copy_(torch.where(better, place, index))


def _tile_sides(counts: tuple[int, int, int, int], patch: int, stride: int, memory: int, channels: int) -> list[int]:
    """Patches a tile spans along content rows and columns, style rows and columns: the largest, near a square, that fit in ``memory``."""
    sides = list(counts)

    def floats() -> float:
        spans = [(side - 1) * stride + patch for side in sides]
        unfolded = (sides[0] * sides[1] + sides[2] * sides[3]) * channels * patch**2 if patch**2 <= stride**4 else 0
        return COPIES * math.prod(spans) + unfolded + channels * (spans[0] * spans[1] + spans[2] * spans[3])

    for pair in ((0, 2), (1, 3)):  # whole rows for as long as one fits
        while 4 * floats() > memory and max(sides[k] for k in pair) > 1:
            widest = max(pair, key=lambda k: sides[k])
            sides[widest] = sides[widest] - max(1, sides[widest] // 8)
    return sides


def _rectangles(rows: int, columns: int, high: int, wide: int) -> Iterator[Rectangle]:
    """Tiles of at most ``high`` x ``wide`` that cover rows x columns, of near equal size."""
    down, across = math.ceil(rows / high), math.ceil(columns / wide)
    for i in range(down):
        for j in range(across):
            yield i * rows // down, (i + 1) * rows // down, j * columns // across, (j + 1) * columns // across


def _part(values: Tensor, tile: Rectangle) -> Tensor:
    return values[tile[0] : tile[1], tile[2] : tile[3]]


def _cut(features: Tensor, tile: Rectangle, patch: int, stride: int) -> Tensor:
    """The part of (C, H, W) that the patches of ``tile`` cover."""
    top, bottom, left, right = tile
    return features[:, top * stride : (bottom - 1) * stride + patch, left * stride : (right - 1) * stride + patch]


def _average(out: Tensor, style: Tensor, indices: Tensor, patch: int, stride: int, memory: int) -> None:
    """Fill ``out`` (C, H, W) with the mean of the style patches chosen by ``indices`` (rows, columns) that cover each position.

    Sums are float64, so that the mean of equal values is that value.
    """
    (rows, columns), (channels, height, width) = indices.shape, out.shape
    h, w = (rows - 1) * stride + patch, (columns - 1) * stride + patch
    style_columns = 1 + (style.shape[2] - patch) // stride
    corner = ((indices // style_columns * style.shape[2] + indices % style_columns) * stride).flatten()
    offsets = [(dy, dx) for dy in range(patch) for dx in range(patch)]
    covered = [(slice(dy, h - patch + dy + 1, stride), slice(dx, w - patch + dx + 1, stride)) for dy, dx in offsets]
    count = torch.zeros(h, w, dtype=torch.float64, device=out.device)
    for down, across in covered:
        count[down, across] += 1
    step = max(1, memory // (32 * h * w))  # 8 bytes a sum, as many for each of what is gathered, added and divided
    for first in range(0, channels, step):
        flat = style[first : first + step].flatten(1)
        sums = torch.zeros(len(flat), h, w, dtype=torch.float64, device=out.device)
        for (dy, dx), (down, across) in zip(offsets, covered, strict=True):
            sums[:, down, across] += flat.index_select(1, corner + (dy * style.shape[2] + dx)).view(-1, rows, columns)
        out[first : first + step] = sums.div_(count)[:, :height, :width]


@contextmanager
def _full_precision(device: str) -> Iterator[None]:
    """No TF32 and no bfloat16, whatever the program chose: a rounded correlation has another argmax."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.autocast(device, enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)
