"""Style swap: every content patch becomes its best-correlated style patch, exactly and in bounded memory (Chen & Schmidt 2016, sec. 3.1).

The correlation of p x p patches is the sum of p^2 shifted copies of the correlation of single positions, a p^2-th of the multiplications,
and adding up the chosen patches takes the place of a transposed convolution of one-hot maps. (Of patches that do not overlap the products
of positions p - 1 in p are not needed, and computed all the same.)
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.errors import UserError

MEMORY = (
    16 * 2**20
)  # bytes of workspace; measured on a CPU at 128 x 128 features: with more it is no faster
EPSILON = 1e-8  # norm of an all-zero style patch, whose correlation with everything is 0


def style_swap(
    content: Tensor, style: Tensor, patch: int = 3, stride: int = 1, memory: int = MEMORY
) -> Tensor:
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
def best_patches(
    content: Tensor, style: Tensor, patch: int, stride: int, memory: int = MEMORY
) -> Tensor:
    """argmax of the normalized correlation (Chen & Schmidt 2016, eq. 1) -> (B, rows, columns) indices of style patches.

    content (B, C, H, W), style (C, h, w). Of equal ones the first is taken. The norm of a content patch changes no argmax and is left out.
    """
    rows, columns = (1 + (side - patch) // stride for side in content.shape[-2:])
    scale = _inverse_norms(style.float(), patch, stride)
    high, wide, deep = _portions(content.shape[-1], style, patch, stride, memory)
    chosen = torch.zeros(len(content), rows, columns, dtype=torch.long, device=content.device)
    best = torch.full(chosen.shape, -torch.inf, device=content.device)
    with _full_precision(content.device.type):
        for first, last in _spans(0, len(scale), high):
            band = (
                _covered(style, 1, first, last, patch, stride).float().permute(1, 0, 2).contiguous()
            )
            for left, right in _spans(0, columns, wide):
                part = _covered(content, 3, left, right, patch, stride)
                for picture, value, index in zip(
                    part, best[..., left:right], chosen[..., left:right], strict=True
                ):
                    _search(
                        picture, band, scale[first:last], patch, stride, deep, value, index, first
                    )
    return chosen


def _search(
    content: Tensor,
    band: Tensor,
    scale: Tensor,
    patch: int,
    stride: int,
    deep: int,
    best: Tensor,
    index: Tensor,
    first: int,
) -> None:
    """Update ``best`` and ``index`` (rows, columns) of content (C, H, W) by the style's rows (U, C, w) from row ``first`` of patches on.

    Content and style rows are paired by the distance between them: then every product of two rows is needed once, and patches sum up
    neighboring products. ``deep``: rows of patches at a time.
    """
    rows, by_rows = len(best), content.permute(1, 2, 0)
    for distance in range(1 - rows, len(scale)):
        for top, bottom in _spans(max(0, -distance), min(rows, len(scale) - distance), deep):
            ours = _covered(by_rows, 0, top, bottom, patch, stride).float()
            theirs = _covered(band, 0, top + distance, bottom + distance, patch, stride)
            scores = _scores(torch.bmm(ours, theirs), patch, stride, scale.shape[1])
            value, place = scores.mul_(scale[top + distance : bottom + distance, None]).max(-1)
            place += (
                scale.shape[1]
                * torch.arange(
                    first + top + distance, first + bottom + distance, device=place.device
                )[:, None]
            )
            _keep_best(best[top:bottom], index[top:bottom], value, place)


def _check(content: Tensor, style: Tensor, patch: int, stride: int) -> None:
    if not 1 <= stride <= patch:
        raise UserError(
            f"patches of {patch} with stride {stride}: needs 1 <= stride <= patch, or gaps would be left"
        )
    for what, features in {"content": content, "style": style}.items():
        if min(features.shape[-2:]) < patch:
            size = f"{features.shape[-1]} x {features.shape[-2]}"
            raise UserError(
                f"the {what} has {size} features, less than a patch of {patch}: give a larger picture"
            )
    if content.shape[1] != style.shape[0]:
        raise UserError(
            f"content of {content.shape[1]} and style of {style.shape[0]} channels: both must come from one layer"
        )


def _inverse_norms(style: Tensor, patch: int, stride: int) -> Tensor:
    """1 / ||patch|| of every style patch: (C, h, w) -> (rows, columns)."""
    energy = style.square().sum(0, dtype=torch.float64)[None, None]
    return (
        F.avg_pool2d(energy, patch, stride)[0, 0]
        .mul(patch**2)
        .sqrt()
        .clamp_min(EPSILON)
        .reciprocal()
        .float()
    )


def _scores(products: Tensor, patch: int, stride: int, style_columns: int) -> Tensor:
    """Products of single positions (height, W, w), row by row -> correlations of patches (rows, columns, style columns).

    Along a row the sums are of flattened positions, so that the inner loops are long; what wraps around an edge is left out at the end.
    """
    (height, width, w), step = products.shape, products.shape[2] + 1
    rows, columns = (1 + (side - patch) // stride for side in (height, width))
    sums = _sum([products[k : k + (rows - 1) * stride + 1 : stride] for k in range(patch)]).flatten(
        1
    )
    del products  # its memory
    sums = _sum(
        [sums[:, k * step : sums.shape[1] - (patch - 1 - k) * step] for k in range(patch)]
    ).contiguous()
    return sums.as_strided((rows, columns, style_columns), (sums.stride(0), stride * w, stride))


def _sum(parts: list[Tensor]) -> Tensor:
    total = torch.add(parts[0], parts[1]) if len(parts) > 1 else parts[0]
    for part in parts[2:]:
        total += part
    return total


def _keep_best(best: Tensor, index: Tensor, value: Tensor, place: Tensor) -> None:
    """Update ``best`` and ``index`` where ``value`` is better; of equals the lower index stays."""
    better = (value > best) | ((value == best) & (place < index))
    best.copy_(torch.where(better, value, best))
    index.copy_(torch.where(better, place, index))


def _portions(
    width: int, style: Tensor, patch: int, stride: int, memory: int
) -> tuple[int, int, int]:
    """Style rows, content columns, content rows (of patches) at a time: half of ``memory`` for style features, half for products and sums."""
    channels, _, w = style.shape
    floats = memory // 8
    high = 1 + (floats // (channels * w) - patch) // stride
    span = max(patch, min(width, floats // (w * (patch + stride))))
    deep = (floats // (span * w) - patch + 1) // (stride + 1)
    return max(1, high), 1 + (span - patch) // stride, max(1, deep)


def _spans(first: int, last: int, most: int) -> Iterator[tuple[int, int]]:
    """first to last in parts of near equal size, none larger than ``most``."""
    count = math.ceil((last - first) / most)
    for k in range(count):
        yield first + k * (last - first) // count, first + (k + 1) * (last - first) // count


def _covered(features: Tensor, dim: int, first: int, last: int, patch: int, stride: int) -> Tensor:
    """The part that the patches ``first`` to ``last`` along ``dim`` cover."""
    return features.narrow(dim, first * stride, (last - first - 1) * stride + patch)


def _average(
    out: Tensor, style: Tensor, indices: Tensor, patch: int, stride: int, memory: int
) -> None:
    """Fill ``out`` (C, H, W) with the mean of the style patches chosen by ``indices`` (rows, columns) that cover each position.

    Sums are float64, so that the mean of equal values is that value.
    """
    (rows, columns), (channels, height, width) = indices.shape, out.shape
    h, w = (rows - 1) * stride + patch, (columns - 1) * stride + patch
    style_columns = 1 + (style.shape[2] - patch) // stride
    corner = (
        (indices // style_columns * style.shape[2] + indices % style_columns) * stride
    ).flatten()
    offsets = [(dy, dx) for dy in range(patch) for dx in range(patch)]
    covered = [
        (slice(dy, h - patch + dy + 1, stride), slice(dx, w - patch + dx + 1, stride))
        for dy, dx in offsets
    ]
    count = torch.zeros(h, w, dtype=torch.float64, device=out.device)
    for down, across in covered:
        count[down, across] += 1
    step = max(
        1, memory // (32 * h * w)
    )  # 8 bytes a sum, as many for each of what is gathered, added and divided
    for first in range(0, channels, step):
        flat = style[first : first + step].flatten(1)
        sums = torch.zeros(len(flat), h, w, dtype=torch.float64, device=out.device)
        for (dy, dx), (down, across) in zip(offsets, covered, strict=True):
            sums[:, down, across] += flat.index_select(1, corner + (dy * style.shape[2] + dx)).view(
                -1, rows, columns
            )
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
