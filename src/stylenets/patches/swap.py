"""Put the chosen style patches together (Chen & Schmidt 2016, sec. 3.1)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.errors import UserError
from stylenets.patches.search import MEMORY, best_patches
from stylenets.patches.windows import Windows


def style_swap(
    content: Tensor,
    style: Tensor,
    patch: int = 3,
    stride: int = 1,
    memory: int = MEMORY,
    area: Tensor | None = None,
) -> Tensor:
    """Make the content of patches of the style, averaged where they overlap.

    Half precision is computed in float32. Where H - patch is no multiple of ``stride``, the last
    row and column of the content are repeated for the search.

    Args:
        content: (B, C, H, W) features.
        style: (C, h, w) or (1, C, h, w) features of the same layer.
        patch: Positions a side of a patch.
        stride: Positions from one patch to the next, from 1 to ``patch``.
        memory: Bytes of workspace besides inputs and result, kept to for all but the smallest
            tiles.
        area: (h, w): where in the style patches are taken from, above one half; None: everywhere.

    Returns:
        (B, C, H, W).

    Raises:
        UserError: An input is smaller than a patch, the channels differ, or the stride leaves gaps.

    Example:
        >>> features = torch.rand(1, 8, 12, 16)
        >>> swapped = style_swap(features, features, patch=3)
        >>> torch.allclose(swapped, features)  # the best patch for a patch is itself
        True
    """
    style = style[0] if style.ndim == 4 else style
    _check(content, style, patch, stride)
    height, width = content.shape[-2:]
    padding = [0, -(width - patch) % stride, 0, -(height - patch) % stride]
    padded = F.pad(content, padding, mode="replicate") if any(padding) else content
    chosen = best_patches(padded, style, patch, stride, memory, area)
    swapped = content.new_empty(content.shape)
    for picture, indices in zip(swapped, chosen, strict=True):
        _average(picture, style, indices, Windows(patch, stride), memory)
    return swapped


def _check(content: Tensor, style: Tensor, patch: int, stride: int) -> None:
    if not 1 <= stride <= patch:
        raise UserError(
            f"patches of {patch} with stride {stride}: needs 1 <= stride <= patch,"
            " or gaps would be left"
        )
    for what, features in {"content": content, "style": style}.items():
        if min(features.shape[-2:]) < patch:
            size = f"{features.shape[-1]} x {features.shape[-2]}"
            raise UserError(
                f"the {what} has {size} features, less than a patch of {patch}:"
                " give a larger picture"
            )
    if content.shape[1] != style.shape[0]:
        raise UserError(
            f"content of {content.shape[1]} and style of {style.shape[0]} channels:"
            " both must come from one layer"
        )


def _average(out: Tensor, style: Tensor, indices: Tensor, windows: Windows, memory: int) -> None:
    """Fill ``out`` with the mean of the chosen style patches that cover each position.

    Sums are float64, so that the mean of equal values is that value.

    Args:
        out: (C, H, W), written to.
        style: (C, h, w).
        indices: (rows, columns) style patches.
        windows: Size and stride of the patches.
        memory: Bytes of workspace.
    """
    rows, columns = indices.shape
    channels, height, width = out.shape
    covered_height = windows.extent(rows)
    covered_width = windows.extent(columns)
    corners = _corners(indices, style.shape[2], windows).flatten()
    places = _places(covered_height, covered_width, windows)
    count = torch.zeros(covered_height, covered_width, dtype=torch.float64, device=out.device)
    for down, across in places.values():
        count[down, across] += 1
    # 8 bytes a sum, and as many for each of what is gathered, added and divided.
    step = max(1, memory // (32 * covered_height * covered_width))
    for first in range(0, channels, step):
        flat = style[first : first + step].flatten(1)
        sums = count.new_zeros(len(flat), covered_height, covered_width)
        for (dy, dx), (down, across) in places.items():
            values = flat.index_select(1, corners + (dy * style.shape[2] + dx))
            sums[:, down, across] += values.view(-1, rows, columns)
        out[first : first + step] = sums.div_(count)[:, :height, :width]


def _corners(indices: Tensor, style_width: int, windows: Windows) -> Tensor:
    """Indices of style patches -> indices of the positions of their upper left corners."""
    style_columns = windows.count(style_width)
    row = indices // style_columns
    column = indices % style_columns
    return (row * style_width + column) * windows.stride


def _places(
    height: int, width: int, windows: Windows
) -> dict[tuple[int, int], tuple[slice, slice]]:
    """{(dy, dx): rows and columns} that the position (dy, dx) of all patches covers together."""
    patch, stride = windows
    return {
        (dy, dx): (
            slice(dy, height - patch + dy + 1, stride),
            slice(dx, width - patch + dx + 1, stride),
        )
        for dy in range(patch)
        for dx in range(patch)
    }
