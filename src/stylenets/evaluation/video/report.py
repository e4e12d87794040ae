"""What the suite ``video`` shows: tables, and frames with what changes between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stylenets import images
from stylenets.evaluation.video.known import KnownClip
from stylenets.evaluation.video.steadiness import difference
from stylenets.report.tables import Sheet
from stylenets.video.flow import Array

SHOWN = (1, 10, 20, 30)  # frames of the sheet, counted from 1
LOUDER = 4  # times the difference is shown
STAGES = ("decode", "flow", "paint", "blend", "encode")


def steadiness_table(measured: Sequence[Mapping[str, Any]]) -> Sheet:
    """Choices in rows, motions in columns: error and sharpness over frame by frame's."""
    motions = list(dict.fromkeys(one["motion"] for one in measured))
    cells: dict[str, list[str]] = {}
    for one in measured:
        texts = cells.setdefault(" + ".join(one["steady"]), [])
        texts.append(f"{one['error']:.3f} / {one['sharpness']:.3f}")
    title = "Warping error / sharpness, both over those of frame by frame"
    return Sheet(title, ["steady", *motions], [[name, *texts] for name, texts in cells.items()])


def speed_tables(measured: Sequence[Mapping[str, Any]], size: int) -> list[Sheet]:
    """What each stage takes by itself, and the rate of the whole."""
    stages = [[one["network"], *(f"{one[stage]:.0f}" for stage in STAGES)] for one in measured]
    rates = []
    for one in measured:
        row = [one["network"], f"{1000 / one['paint']:.2f}"]
        for name in ("frame by frame", "steady"):
            row += [f"{1000 / one[name]:.2f}", f"{100 * one['paint'] / one[name]:.0f} %"]
        rates.append(row)
    header = ["", "network alone", "frame by frame", "of that", "steady", "of that"]
    return [
        Sheet(f"Milliseconds a frame of {size} px, each stage alone", ["", *STAGES], stages),
        Sheet(f"Frames a second at {size} px", header, rates),
    ]


def clip_memory_table(measured: Sequence[Mapping[str, int]]) -> Sheet:
    """The peak by the number of frames."""
    rows = [[str(one["frames"]), f"{one['bytes'] / 1e6:.0f}"] for one in measured]
    return Sheet("Peak memory of the whole process, in MB", ["frames", "MB"], rows)


def sheet_rows(
    clip: KnownClip, plain: Sequence[Array], steady: Sequence[Array]
) -> list[list[Tensor]]:
    """Frames and what changes in them, frame by frame and steady."""
    numbers = [min(number, len(plain)) - 1 for number in SHOWN]
    rows = []
    for painted in (plain, steady):
        rows.append([_tensor(painted[number]) for number in numbers])
        rows.append([_change(clip, painted, number) for number in numbers])
    return rows


def sheet(rows: list[list[Tensor]], count: int) -> Tensor:
    """The rows, with labels."""
    labels = [f"frame {min(number, count)}" for number in SHOWN]
    names = ["frame by frame", f"change x {LOUDER}", "steady", f"change x {LOUDER}"]
    return images.grid(rows, names * (len(rows) // len(names)), labels)


def side_by_side(plain: Sequence[Array], steady: Sequence[Array]) -> list[Tensor]:
    """The frames (3, H, W) of two clips beside each other, there and back."""
    pairs = zip(plain, steady, strict=True)
    there = [torch.cat([_tensor(one), _tensor(other)], 2) for one, other in pairs]
    return [*there, *there[-2:0:-1]]


def _change(clip: KnownClip, painted: Sequence[Array], number: int) -> Tensor:
    """What changes in what is seen since the frame before; gray where that is not known."""
    if number == 0:
        return torch.full(painted[0].transpose(2, 0, 1).shape, 0.5)
    change = LOUDER * np.abs(difference(painted, number, clip.back[number - 1]))
    known = clip.known[number - 1][..., None]
    return _tensor(np.where(known, change, 0.5).astype(np.float32))


def _tensor(pixels: Array) -> Tensor:
    """(H, W, 3) -> (3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)
