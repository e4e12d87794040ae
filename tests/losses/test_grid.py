"""What repeats every two or four pixels stands out; what a painting has does not."""

import pytest
import torch

from stylenets.losses.grid import grid_excess


@pytest.fixture
def noise() -> torch.Tensor:
    return 0.5 + 0.1 * torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("along", [2, 3])
def test_a_texture_of_the_strides_stands_out(noise: torch.Tensor, period: int, along: int) -> None:
    place = torch.arange(noise.shape[along]) % period == 0
    texture = place.float().view([-1 if axis == along else 1 for axis in range(4)])
    # three lines of 64 or 96 hold a line's chance peaks: noise has 0.1 or less, a texture far more
    assert grid_excess(noise).max() < 0.15
    assert grid_excess(noise + 0.1 * texture).min() > 0.3


def test_another_period_does_not(noise: torch.Tensor) -> None:
    stripes = torch.sin(torch.arange(96) * 2 * torch.pi / 8)
    torch.testing.assert_close(
        grid_excess(noise + 0.1 * stripes), grid_excess(noise), rtol=0, atol=0.05
    )


def test_flat_pictures_have_none_and_gradients_are_finite() -> None:
    flat = torch.full((1, 3, 32, 32), 0.3, requires_grad=True)
    excess = grid_excess(flat)
    excess.sum().backward()
    assert excess.item() == 0
    assert flat.grad is not None
    assert flat.grad.isfinite().all()
