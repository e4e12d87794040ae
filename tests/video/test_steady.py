"""What is painted moves with what is shown, keeps its detail and starts anew at a cut."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets import Stylizer, images
from stylenets.inference.clips import CarriedNorms
from stylenets.photos import bundled_photos
from stylenets.video.clip import Frame
from stylenets.video.steady import SteadyPainter, blended, with_motion

pytest.importorskip("cv2")
SHIFT = 3  # pixels to the left from frame to frame


def panned(count: int, number: int = 3) -> list[Tensor]:
    """Views of a photograph, each SHIFT pixels further to the right."""
    photo = images.read(bundled_photos()[number], 200)
    return [photo[:, 20:148, SHIFT * k : SHIFT * k + 160] for k in range(count)]


def as_frames(pictures: list[Tensor]) -> list[Frame]:
    return [Frame(picture, number) for number, picture in enumerate(pictures)]


def test_the_flow_of_a_pan_is_its_shift() -> None:
    (_, none), (_, motion) = with_motion(as_frames(panned(2)))
    assert none is None
    assert motion is not None and not motion.cut
    trusted = motion.back[motion.trust > 0.9]
    assert np.abs(trusted - [SHIFT, 0]).mean() < 0.3
    # what comes in at the right was not there before
    assert motion.trust[:, -1].max() < 0.5 < motion.trust.mean()


def test_another_picture_is_a_cut() -> None:
    pictures = [panned(1)[0], panned(1, number=4)[0]]
    *_, (_, motion) = with_motion(as_frames(pictures))
    assert motion is not None and motion.cut


class Flickering:
    """Paints with a coarse noise of its own in every frame."""

    def __init__(self) -> None:
        self.generator = torch.Generator().manual_seed(0)

    def __call__(self, frame: Frame) -> Tensor:
        picture = frame.picture
        coarse = torch.rand(1, 3, 16, 20, generator=self.generator)
        noise = F.interpolate(coarse, picture.shape[1:], mode="bilinear")[0]
        return (0.7 * picture + 0.3 * noise).clamp(0, 1)


def flicker(painted: list[Tensor]) -> float:
    """Mean square of what changes in what is shown, off the borders."""
    off = [
        (now[:, 8:-8, 8 : -8 - SHIFT] - before[:, 8:-8, 8 + SHIFT : -8]).square().mean()
        for before, now in pairwise(painted)
    ]
    return float(torch.stack(off).mean())


def paint(pictures: list[Tensor], after: float) -> list[Tensor]:
    painter = SteadyPainter(Flickering(), before=0, after=after)
    return [painter(frame, motion) for frame, motion in with_motion(as_frames(pictures))]


def test_blending_takes_the_flicker_away() -> None:
    pictures = panned(6)
    assert flicker(paint(pictures, after=0.8)) < 0.2 * flicker(paint(pictures, after=0))


def test_an_average_of_two_paintings_keeps_their_contrast() -> None:
    generator = np.random.default_rng(0)
    new, moved = generator.uniform(0.3, 0.7, (2, 60, 80, 3)).astype(np.float32)
    share = np.full((60, 80), 0.5, np.float32)

    def energy(picture: np.ndarray) -> float:  # type: ignore[type-arg]
        return float(sum(np.square(np.diff(picture.mean(-1), axis=k)).mean() for k in (0, 1)))

    assert energy(new + share[..., None] * (moved - new)) < 0.6 * energy(new)
    assert energy(blended(new, moved, share)) > 0.75 * energy(new)
    assert blended(new, moved, 0 * share) is new


def test_frames_that_are_painted_at_once_hold_together_as_those_one_after_the_other() -> None:
    pictures = [*panned(4), panned(1, number=4)[0]]
    alone = SteadyPainter(lambda one: 1 - one.picture, before=0, after=0.8)
    several = SteadyPainter(lambda one: 1 - one.picture, before=0, after=0.8, together=2)
    moved = list(with_motion(as_frames(pictures)))
    expected = [alone(frame, motion) for frame, motion in moved]
    found = list(several.clip(moved))
    assert [frame.time for frame in found] == [frame.time for frame, _ in moved]
    for frame, picture in zip(found, expected, strict=True):
        assert torch.equal(frame.picture, picture)


def test_a_cut_is_painted_as_if_it_were_the_first() -> None:
    pictures = [panned(1)[0], panned(1, number=4)[0]]
    painter = SteadyPainter(lambda one: 1 - one.picture, 0.2, 0.8)
    *_, last = [painter(one, motion) for one, motion in with_motion(as_frames(pictures))]
    assert torch.allclose(last, 1 - pictures[1], atol=0.5 / 255)


def test_carried_norms_begin_as_the_networks_own_and_then_change_slowly() -> None:
    stylizer = Stylizer.load("small")
    weights = stylizer.weights("ink")
    bright = panned(1)[0]
    dark = 0.5 * bright
    norms = CarriedNorms(stylizer)
    first = norms.stylizer.paint(bright, weights)
    assert torch.allclose(first, stylizer.paint(bright, weights), atol=1e-4)
    second = norms.stylizer.paint(dark, weights)
    assert second.mean() < stylizer.paint(dark, weights).mean() - 0.02
    state = norms.state()
    third = norms.stylizer.paint(dark, weights)
    norms.load_state(state)
    assert torch.equal(norms.stylizer.paint(dark, weights), third)
    norms.forget()
    assert torch.allclose(
        norms.stylizer.paint(dark, weights), stylizer.paint(dark, weights), atol=1e-4
    )
