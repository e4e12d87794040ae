"""Every variant of the style loss equals its paper's formula, written out in formulas.py."""

import pytest
import torch
from formulas import STYLE_FORMULAS

from stylenets.losses.style import STYLE_VARIANTS, style_reconstruction

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums of up to 120 products, and their differences
NOTHING = 1e-9  # what is left of a squared difference of two Gram matrices that are the same


def test_every_variant_has_a_formula() -> None:
    assert set(STYLE_FORMULAS) == set(STYLE_VARIANTS)


@pytest.mark.parametrize("variant", STYLE_VARIANTS)
def test_style_loss_is_the_papers(variant: str) -> None:
    torch.manual_seed(0)
    x = torch.rand(2, 5, 6, 4, dtype=torch.float32)
    s = torch.rand(2, 5, 6, 4)
    target = STYLE_VARIANTS[variant].statistics(s, None)
    loss = style_reconstruction(x, target, variant)
    assert loss.shape == (2,)
    expected = [STYLE_FORMULAS[variant](a, b) for a, b in zip(x, s, strict=True)]
    torch.testing.assert_close(loss, torch.stack(expected), rtol=1e-3, atol=0)  # of differences
    assert style_reconstruction(s, target, variant).max() < NOTHING


@pytest.mark.parametrize("variant", ["relative", "moments"])
def test_black_features_are_at_distance_one(variant: str) -> None:
    target = STYLE_VARIANTS[variant].statistics(torch.rand(1, 5, 3, 3), None)
    loss = style_reconstruction(torch.zeros(1, 5, 6, 4), target, variant)
    torch.testing.assert_close(loss, torch.ones(1), **ROUNDING)


@pytest.mark.parametrize("variant", STYLE_VARIANTS)
def test_a_style_picture_of_another_size_with_the_same_texture_is_no_distance(variant: str) -> None:
    """Statistics are means over positions: tiling a texture does not change them."""
    texture = torch.rand(1, 5, 4, 4)
    target = STYLE_VARIANTS[variant].statistics(texture, None)
    loss = style_reconstruction(texture.repeat(1, 1, 2, 3), target, variant)
    assert loss.item() < NOTHING


@pytest.mark.parametrize("variant", STYLE_VARIANTS)
def test_a_style_without_features_is_no_division_by_zero(variant: str) -> None:
    x = torch.rand(1, 5, 6, 4, requires_grad=True)
    target = STYLE_VARIANTS[variant].statistics(torch.zeros(1, 5, 6, 4), None)
    loss = style_reconstruction(x, target, variant)
    loss.sum().backward()
    assert loss.isfinite().all()
    assert x.grad is not None and x.grad.isfinite().all()
