"""Clips of known motion, and what is measured on them."""

from itertools import pairwise

import numpy as np
import pytest
import torch

pytest.importorskip("cv2")
from stylenets import images
from stylenets.evaluation.video.known import MOTIONS, known_clip
from stylenets.evaluation.video.steadiness import gradient_energy, warping_error
from stylenets.photos import bundled_photos
from stylenets.video.flow import warped

SIZE = 96


@pytest.fixture(scope="module")
def photo() -> torch.Tensor:
    return images.read(bundled_photos()[0], 2 * SIZE)


@pytest.mark.parametrize("motion", MOTIONS)
def test_the_known_flow_leads_to_the_frame_before(motion: str, photo: torch.Tensor) -> None:
    clip = known_clip(motion, photo, SIZE, 4)
    assert clip.frames[0].shape == (SIZE, 128, 3)
    pairs = pairwise(clip.frames)
    still = [np.square(now - before).mean() for before, now in pairs]
    assert warping_error(clip, clip.frames) < 0.1 * np.mean(still)
    for known in clip.known:
        assert 0.9 < known.mean() < 1 or motion == "zoom"


def test_what_a_figure_uncovers_is_not_known(photo: torch.Tensor) -> None:
    clip = known_clip("foreground", photo, SIZE, 4)
    off = np.abs(warped(clip.frames[0], clip.back[0]) - clip.frames[1]).mean(-1)
    assert off[~clip.known[0]].mean() > 3 * off[clip.known[0]].mean()


def test_a_flickering_clip_is_told_from_a_blurred_one(photo: torch.Tensor) -> None:
    clip = known_clip("pan", photo, SIZE, 4)
    generator = np.random.default_rng(0)
    noisy = [frame + 0.1 * generator.normal(size=frame.shape) for frame in clip.frames]
    blurred = [(frame[:, 1:] + frame[:, :-1]) / 2 for frame in clip.frames]
    assert warping_error(clip, noisy) > 5 * warping_error(clip, clip.frames)
    assert gradient_energy(blurred) < 0.9 * gradient_energy(clip.frames)
