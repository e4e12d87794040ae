"""How steady a painted clip is, and how sharp (Ruder et al. 2016, sec. 7, for the first)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from stylenets.evaluation.video.known import KnownClip
from stylenets.video.clip import Frame
from stylenets.video.flow import Array, warped
from stylenets.video.steady import SteadyPainter, with_motion


def painted_frames(
    clip: KnownClip, paint: SteadyPainter, steady: bool, advance: Callable[[], None] = lambda: None
) -> list[Array]:
    """The frames of a clip, painted; their flow is found where they are to be ``steady``."""
    pictures = [torch.from_numpy(frame).permute(2, 0, 1) for frame in clip.frames]
    frames = [Frame(picture, number) for number, picture in enumerate(pictures)]
    found = []
    for frame, motion in with_motion(frames) if steady else ((one, None) for one in frames):
        found.append(paint(frame, motion).permute(1, 2, 0).numpy())
        advance()
    return found


def warping_error(clip: KnownClip, painted: Sequence[Array]) -> float:
    """Mean squared change of what is painted on what is seen in two frames, by the known flow."""
    errors = []
    for number, (back, known) in enumerate(zip(clip.back, clip.known, strict=True)):
        errors.append(np.square(difference(painted, number + 1, back))[known].mean())
    return float(np.mean(errors))


def difference(painted: Sequence[Array], number: int, back: Array) -> Array:
    """A frame less the one before it, warped by a flow: (H, W, 3)."""
    change: Array = painted[number] - warped(painted[number - 1], back)
    return change


def gradient_energy(painted: Sequence[Array]) -> float:
    """Mean squared difference of neighbors' brightness: what a blurred clip has less of."""
    gray = [picture.mean(-1) for picture in painted]
    parts = [np.square(np.diff(one, axis=axis)).mean() for one in gray for axis in (0, 1)]
    return float(np.mean(parts))


def measure_choice(
    clip: KnownClip, painted: Sequence[Array], plain: Sequence[Array]
) -> dict[str, float]:
    """Error and sharpness of a painted clip, over those of the same one frame by frame."""
    return {
        "error": warping_error(clip, painted) / warping_error(clip, plain),
        "sharpness": gradient_energy(painted) / gradient_energy(plain),
        "own error": warping_error(clip, plain),
    }
