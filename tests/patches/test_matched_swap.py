"""Style swap between matched statistics: the style's means and deviations, whatever is swapped."""

import torch
from torch import Tensor

from stylenets.patches import matched_swap, style_swap

SEED = torch.Generator().manual_seed(0)
CONTENT = torch.rand(2, 6, 12, 15, generator=SEED)
STYLE = 3 + 2 * torch.rand(1, 6, 10, 9, generator=SEED) ** 2
ROUNDING = {"rtol": 1e-4, "atol": 1e-4}


def moments_of(features: Tensor) -> tuple[Tensor, Tensor]:
    return features.mean((2, 3)), features.std((2, 3), correction=0)


def test_means_and_deviations_are_the_styles() -> None:
    swapped = matched_swap(CONTENT, STYLE)
    assert swapped.shape == CONTENT.shape
    for found, wanted in zip(moments_of(swapped), moments_of(STYLE), strict=True):
        torch.testing.assert_close(found, wanted.expand_as(found), **ROUNDING)
    plain = moments_of(style_swap(CONTENT, STYLE))[1]
    assert (plain - moments_of(STYLE)[1]).abs().max() > 0.05


def test_a_picture_in_its_own_style_stays() -> None:
    torch.testing.assert_close(matched_swap(STYLE, STYLE), STYLE, **ROUNDING)


def test_brightness_and_contrast_of_the_content_do_not_count() -> None:
    """Plain swaps go by them: with another exposure come other patches."""
    darker = 0.3 * CONTENT + 0.1
    torch.testing.assert_close(
        matched_swap(darker, STYLE), matched_swap(CONTENT, STYLE), **ROUNDING
    )


def test_statistics_and_patches_are_those_of_an_area() -> None:
    area = torch.zeros(10, 9)
    area[2:8, 3:] = 1
    found = matched_swap(CONTENT, STYLE, area=area)
    cut = STYLE[..., 2:8, 3:]
    torch.testing.assert_close(found, matched_swap(CONTENT, cut), **ROUNDING)


def test_a_flat_channel_is_no_division_by_zero() -> None:
    flat = CONTENT.clone()
    flat[:, 0] = 0.5
    assert matched_swap(flat, STYLE).isfinite().all()
