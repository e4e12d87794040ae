"""Gram matrices of regions: those of the region alone, whatever its size."""

import pytest
import torch

from stylenets.errors import UserError
from stylenets.losses.gram import gram
from stylenets.losses.regional import at_layers, regional_statistics

ROUNDING = {"rtol": 1e-4, "atol": 1e-5}  # float32 means of 24 products of about 1


def test_a_region_that_is_everything_has_the_pictures_gram() -> None:
    features = torch.randn(2, 5, 6, 4)
    for weight in (1.0, 0.1):
        found = regional_statistics(features, torch.full((6, 4), weight), "hw")
        torch.testing.assert_close(found, gram(features), **ROUNDING)


def test_a_sharp_region_has_the_gram_of_its_features_alone() -> None:
    """G_ij = sum over the segment's k of F_ik F_jk, over the segment's size.

    "A closer look at Neural Style", eq. 1 and sec. 3.4.
    """
    features = torch.randn(1, 5, 6, 4)
    mask = torch.zeros(6, 4)
    mask[1:3, 2:] = 1
    inside = features[0][:, mask > 0]
    found = regional_statistics(features, mask, "hw")[0]
    torch.testing.assert_close(found, inside @ inside.T / 4, **ROUNDING)


def test_nothing_outside_a_region_moves_its_gram() -> None:
    features = torch.randn(1, 5, 6, 4)
    mask = torch.zeros(6, 4)
    mask[:, :2] = 0.5
    other = features.clone()
    other[..., 2:] = 100.0
    found = regional_statistics(other, mask, "hw")
    torch.testing.assert_close(regional_statistics(features, mask, "hw"), found, **ROUNDING)


def test_a_region_at_the_layers_keeps_its_share() -> None:
    mask = torch.zeros(16, 16)
    mask[:, 8:] = 1
    weights = at_layers(
        mask, {"relu1_1": torch.zeros(1, 3, 16, 16), "relu3_1": torch.zeros(1, 3, 4, 4)}
    )
    assert weights["relu1_1"].equal(mask) and weights["relu3_1"].shape == (4, 4)
    assert float(weights["relu3_1"].mean()) == pytest.approx(0.5, abs=0.01)


def test_an_empty_region_is_told() -> None:
    with pytest.raises(UserError, match="the region dog is empty"):
        at_layers(torch.zeros(8, 8), {"relu1_1": torch.zeros(1, 3, 8, 8)}, "dog")
