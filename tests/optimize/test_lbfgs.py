"""The bounded L-BFGS solves what is quadratic, never ends above where it was, and goes on from its state."""

import pytest
import torch
from torch import Tensor

from stylenets.losses.gram import gram
from stylenets.losses.pixels import total_variation
from stylenets.losses.style import style_reconstruction
from stylenets.optimize.lbfgs import FIRST_STEP, LONGEST_STEP, BoundedLBFGS
from stylenets.optimize.loop import Descent, optimize
from stylenets.vgg.network import LossNetwork


def to_gray(picture: Tensor) -> dict[str, Tensor]:
    return {
        "gray": (picture - 0.5).square().mean((1, 2, 3)),
        "tv": 0.1 * total_variation(picture),
    }


def test_a_convex_objective_is_solved_in_few_steps() -> None:
    result = optimize(to_gray, torch.rand(1, 3, 8, 8), 30, BoundedLBFGS)
    torch.testing.assert_close(result.picture, torch.full((1, 3, 8, 8), 0.5), atol=1e-3, rtol=0)


def test_a_step_is_no_longer_than_its_bound() -> None:
    descent = Descent(to_gray, torch.rand(1, 3, 8, 8), BoundedLBFGS)
    before = descent.picture.clone()
    for bound in (FIRST_STEP, *[LONGEST_STEP] * 8):
        descent.step()
        assert float((descent.picture - before).square().mean().sqrt()) <= bound * (1 + 1e-5)
        before = descent.picture.clone()


def test_a_step_that_raised_the_loss_is_taken_back() -> None:
    def cliff(picture: Tensor) -> dict[str, Tensor]:
        return {
            "cliff": (
                1e6 * (picture - 0.499).clamp(min=0).square() + (0.7 - picture).square()
            ).mean((1, 2, 3))
        }

    curve = optimize(cliff, torch.full((1, 3, 4, 4), 0.4), 60, BoundedLBFGS).curves["cliff"]
    kept = [value for number, value in enumerate(curve) if value <= min(curve[: number + 1])]
    assert len(kept) < len(curve) and kept[-1] == pytest.approx(0.201**2, rel=0.02)


def test_clamped_pixels_do_not_stop_the_others() -> None:
    target = torch.full((1, 3, 8, 8), 0.6)
    target[..., :4] = 5.0
    picture = optimize(
        lambda x: {"away": (x - target).square().mean((1, 2, 3))},
        torch.rand(1, 3, 8, 8),
        60,
        BoundedLBFGS,
    ).picture
    assert picture[..., :4].eq(1).all()
    torch.testing.assert_close(picture[..., 4:], target[..., 4:], atol=0.01, rtol=0)


def test_several_styles_at_once_do_not_throw_it_off(random_vgg: LossNetwork) -> None:
    layers = ["relu1_1", "relu2_1"]
    targets = [
        {
            n: gram(f)
            for n, f in random_vgg(g**3 * torch.rand(1, 3, 32, 32), layers).items()
        }
        for g in (0.4, 1.0)
    ]

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = random_vgg(picture, layers)
        return {
            "style": sum(
                style_reconstruction(features[n], of[n], "relative")
                for of in targets
                for n in layers
            )
        }

    curve = optimize(objective, torch.rand(1, 3, 32, 32), 15, BoundedLBFGS).curves["style"]
    assert max(curve) < 1.5 * curve[0] and min(curve[-2:]) < 0.5 * curve[0]
