"""Total variation and reconstruction, against sums written out with loops."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from stylenets.losses.pixels import reconstruction, saturation, total_variation

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums of up to 120 differences


def over_neighbors(x: Tensor, measure: Callable[[Tensor], Tensor]) -> tuple[list, list]:
    """``measure`` of each difference of neighbors in (1, 3, 4, 5): across, and down."""
    across = [
        measure(x[0, c, i, j + 1] - x[0, c, i, j])
        for c in range(3)
        for i in range(4)
        for j in range(4)
    ]
    down = [
        measure(x[0, c, i + 1, j] - x[0, c, i, j])
        for c in range(3)
        for i in range(3)
        for j in range(5)
    ]
    return across, down


def test_total_variation_is_the_sum_or_mean_of_squared_neighbor_differences() -> None:
    x = torch.rand(1, 3, 4, 5)
    across, down = over_neighbors(x, torch.square)
    sums = sum(across) + sum(down)
    means = sum(across) / len(across) + sum(down) / len(down)
    torch.testing.assert_close(total_variation(x, summed=True), sums[None], **ROUNDING)
    torch.testing.assert_close(total_variation(x), means[None], **ROUNDING)
    # equal numbers differ by exactly 0
    assert total_variation(torch.full((2, 3, 4, 5), 0.3)).tolist() == [0, 0]


def test_reconstruction_is_l1_of_pixels_and_of_edges() -> None:
    x = torch.rand(1, 3, 4, 5)
    y = torch.rand(1, 3, 4, 5)
    across, down = over_neighbors(x - y, torch.abs)
    edges = sum(across) / len(across) + sum(down) / len(down)
    expected = (x - y).abs().mean() + edges
    torch.testing.assert_close(reconstruction(x, y), expected[None], **ROUNDING)


def test_a_shift_of_brightness_moves_no_edge() -> None:
    x = torch.rand(1, 3, 4, 5)
    lighter = reconstruction(x + 0.25, x)
    torch.testing.assert_close(lighter, torch.tensor([0.25]), rtol=0, atol=1e-6)


def test_only_values_at_the_very_ends_are_saturated() -> None:
    picture = torch.linspace(2 / 255, 253 / 255, 300).reshape(1, 3, 10, 10)
    assert saturation(picture).item() == 0
    black = torch.full((1, 3, 4, 4), 1e-20)
    assert saturation(black).item() == pytest.approx((20 * math.log(10) - 5) ** 2, rel=1e-4)


def test_a_black_blob_has_a_gradient_behind_the_sigmoid() -> None:
    """There, where a squared difference of pixels has none left."""
    before = torch.full((1, 3, 4, 4), -25.0, requires_grad=True)
    (pull,) = torch.autograd.grad((before.sigmoid() - 0.5).square().mean(), before)
    (push,) = torch.autograd.grad(saturation(before.sigmoid()).mean(), before)
    assert pull.abs().max() < 1e-10
    torch.testing.assert_close(push, torch.full_like(push, -2 * (25 - 5) / 48))
