"""Colors meet at the borders between segments, and stay where no border is near."""

import pytest
import torch

from stylenets.optimize.harmony import color_step, harmonize

LEFT = torch.zeros(40, 60)
LEFT[:, :30] = 1
REGIONS = {"left": LEFT, "background": 1 - LEFT}


def test_two_colors_meet_at_their_border() -> None:
    picture = torch.stack([LEFT, 0.5 + 0 * LEFT, 1 - LEFT])[None].clone()
    picture += 0.01 * torch.randn(picture.shape)
    picture = picture.clamp(0, 1)
    before = color_step(picture, REGIONS)
    assert before == pytest.approx(2**0.5, abs=0.03)
    harmonized = harmonize(picture, REGIONS, 12.0)
    assert color_step(harmonized, REGIONS, 1.5) < 0.3 * before
    assert harmonized[..., :18].equal(picture[..., :18])
    assert harmonized[..., 42:].equal(picture[..., 42:])


def test_no_reach_and_no_border_change_nothing() -> None:
    picture = torch.rand(1, 3, 40, 60)
    whole = {"background": torch.ones(40, 60)}
    assert harmonize(picture, REGIONS, 0).equal(picture)
    assert harmonize(picture, whole, 12.0).equal(picture)
    assert color_step(picture, whole) == 0
