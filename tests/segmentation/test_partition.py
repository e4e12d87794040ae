"""From masks to regions that share a picture out."""

import pytest
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.segmentation import Segmenter
from stylenets.segmentation.partition import find_regions

PICTURE = torch.zeros(3, 100, 200)
ROUNDING = {"rtol": 0, "atol": 1e-6}  # a few float32 operations on numbers up to 1


def finds(**masks: Tensor) -> Segmenter:
    return lambda picture: masks


def block(left: int, right: int) -> Tensor:
    mask = torch.zeros(100, 200)
    mask[:, left:right] = 1
    return mask


def test_regions_sum_to_1_with_a_feather_of_1_percent_of_the_shortest_side() -> None:
    regions = find_regions(
        finds(person=block(0, 80), dog=block(80, 120)), PICTURE, ["person", "dog", "background"]
    )
    assert list(regions) == ["person", "dog", "background"]
    torch.testing.assert_close(sum(regions.values()), torch.ones(100, 200), **ROUNDING)
    wide = find_regions(finds(person=block(0, 80)), PICTURE, ["person"], feather=10)
    assert int(((wide["person"][50] > 0) & (wide["person"][50] < 1)).sum()) == 10


def test_overlapping_masks_share() -> None:
    regions = find_regions(
        finds(person=block(0, 120), dog=block(80, 200)), PICTURE, ["person", "dog"], feather=1
    )
    assert regions["person"][:, 80:120].eq(0.5).all() and regions["dog"][:, 80:120].eq(0.5).all()
    assert regions["background"].eq(0).all()


def test_no_feather_leaves_a_soft_mask_as_it_is() -> None:
    soft = torch.linspace(0, 1, 200).expand(100, 200)
    found = find_regions(finds(person=soft), PICTURE, ["person"], feather=0)["person"]
    torch.testing.assert_close(found, soft, **ROUNDING)


def test_specks_go() -> None:
    mask = block(0, 80)
    mask[50, 150] = 1
    assert find_regions(finds(person=mask), PICTURE, ["person"])["person"][:, 100:].eq(0).all()


def test_what_is_not_asked_for_is_background() -> None:
    regions = find_regions(
        finds(person=block(0, 80), dog=block(80, 120)), PICTURE, ["person", "background"], feather=1
    )
    assert regions["background"][:, 80:].eq(1).all() and list(regions) == ["person", "background"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"person": torch.zeros(100, 200)}, "no person in the picture$"),
        ({}, "no person in the picture$"),
        ({"dog": block(0, 50), "cat": block(50, 99)}, "no person in the picture, only dog, cat"),
    ],
)
def test_a_label_that_is_not_there_is_told(found: dict[str, Tensor], message: str) -> None:
    with pytest.raises(UserError, match=message):
        find_regions(finds(**found), PICTURE, ["person", "background"])


def test_main_is_what_hangs_together_and_covers_most() -> None:
    both = block(0, 80) + block(120, 140)
    regions = find_regions(
        finds(person=both, dog=block(75, 100)), PICTURE, ["main", "background"], feather=1
    )
    assert list(regions) == ["main", "background"]
    assert regions["main"][:, :100].eq(1).all() and regions["main"][:, 110:].eq(0).all()
    given = find_regions(finds(main=both, dog=block(150, 200)), PICTURE, ["main"], feather=1)
    assert given["main"].sum() == 80 * 100
