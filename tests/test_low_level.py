"""A photograph gets the low-level statistics of a style."""

import pytest
import torch

from stylenets.errors import UserError
from stylenets.low_level import match_low_level, match_shares

ROUNDING = {"rtol": 0, "atol": 0.005}  # a few values are clamped to [0, 1]


def colors(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    values = picture.flatten(1)
    return values.mean(1), values.cov()


def mild(height: int, width: int, *middle: float) -> torch.Tensor:
    """Even noise about a color, far from the ends of the range."""
    return torch.tensor(middle)[:, None, None] + 0.05 * torch.randn(3, height, width)


def test_colors_get_the_mean_and_covariance_of_the_style() -> None:
    photo = mild(30, 40, 0.4, 0.5, 0.6)
    mixer = torch.tensor([[1.0, 0.5, 0.0], [0.0, 0.8, 0.3], [0.2, 0.0, 0.6]])
    style = torch.einsum("ij,jhw->ihw", mixer, mild(25, 20, 0.3, 0.3, 0.4))
    matched = match_low_level(photo, style, "colors")
    for found, wanted in zip(colors(matched), colors(style), strict=True):
        torch.testing.assert_close(found, wanted, **ROUNDING)


def test_a_picture_matched_to_itself_stays() -> None:
    photo = mild(32, 32, 0.5, 0.5, 0.5)
    for match in ("colors", "details"):
        torch.testing.assert_close(match_low_level(photo, photo, match), photo, rtol=0, atol=1e-4)


def test_only_the_region_and_the_area_are_measured() -> None:
    photo = torch.cat([mild(32, 16, 0.3, 0.3, 0.3), mild(32, 16, 0.7, 0.7, 0.7)], 2)
    style = torch.cat([mild(32, 16, 0.2, 0.4, 0.6), mild(32, 16, 0.6, 0.4, 0.2)], 2)
    left = torch.zeros(32, 32)
    left[:, :16] = 1
    matched = match_low_level(photo, style, "colors", left, 1 - left)
    torch.testing.assert_close(
        matched[..., :16].mean((1, 2)), style[..., 16:].mean((1, 2)), **ROUNDING
    )


def test_details_get_the_contrast_of_the_style_within_bounds() -> None:
    photo = mild(64, 64, 0.5, 0.5, 0.5)
    style = 0.5 + 0.6 * (photo.roll(7, 2) - 0.5)
    flat = 0.5 + 0.001 * torch.randn(3, 64, 64)
    plain = match_low_level(photo, style, "details")
    assert plain.std() == pytest.approx(float(style.std()), rel=0.1)
    hardly = match_low_level(flat, style, "colors").std()
    bounded = match_low_level(flat, style, "details").std()
    assert bounded == pytest.approx(2 * float(hardly), rel=0.1)  # and not 30 times


def test_shares_of_styles_at_every_pixel() -> None:
    photo = mild(32, 32, 0.5, 0.5, 0.5)
    styles = [mild(20, 20, 0.2, 0.3, 0.4), mild(20, 20, 0.8, 0.7, 0.6)]
    weights = torch.zeros(2, 32, 32)
    weights[0, :16] = 1
    mixed = match_shares(photo, styles, weights, "colors")
    first = match_low_level(photo, styles[0], "colors")
    torch.testing.assert_close(mixed[:, :16], first[:, :16])
    torch.testing.assert_close(mixed[:, 16:], photo[:, 16:])


def test_another_match_is_told() -> None:
    with pytest.raises(UserError, match="match=lines: colors or details"):
        match_low_level(torch.rand(3, 16, 16), torch.rand(3, 16, 16), "lines")
