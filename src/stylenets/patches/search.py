"""Find the style patch that is most like each content patch (Chen & Schmidt 2016, eq. 1)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.errors import UserError
from stylenets.patches.windows import Windows, spans

# Bytes of workspace; measured on a CPU at 128 x 128 features: with more it is no faster.
MEMORY = 16 * 2**20
# The norm of an all-zero style patch, whose correlation with everything is 0.
EPSILON = 1e-8


class Best(NamedTuple):
    """The best correlation so far of each content patch, and the style patch that has it."""

    correlation: Tensor
    chosen: Tensor

    def update(self, correlation: Tensor, candidate: Tensor) -> None:
        """Take over what is better, in place; of equals the lower index stays."""
        equal = (correlation == self.correlation) & (candidate < self.chosen)
        better = (correlation > self.correlation) | equal
        self.correlation.copy_(torch.where(better, correlation, self.correlation))
        self.chosen.copy_(torch.where(better, candidate, self.chosen))


class Band(NamedTuple):
    """Some rows of a style's patches.

    Attributes:
        features: (U, C, w), the rows of positions that they cover.
        scale: (rows, columns), 1 / norm of each patch.
        barred: (rows, columns), minus infinity for a patch that must not be chosen, else 0; None:
            any may.
        first: Which row of all patches is the first here.
    """

    features: Tensor
    scale: Tensor
    barred: Tensor | None
    first: int


class Portions(NamedTuple):
    """How many patches are compared at a time."""

    style_rows: int
    content_columns: int
    content_rows: int


@torch.no_grad()
def best_patches(
    content: Tensor,
    style: Tensor,
    patch: int,
    stride: int,
    memory: int = MEMORY,
    area: Tensor | None = None,
) -> Tensor:
    """The style patch with the largest normalized correlation, for each content patch.

    Of equal ones the first is taken. The norm of a content patch changes no argmax and is left out.

    Args:
        content: (B, C, H, W) features.
        style: (C, h, w) features.
        patch: Positions a side of a patch.
        stride: Positions from one patch to the next.
        memory: Bytes of workspace.
        area: (h, w): only patches that lie in it (above one half) are chosen; None: any.

    Returns:
        (B, rows, columns) indices of style patches, which are counted row by row.

    Raises:
        UserError: No patch lies in the area.
    """
    windows = Windows(patch, stride)
    rows = windows.count(content.shape[2])
    columns = windows.count(content.shape[3])
    scale = _inverse_norms(style.float(), windows)
    barred = None if area is None else _barred(area.to(style.device), windows)
    portions = _portions(content.shape[3], style, windows, memory)
    chosen = torch.zeros(len(content), rows, columns, dtype=torch.long, device=content.device)
    correlation = torch.full(chosen.shape, -torch.inf, device=content.device)
    with _full_precision(content.device.type):
        for first, last in spans(0, len(scale), portions.style_rows):
            features = windows.covered(style, 1, first, last).float()
            left_out = None if barred is None else barred[first:last]
            band = Band(features.permute(1, 0, 2).contiguous(), scale[first:last], left_out, first)
            for left, right in spans(0, columns, portions.content_columns):
                part = windows.covered(content, 3, left, right)
                for k, picture in enumerate(part):
                    best = Best(correlation[k, :, left:right], chosen[k, :, left:right])
                    _search(picture, band, windows, portions.content_rows, best)
    return chosen


def _search(content: Tensor, band: Band, windows: Windows, at_a_time: int, best: Best) -> None:
    """Compare all patches of a part of a content with some rows of those of the style.

    Content and style rows are paired by the distance between them. Then every product of two rows
    is needed once, and patches sum up neighboring products.

    Args:
        content: (C, H, W).
        band: The rows of the style.
        windows: Size and stride of the patches.
        at_a_time: Rows of content patches compared at a time.
        best: (rows, columns) each; updated in place.
    """
    by_rows = content.permute(1, 2, 0)
    rows = len(best.chosen)
    style_rows, style_columns = band.scale.shape
    for distance in range(1 - rows, style_rows):
        nearest = max(0, -distance)
        farthest = min(rows, style_rows - distance)
        for top, bottom in spans(nearest, farthest, at_a_time):
            ours = windows.covered(by_rows, 0, top, bottom).float()
            theirs = windows.covered(band.features, 0, top + distance, bottom + distance)
            scores = _patch_scores(torch.bmm(ours, theirs), windows, style_columns)
            scores *= band.scale[top + distance : bottom + distance, None]
            if band.barred is not None:
                scores += band.barred[top + distance : bottom + distance, None]
            correlation, candidate = scores.max(-1)
            style_row = torch.arange(top, bottom, device=scores.device) + (band.first + distance)
            candidate += style_columns * style_row[:, None]
            part = Best(best.correlation[top:bottom], best.chosen[top:bottom])
            part.update(correlation, candidate)


def _inverse_norms(style: Tensor, windows: Windows) -> Tensor:
    """1 / norm of every style patch: (C, h, w) -> (rows, columns)."""
    energy = style.square().sum(0, dtype=torch.float64)[None, None]
    squares = F.avg_pool2d(energy, windows.patch, windows.stride)[0, 0].mul(windows.patch**2)
    return squares.sqrt().clamp_min(EPSILON).reciprocal().float()


def _barred(area: Tensor, windows: Windows) -> Tensor:
    """0 for a style patch that lies in the area, else minus infinity: (h, w) -> (rows, columns)."""
    outside = (area <= 0.5).float()[None, None]
    touched = F.max_pool2d(outside, windows.patch, windows.stride)[0, 0] > 0
    if touched.all():
        raise UserError("the area of a style picture holds no patch: give a larger one")
    return torch.zeros_like(touched, dtype=torch.float32).masked_fill(touched, -torch.inf)


def _patch_scores(products: Tensor, windows: Windows, style_columns: int) -> Tensor:
    """Sum products of single positions to correlations of patches.

    Along a row the sums are of flattened positions, so that the inner loops are long; what wraps
    around an edge is left out at the end.

    Args:
        products: (height, W, w) products of positions, row by row.
        windows: Size and stride of the patches.
        style_columns: Patches along a row of the style.

    Returns:
        (rows, columns, style columns).
    """
    patch, stride = windows
    height, width, style_width = products.shape
    rows = windows.count(height)
    columns = windows.count(width)
    last = (rows - 1) * stride
    down = _sum([products[k : k + last + 1 : stride] for k in range(patch)]).flatten(1)
    del products  # its memory
    step = style_width + 1  # one to the right in the content and in the style
    end = down.shape[1] - (patch - 1) * step
    sums = _sum([down[:, k * step : end + k * step] for k in range(patch)]).contiguous()
    strides = (sums.stride(0), stride * style_width, stride)
    return sums.as_strided((rows, columns, style_columns), strides)


def _sum(parts: list[Tensor]) -> Tensor:
    """The sum of tensors of one shape; of a single one that one itself."""
    if len(parts) == 1:
        return parts[0]
    total = torch.add(parts[0], parts[1])
    for part in parts[2:]:
        total += part
    return total


def _portions(width: int, style: Tensor, windows: Windows, memory: int) -> Portions:
    """Spend half of ``memory`` on style features, half on products and sums of them."""
    patch, stride = windows
    channels, _, style_width = style.shape
    floats = memory // 8
    style_rows = windows.count(floats // (channels * style_width))
    span = max(patch, min(width, floats // (style_width * (patch + stride))))
    content_rows = (floats // (span * style_width) - patch + 1) // (stride + 1)
    return Portions(max(1, style_rows), windows.count(span), max(1, content_rows))


@contextmanager
def _full_precision(device: str) -> Iterator[None]:
    """No TF32 and no bfloat16, whatever the program chose: rounding moves the argmax."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.autocast(device, enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)
