"""Read a clip frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stylenets.errors import UserError


@dataclass(frozen=True)
class Frame:
    """A picture of a clip.

    Attributes:
        picture: (3, H, W) RGB in [0, 1], upright.
        time: When it is shown, in units of the clip's ``tick``.
    """

    picture: Tensor
    time: int


@dataclass(frozen=True)
class Clip:
    """What a clip says of itself.

    Attributes:
        path: Its file.
        tick: The unit of its frames' times, in seconds.
        rate: Frames a second, on average.
        count: How many frames it should have; 0 where it does not say.
    """

    path: Path
    tick: Fraction
    rate: Fraction
    count: int


def open_av(path: Path) -> Any:
    """The file in PyAV. Raises UserError if it is no clip, or PyAV is not installed."""
    try:
        import av
    except ImportError as error:
        raise UserError("clips need an extra: pip install 'stylenets[video]'") from error
    try:
        return av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"cannot read {path}: it is damaged, or no clip") from error


def look_into(path: Path) -> Clip:
    """What the file says of itself.

    Raises:
        UserError: It cannot be read, or has no pictures.
    """
    with open_av(path) as container:
        if not container.streams.video:
            raise UserError(f"cannot read {path}: there are no pictures in it")
        stream = container.streams.video[0]
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        count = stream.frames
        if not count and container.duration:
            count = round(container.duration / 1e6 * rate)
        return Clip(path, stream.time_base, rate, count)


def frames(clip: Clip) -> Iterator[Frame]:
    """The clip's frames in the order in which they are shown.

    Raises:
        UserError: The clip is damaged; what could be decoded came before.
    """
    import av

    with open_av(clip.path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        known = 0
        try:
            for frame in container.decode(stream):
                time = frame.pts if frame.pts is not None else known
                known = time + max(1, round(1 / (clip.rate * clip.tick)))
                yield Frame(_upright(frame), time)
        except av.FFmpegError as error:
            raise UserError(f"{clip.path} is damaged from here on: {error.strerror}") from error


def _upright(frame: Any) -> Tensor:
    """A decoded frame, turned as its metadata say -> (3, H, W) in [0, 1]."""
    pixels = frame.to_ndarray(format="rgb24")
    turned = np.rot90(pixels, round(frame.rotation / 90)) if frame.rotation else pixels
    return torch.from_numpy(np.ascontiguousarray(turned)).permute(2, 0, 1).float() / 255
