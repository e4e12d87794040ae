"""The comparison of guesses with a person segmenter, and with themselves on a turned picture."""

import pytest
import torch
from torch import Tensor

from stylenets.evaluation.quality.attention import SaliencyOverlap
from stylenets.evaluation.quality.guesses import CenterBox, guesses
from stylenets.evaluation.quality.turning import MIRROR, agreement, disk, iou, turned


def test_iou_is_intersection_over_union() -> None:
    left = torch.zeros(4, 4, dtype=torch.bool)
    left[:, :2] = True
    top = left.T
    assert iou(left, top) == pytest.approx(4 / 12)
    assert iou(left, left) == 1
    assert iou(left, ~left) == 0


def bright(picture: Tensor) -> dict[str, Tensor]:
    """Finds what is bright, whichever way is up."""
    return {"object": (picture.mean(0) > 0.5).float()}


def upper(picture: Tensor) -> dict[str, Tensor]:
    """Finds the upper half, whatever is there."""
    mask = torch.zeros(picture.shape[1:])
    mask[: len(mask) // 2] = 1
    return {"object": mask}


@pytest.mark.parametrize("turn", [MIRROR, 90, 180, 270, 15, 30, 45])
def test_what_sees_no_difference_agrees_with_itself(turn: float | str) -> None:
    picture = torch.zeros(3, 64, 64)
    picture[:, 18:40, 24:50] = 1
    own = bright(picture)["object"] > 0.5
    assert agreement(bright, picture, own, turn) > 0.9


def test_what_goes_by_up_and_down_does_not() -> None:
    picture = torch.rand(3, 32, 32)
    own = upper(picture)["object"] > 0.5
    assert agreement(upper, picture, own, MIRROR) == 1
    assert agreement(upper, picture, own, 180) == 0
    assert agreement(upper, picture, own, 90) == pytest.approx(1 / 3)


def test_a_turn_and_its_opposite_leave_the_middle() -> None:
    smooth = torch.linspace(0, 1, 40).expand(30, 40)
    back = turned(turned(smooth, 30), -30)
    view = disk(30, 40)
    torch.testing.assert_close(back[view], smooth[view], rtol=0, atol=0.02)


def test_published_guesses_find_a_bright_spot_better_than_by_chance() -> None:
    picture = torch.full((3, 64, 64), 0.2)
    picture[:, 24:40, 24:40] = 0.9
    spot = picture[0] > 0.5
    for name in ("spectral residual", "fine-grained"):
        found = guesses()[name](picture)["object"] > 0.5
        assert found.shape == spot.shape
        assert (found & spot).sum() / found.sum() > 2 * spot.float().mean()


def test_the_box_and_the_tables() -> None:
    box = CenterBox()(torch.ones(3, 40, 60))["object"]
    assert box.mean() == pytest.approx(0.64, abs=1e-5)  # a float32 mean
    found = SaliencyOverlap(
        {"a": 0.3, "b": 0.5},
        {"saliency": {"a": 0.8, "b": 0.6}},
        {"a": 0.9, "b": 0.7},
        {"saliency": {"90": {"a": 1.0, "b": 0.9}}},
    )
    overlaps, agreements = found.tables()
    assert overlaps.rows[-1] == ["mean", "0.40", "0.80", "0.700"]
    assert agreements.rows == [["90", "0.950 (0.900)"]]
    assert found.figures()["mean_iou"]["saliency"] == pytest.approx(0.7)
