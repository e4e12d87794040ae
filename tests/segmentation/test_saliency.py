"""Saliency by contrast with the border."""

import torch
import torch.nn.functional as F

from stylenets.segmentation.saliency import Saliency, contrast, scores, smooth_by_walk, unit_range
from stylenets.vgg.network import LossNetwork


def scene() -> torch.Tensor:
    """(8, 14, 14) features of one direction around a square of another, with a little noise."""
    features = 0.05 * torch.randn(8, 14, 14)
    features[0] += 1.0
    features[:, 5:9, 5:9] = features[:, 5:9, 5:9].roll(3, 0)
    return features


def test_what_differs_from_the_border_stands_out() -> None:
    score = unit_range(scores(scene()))
    assert score[5:9, 5:9].min() > 2 * score[0].max()
    assert score.max() == 1 and score.min() == 0


def test_an_object_that_touches_the_border_stands_out_still() -> None:
    """It is compared with the third of the border that is most like it: hardly with itself."""
    features = scene().roll(-5, 1)
    directions = F.normalize(features - features.mean((1, 2), keepdim=True), dim=0)
    found = contrast(directions)
    assert found[:4, 5:9].min() > found[5:].mean() + 0.2


def test_a_walk_keeps_an_even_score_and_evens_an_uneven_one() -> None:
    directions = F.normalize(torch.rand(8, 6, 6), dim=0)
    even = torch.full((6, 6), 0.4)
    found = smooth_by_walk(directions, even)
    torch.testing.assert_close(found, even, rtol=1e-3, atol=0)  # a solved system of 36 unknowns
    spiky = torch.eye(6)
    assert smooth_by_walk(directions, spiky).std() < 0.5 * spiky.std()


def test_a_mask_of_the_pictures_size_and_nothing_in_a_plain_one(random_vgg: LossNetwork) -> None:
    mask = Saliency(random_vgg)(torch.rand(3, 50, 70))["object"]
    assert mask.shape == (50, 70) and mask.min() >= 0 and mask.max() <= 1
    assert not scores(torch.ones(8, 14, 14)).isnan().any()
    assert unit_range(torch.ones(5, 5)).eq(0).all()
