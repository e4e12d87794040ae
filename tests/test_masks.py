"""Region masks: geometry, and that regions share every pixel out completely."""

import pytest
import torch
from torch import Tensor

from stylenets import masks
from stylenets.errors import UserError

ROUNDING = {"rtol": 0, "atol": 1e-6}  # a few float32 operations on numbers up to 1


def disk(size: int = 64, radius: float = 20.0) -> Tensor:
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return ((rows - size // 2) ** 2 + (columns - size // 2) ** 2 < radius**2).float()


def test_distance_is_to_the_nearest_pixel_outside() -> None:
    """As eq. 3 of "A closer look at Neural Style" is written: a minimum over all outside."""
    mask = disk(24, 7.5)
    inside, outside = mask.nonzero().float(), (1 - mask).nonzero().float()
    expected = torch.zeros_like(mask)
    expected[mask > 0] = torch.cdist(inside, outside).min(1).values
    # torch.cdist takes the root of a difference of squares of up to 24^2
    torch.testing.assert_close(masks.distance(mask), expected, rtol=0, atol=1e-3)


def test_distance_of_a_whole_and_of_an_empty_picture() -> None:
    assert masks.distance(torch.zeros(3, 4)).eq(0).all()
    assert masks.distance(torch.ones(3, 4)).eq(5).all()


@pytest.mark.parametrize("pixels", [2, 8])
def test_feather_is_a_ramp_of_its_width_around_the_border(pixels: int) -> None:
    mask = torch.zeros(20, 40)
    mask[:, 20:] = 1
    ramp = masks.feather(mask, pixels)[10]
    assert int(((ramp > 0) & (ramp < 1)).sum()) == pixels
    assert ramp[: 19 - pixels // 2].eq(0).all() and ramp[21 + pixels // 2 :].eq(1).all()
    torch.testing.assert_close(ramp + ramp.flip(0), torch.ones(40), **ROUNDING)


@pytest.mark.parametrize("mask", [torch.zeros(8, 8), torch.ones(8, 8)])
def test_feather_leaves_a_mask_without_border(mask: Tensor) -> None:
    assert masks.feather(mask, 6).equal(mask)


def test_clean_drops_specks_and_fills_holes() -> None:
    mask = disk()
    spoiled = mask.clone()
    spoiled[2:4, 2:4], spoiled[31:33, 31:33] = 0.9, 0.1
    assert not spoiled.equal(mask)
    assert masks.clean(spoiled, smallest=0.01).equal(mask)


def test_clean_never_drops_all_there_is() -> None:
    mask = torch.zeros(100, 100)
    mask[50, 50] = 1
    assert masks.clean(mask, smallest=0.01).equal(mask)


def test_a_partition_sums_to_one_and_overlaps_share() -> None:
    left, middle = torch.zeros(4, 6), torch.zeros(4, 6)
    left[:, :3], middle[:, 2:5] = 1, 1
    parts = masks.partition({"left": left, "middle": middle})
    torch.testing.assert_close(sum(parts.values()), torch.ones(4, 6), **ROUNDING)
    assert parts["left"][0].tolist() == [1, 1, 0.5, 0, 0, 0]
    assert parts["background"][0].tolist() == [0, 0, 0, 0, 0, 1]


def test_a_partition_of_masks_that_do_not_fit_is_told() -> None:
    with pytest.raises(UserError, match="one size"):
        masks.partition({"a": torch.ones(2, 2), "b": torch.ones(2, 3)})
    with pytest.raises(UserError, match="3 pixels belong to no region"):
        masks.partition({"a": torch.tensor([[1.0, 0, 0, 0]]), "background": torch.zeros(1, 4)})


def test_border_weight_falls_linearly_to_zero_at_its_reach() -> None:
    """Attempt 2 of "A Smoother Segmentation-Based Style Transfer"."""
    left = torch.zeros(2, 40)
    left[:, :20] = 1
    weight = masks.border_weight(masks.partition({"left": left}), reach=10)[0]
    torch.testing.assert_close(weight[20:31], torch.linspace(1, 0, 11), **ROUNDING)
    torch.testing.assert_close(weight, weight.flip(0), **ROUNDING)


@pytest.mark.parametrize(("height", "width"), [(100, 100), (101, 100), (37, 91), (300, 40)])
def test_a_surrogate_shows_each_picture_in_its_region_and_covers_all(
    height: int, width: int
) -> None:
    """Attempt 3 of the same document, for a canvas of 100 x 150."""
    left = torch.zeros(100, 150)
    left[:, :60] = 1
    pictures = {
        "left": torch.full((3, height, width), 0.25),
        "background": torch.full((3, 70, 120), 0.75),
    }
    made = masks.surrogate_style(masks.partition({"left": left}), pictures)
    expected = 0.75 - 0.5 * left.expand(3, -1, -1)
    # bicubic weights sum to 1 but for their rounding
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-4)


def test_resize_keeps_the_share_of_the_picture() -> None:
    assert masks.resize(disk(), 16, 32).shape == (16, 32)
    assert abs(float(masks.resize(disk(), 16, 32).mean() - disk().mean())) < 0.005


def test_a_speck_in_a_hole_goes_with_the_hole() -> None:
    mask = torch.ones(40, 40)
    mask[:, 30:] = 0.0
    mask[10:15, 10:15] = 0.4
    mask[12, 12] = 0.6
    assert masks.clean(mask, 0.02)[:, :30].eq(1).all()


def test_a_picture_of_one_area_shows_nothing_else() -> None:
    picture = torch.zeros(3, 20, 30)
    picture[0] = torch.arange(30) / 30
    picture[1:, 4:16, 6:20] = 1  # green and blue only in the area
    area = torch.zeros(20, 30)
    area[4:16, 6:20] = 1
    area[4:8, 6:10] = 0  # a corner of its box
    picture[1:, 4:8, 6:10] = 0
    alone = masks.only_area(picture, area)
    assert alone.shape == (3, 12, 14)
    assert alone[1:].eq(1).all()
    assert torch.equal(alone[:, 4:], picture[:, 8:16, 6:20])
    assert alone[0, 0, 3] == picture[0, 4, 11]  # one before the border at 10 shows one behind it
