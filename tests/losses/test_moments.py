"""Means and covariances of features: torch's own, of the whole or of a part, in full precision."""

import torch
from formulas import mean_and_covariance

from stylenets.losses.moments import moments, moments_distance

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # float32 means of 30 products, some of which cancel


def test_they_are_the_mean_and_the_covariance() -> None:
    features = torch.rand(2, 4, 5, 6)
    found = moments(features)
    assert found.shape == (2, 4 + 1, 4)
    for one, of_one in zip(found, features, strict=True):
        mean, covariance = mean_and_covariance(of_one)
        torch.testing.assert_close(one[0], mean, **ROUNDING)
        torch.testing.assert_close(one[1:], covariance, **ROUNDING)


def test_of_a_part_they_are_those_of_its_features_alone() -> None:
    features = torch.rand(1, 4, 5, 6)
    inside = torch.zeros(5, 6)
    inside[1:4, 2:] = 1
    found = moments(features, inside / inside.mean())
    part = features[0][:, inside > 0][:, :, None]
    mean, covariance = mean_and_covariance(part)
    torch.testing.assert_close(found[0, 0], mean, **ROUNDING)
    torch.testing.assert_close(found[0, 1:], covariance, **ROUNDING)


def test_a_shift_moves_the_means_alone_and_contrast_the_covariances_too() -> None:
    features = torch.rand(1, 4, 5, 6)
    target = moments(features)
    shifted = moments(features + 0.5) - target
    torch.testing.assert_close(shifted[0, 0], torch.full((4,), 0.5), **ROUNDING)
    torch.testing.assert_close(shifted[0, 1:], torch.zeros(4, 4), **ROUNDING)
    doubled = moments(2 * features)
    torch.testing.assert_close(doubled[0, 1:], 4 * target[0, 1:], **ROUNDING)


def test_each_half_counts_half() -> None:
    target = moments(torch.rand(1, 4, 5, 6))
    without_means = target.clone()
    without_means[:, 0] = 0
    without_covariances = target.clone()
    without_covariances[:, 1:] = 0
    for found in (without_means, without_covariances):
        half = moments_distance(found, target)
        torch.testing.assert_close(half, torch.tensor([0.5]), **ROUNDING)


def test_moments_stay_in_float32_under_bfloat16_autocast() -> None:
    features = torch.rand(1, 8, 32, 32) * 100
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = moments(features)
        halved = moments(features.bfloat16())
    assert inside.dtype == halved.dtype == torch.float32
    # bfloat16 would be off by 4e-3
    torch.testing.assert_close(inside, moments(features), **ROUNDING)
