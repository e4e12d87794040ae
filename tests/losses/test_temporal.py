"""A pair of frames from a still: known motion, and what of a painting does not follow it."""

import pytest
import torch

from stylenets.losses.temporal import (
    ROTATION,
    ZOOM,
    Shake,
    draw_shake,
    second_frame,
    temporal_difference,
)

SHAPE = (2, 3, 32, 48)


def shift(columns: int) -> Shake:
    """A motion by whole pixels, in the same light, without noise."""
    place = torch.eye(3)[:2].repeat(2, 1, 1)
    place[:, 0, 2] = 2 * columns / SHAPE[3]
    return Shake(place, torch.ones(2, 1, 1, 1), torch.zeros(SHAPE))


def test_what_is_painted_pixel_by_pixel_follows_the_motion() -> None:
    photo = torch.rand(SHAPE)
    shake = shift(5)
    second = second_frame(photo, shake)
    torch.testing.assert_close(second[..., :-5], photo[..., 5:], rtol=0, atol=1e-5)
    assert temporal_difference(1 - photo, 1 - second, shake).max() < 1e-8
    assert temporal_difference(1 - photo, 1 - photo, shake).min() > 0.5


def test_paintings_that_have_nothing_to_do_with_each_other_differ_by_one() -> None:
    torch.manual_seed(0)
    first, second = torch.rand(2, *SHAPE)
    found = temporal_difference(first, second, shift(0))
    torch.testing.assert_close(found, torch.ones(2), rtol=0, atol=0.1)


def test_a_pale_painting_is_not_steadier() -> None:
    first, second = torch.rand(2, *SHAPE)
    strong = temporal_difference(first, second, shift(3))
    pale = temporal_difference(0.4 + 0.2 * first, 0.4 + 0.2 * second, shift(3))
    torch.testing.assert_close(pale, strong, rtol=1e-3, atol=0)


def test_the_motion_keeps_angles_in_pixels_and_the_numbers_repeat() -> None:
    shake = draw_shake(torch.rand(SHAPE), 3, 1)
    side = torch.diag(torch.tensor([SHAPE[3] / 2, SHAPE[2] / 2]))
    for place in shake.place[:, :, :2]:
        map_of_pixels = side @ place @ side.inverse()
        scale = map_of_pixels.det().sqrt()
        assert float(scale) == pytest.approx(1, abs=ZOOM)
        turned = map_of_pixels / scale
        torch.testing.assert_close(turned @ turned.T, torch.eye(2), rtol=0, atol=1e-5)
        assert abs(float(turned[1, 0].asin())) <= ROTATION + 1e-6
    again = draw_shake(torch.rand(SHAPE), 3, 1)
    assert all(torch.equal(one, other) for one, other in zip(shake, again, strict=True))
    assert not torch.equal(shake.place, draw_shake(torch.rand(SHAPE), 4, 1).place)
