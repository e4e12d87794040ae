"""Lay pictures out in a table, with labels."""

from itertools import accumulate
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from stylenets.images.pixels import from_pixels, to_uint8

LABEL_WIDTH = 90  # pixels left of the rows
LABEL_HEIGHT = 22  # pixels above the columns


class Label(NamedTuple):
    """A text and its place: pixels from the left and from the top, and the most it may take."""

    x: int
    y: int
    width: int
    text: str


def grid(
    rows: list[list[Tensor]],
    row_labels: list[str] | None = None,
    column_labels: list[str] | None = None,
    gap: int = 8,
) -> Tensor:
    """Lay pictures out in a table on white, each row as high as its highest picture -> (3, H, W).

    Args:
        rows: Pictures (3, h, w) of any sizes; rows may be of different lengths.
        row_labels: Drawn to the left of the rows.
        column_labels: Drawn above the columns, cut to their width.
        gap: Pixels between pictures and around them.

    Example:
        >>> from stylenets import images
        >>> red, blue = torch.rand(3, 40, 60), torch.rand(3, 40, 60)
        >>> images.grid([[red, blue]], column_labels=["red", "blue"]).shape
        torch.Size([3, 78, 144])
    """
    columns = max(len(row) for row in rows)
    widths = [max(row[c].shape[2] for row in rows if c < len(row)) for c in range(columns)]
    heights = [max(picture.shape[1] for picture in row) for row in rows]
    lefts = _offsets(LABEL_WIDTH if row_labels else 0, widths, gap)
    tops = _offsets(LABEL_HEIGHT if column_labels else 0, heights, gap)
    sheet = torch.ones(3, tops[-1], lefts[-1])
    for y, row in zip(tops[:-1], rows, strict=True):
        for x, picture in zip(lefts[:-1], row, strict=False):
            shown = picture.detach().float().clamp(0, 1).cpu()
            sheet[:, y : y + shown.shape[1], x : x + shown.shape[2]] = shown
    labels = []
    for y, height, text in zip(tops, heights, row_labels or [], strict=False):
        labels.append(Label(gap, y + height // 2, LABEL_WIDTH - gap, text))
    for x, width, text in zip(lefts, widths, column_labels or [], strict=False):
        labels.append(Label(x, gap, width, text))
    return _draw_labels(sheet, labels)


def _offsets(start: int, lengths: list[int], gap: int) -> list[int]:
    """Where each of ``lengths`` begins, a gap before each and after the last; and the whole."""
    steps = [length + gap for length in lengths]
    return list(accumulate(steps, initial=start + gap))


def _draw_labels(sheet: Tensor, labels: list[Label]) -> Tensor:
    """Write the labels into (3, H, W); a line wider than its place is cut."""
    picture = Image.fromarray(to_uint8(sheet))
    draw = ImageDraw.Draw(picture)
    for label in labels:
        shown = "\n".join(_cut(draw, line, label.width) for line in label.text.split("\n"))
        draw.text((label.x, label.y), shown, fill=(0, 0, 0))
    return from_pixels(np.array(picture))


def _cut(draw: ImageDraw.ImageDraw, line: str, width: int) -> str:
    """As much of a line as has room."""
    while line and draw.textlength(line) > width:
        line = line[:-1]
    return line
