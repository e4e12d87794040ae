"""Whether a segmenter finds the same in a picture that is turned or mirrored.

"Neural Multi-style Transfer with Attention Masking" names it as a difficulty: "objects which are
not in a perfect angle (eg. tilted or rotated)".
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from stylenets.errors import UserError
from stylenets.segmentation import Segmenter

MIRROR = "mirror"
Turn = str | float  # "mirror", or degrees to the left


def agreement(segmenter: Segmenter, picture: Tensor, own: Tensor, turn: Turn) -> float:
    """IoU of what is found in a picture with what is found in it when turned, turned back.

    Only what stays in view is compared: of a turn by other than quarters the disk in the middle.

    Args:
        segmenter: Of "object"; where it abstains it found nothing.
        picture: (3, H, W).
        own: (H, W) boolean, what it found in the picture as it is.
        turn: What is done to it.
    """
    found = found_object(segmenter, turned(picture, turn))
    back = turned(found.float(), turn if turn == MIRROR else -float(turn)) > 0.5
    if turn == MIRROR or float(turn) % 90 == 0:
        return iou(back, own)
    view = disk(*own.shape)
    return iou(back & view, own & view)


def found_object(segmenter: Segmenter, picture: Tensor) -> Tensor:
    """(3, H, W) -> (H, W) boolean; nothing where the segmenter abstains."""
    try:
        return segmenter(picture)["object"] > 0.5
    except UserError:
        return torch.zeros(picture.shape[1:], dtype=torch.bool)


def turned(picture: Tensor, turn: Turn) -> Tensor:
    """A picture (3, H, W) or mask (H, W), mirrored or turned to the left about its middle.

    By quarters it is exact; else the size stays, and the corners are filled with its reflection.
    """
    if turn == MIRROR:
        return picture.flip(-1)
    degrees = float(turn)
    if degrees % 90 == 0:
        return torch.rot90(picture, round(degrees / 90), (-2, -1))
    planes = picture[None] if picture.ndim == 3 else picture[None, None]
    height, width = planes.shape[-2:]
    cosine = math.cos(math.radians(degrees))
    sine = math.sin(math.radians(degrees))
    matrix = [[cosine, -sine * height / width, 0.0], [sine * width / height, cosine, 0.0]]
    grid = affine_grid(torch.tensor([matrix]), list(planes.shape), align_corners=False)
    moved = grid_sample(planes, grid, padding_mode="reflection", align_corners=False)
    return moved[0] if picture.ndim == 3 else moved[0, 0]


def disk(height: int, width: int) -> Tensor:
    """(height, width) boolean: what no turn about the middle takes out of view."""
    rows = torch.arange(height)[:, None] - (height - 1) / 2
    columns = torch.arange(width) - (width - 1) / 2
    return rows.square() + columns.square() <= (min(height, width) / 2) ** 2


def iou(guess: Tensor, reference: Tensor) -> float:
    """Intersection over union of two boolean masks; 1 where both are empty."""
    union = int((guess | reference).sum())
    return int((guess & reference).sum()) / union if union else 1.0
