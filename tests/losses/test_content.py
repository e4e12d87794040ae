"""The content loss is Johnson et al.'s, over the photograph's energy, or of normalized features."""

import torch

from stylenets.losses.content import feature_reconstruction

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums of up to 120 products, and their differences
EPSILON = 1e-3  # instance norm adds 1e-5 to variances of about 1/12, and so 1e-4 to correlations


def test_content_loss_is_equation_2_of_johnson() -> None:
    x = torch.rand(2, 5, 6, 4)
    c = torch.rand(2, 5, 6, 4)
    expected = torch.stack(
        [
            sum((p - q) ** 2 for p, q in zip(a.flatten(), b.flatten(), strict=True)) / 120
            for a, b in zip(x, c, strict=True)
        ]
    )
    torch.testing.assert_close(feature_reconstruction(x, c), expected, **ROUNDING)
    energy = torch.stack([(b**2).sum() / 120 for b in c])
    relative_loss = feature_reconstruction(x, c, "relative")
    torch.testing.assert_close(relative_loss, expected / energy, **ROUNDING)


def test_gatys_sums_what_johnson_averages() -> None:
    x = torch.rand(2, 5, 6, 4)
    c = torch.rand(2, 5, 6, 4)
    expected = torch.stack(
        [
            sum((p - q) ** 2 for p, q in zip(a.flatten(), b.flatten(), strict=True)) / 2
            for a, b in zip(x, c, strict=True)
        ]
    )
    torch.testing.assert_close(feature_reconstruction(x, c, "gatys"), expected, **ROUNDING)


def test_relative_to_the_photograph_black_features_are_one_and_a_black_one_is_finite() -> None:
    c = torch.rand(2, 5, 6, 4)
    black = torch.zeros_like(c)
    found = feature_reconstruction(black, c, "relative")
    torch.testing.assert_close(found, torch.ones(2), **ROUNDING)
    assert feature_reconstruction(c, black, "relative").isfinite().all()


def test_normalized_is_one_less_the_mean_correlation_of_the_channels() -> None:
    x = torch.rand(1, 5, 6, 4)
    c = torch.rand(1, 5, 6, 4)
    pairs = zip(x[0].flatten(1), c[0].flatten(1), strict=True)
    correlations = [torch.corrcoef(torch.stack(pair))[0, 1] for pair in pairs]
    expected = 1 - torch.stack(correlations).mean()
    found = feature_reconstruction(x, c, "normalized")
    torch.testing.assert_close(found, expected[None], rtol=EPSILON, atol=0)


def test_normalized_is_blind_to_contrast_and_brightness_of_each_channel() -> None:
    c = torch.rand(1, 5, 6, 4)
    contrast = torch.linspace(0.5, 1.5, 5).view(1, 5, 1, 1)
    brightness = torch.linspace(0.0, 1.0, 5).view(1, 5, 1, 1)
    assert feature_reconstruction(contrast * c + brightness, c, "normalized").item() < EPSILON
    turned = c.flip(3)
    assert feature_reconstruction(turned, c, "normalized").item() > 0.5


def test_features_that_are_flat_have_a_finite_gradient() -> None:
    flat = torch.full((1, 5, 6, 4), 0.3, requires_grad=True)
    feature_reconstruction(flat, torch.rand(1, 5, 6, 4), "normalized").sum().backward()
    assert flat.grad is not None and flat.grad.isfinite().all()
