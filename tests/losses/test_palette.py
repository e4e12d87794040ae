"""The palette is the Wasserstein distance of projected colors, blind to where they are."""

import torch
from scipy.stats import wasserstein_distance

from stylenets.losses.palette import (
    QUANTILES,
    color_directions,
    palette,
    palette_distance,
    sorted_colors,
)

ROUNDING = 1e-5  # colors are of size 1, in float32


def test_directions_are_unit_vectors_of_one_half_of_the_sphere() -> None:
    directions = color_directions()
    assert (directions.norm(dim=1) - 1).abs().max() < ROUNDING
    assert directions[:, 2].min() > 0
    spread = directions.T @ directions / len(directions)
    assert (torch.linalg.eigvalsh(spread) > 0.3).all(), (
        "each third of the sphere counts about alike"
    )


def test_it_is_the_sliced_wasserstein_distance() -> None:
    """Of as many pixels as quantiles are kept, to the letter; scipy has the distance of lines."""
    x, style = torch.rand(2, 1, 3, 16, QUANTILES // 16)
    found = palette_distance(x, [palette(style, 1)], [1])
    slices = zip(
        (color_directions() @ x[0].flatten(1)).numpy(),
        (color_directions() @ style[0].flatten(1)).numpy(),
        strict=True,
    )
    expected = [wasserstein_distance(a, b) for a, b in slices]
    assert abs(float(found) - sum(expected) / len(expected)) < ROUNDING


def test_it_knows_colors_and_not_places_nor_sizes() -> None:
    style = torch.rand(1, 3, 16, QUANTILES // 16)
    shuffled = style.flatten(2)[..., torch.randperm(QUANTILES)].view_as(style)
    assert float(palette_distance(shuffled, [palette(style, 1)], [1])) < ROUNDING
    twice = style.repeat(1, 1, 2, 2)
    assert float(palette_distance(twice, [palette(style, 1)], [1])) < 0.01, (
        "steps between quantiles"
    )


def test_another_brightness_is_as_far_as_it_is_brighter() -> None:
    style = torch.rand(1, 3, 16, 16) * 0.5
    lifted = palette_distance(style + 0.25, [palette(style, 1)], [1])
    expected = 0.25 * color_directions().sum(1).abs().mean()
    assert abs(float(lifted - expected)) < ROUNDING


def test_quantiles_mixed_are_between() -> None:
    dark, light = torch.rand(2, 1, 3, 16, 16)
    middle = (palette(dark, 1) + palette(light, 1)) / 2
    assert (middle.diff(dim=2) >= 0).all(), "the mix of sorted values is sorted"
    to_dark = palette_distance(dark, [middle], [1])
    to_light = palette_distance(light, [middle], [1])
    assert abs(float(to_dark - to_light)) < ROUNDING


def test_sides_are_in_pixels() -> None:
    assert sorted_colors(torch.rand(2, 3, 17, 24), 8).shape == (2, 24, 2 * 3)
