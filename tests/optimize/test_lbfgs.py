"""The bounded L-BFGS solves what is quadratic, and never ends above where it was."""

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
    gray = torch.full((1, 3, 8, 8), 0.5)
    # what 30 steps leave, by far more than rounding
    torch.testing.assert_close(result.picture, gray, atol=1e-3, rtol=0)


def test_a_step_is_no_longer_than_its_bound() -> None:
    descent = Descent(to_gray, torch.rand(1, 3, 8, 8), BoundedLBFGS)
    before = descent.picture.clone()
    for bound in (FIRST_STEP, *[LONGEST_STEP] * 8):
        descent.step()
        length = float((descent.picture - before).square().mean().sqrt())
        assert length <= bound * (1 + 1e-4)  # pixels are rounded to 6e-8, a step may be 1e-3
        before = descent.picture.clone()


def test_a_step_that_raised_the_loss_is_taken_back() -> None:
    def cliff(picture: Tensor) -> dict[str, Tensor]:
        steep = 1e6 * (picture - 0.499).clamp(min=0).square()
        return {"cliff": (steep + (0.7 - picture).square()).mean((1, 2, 3))}

    curve = optimize(cliff, torch.full((1, 3, 4, 4), 0.4), 60, BoundedLBFGS).curves["cliff"]
    kept = [value for number, value in enumerate(curve) if value <= min(curve[: number + 1])]
    assert len(kept) < len(curve)
    assert kept[-1] == pytest.approx(0.201**2, rel=0.02)  # the least, at 0.499, as 60 steps find it


def test_clamped_pixels_do_not_stop_the_others() -> None:
    target = torch.full((1, 3, 8, 8), 0.6)
    target[..., :4] = 2.0

    def away(picture: Tensor) -> dict[str, Tensor]:
        return {"away": (picture - target).square().mean((1, 2, 3))}

    picture = optimize(away, torch.rand(1, 3, 8, 8), 60, BoundedLBFGS).picture
    # The loss ends at 0.5, which float32 knows to 6e-8. Of 192 pixels, one that is pulled against
    # the end may be 6e-6 from it, and one that is not 3e-3 from its target, before the loss shows.
    ones = torch.ones_like(picture[..., :4])
    torch.testing.assert_close(picture[..., :4], ones, atol=1e-4, rtol=0)
    torch.testing.assert_close(picture[..., 4:], target[..., 4:], atol=0.01, rtol=0)


def test_several_styles_at_once_do_not_throw_it_off(random_vgg: LossNetwork) -> None:
    layers = ["relu1_1", "relu2_1"]

    def random_style(darkness: float) -> dict[str, Tensor]:
        features = random_vgg(darkness**3 * torch.rand(1, 3, 32, 32), layers)
        return {layer: gram(maps) for layer, maps in features.items()}

    targets = [random_style(0.4), random_style(1.0)]

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = random_vgg(picture, layers)
        loss = torch.zeros(1)
        for target in targets:
            for layer in layers:
                loss = loss + style_reconstruction(features[layer], target[layer], "relative")
        return {"style": loss}

    curve = optimize(objective, torch.rand(1, 3, 32, 32), 15, BoundedLBFGS).curves["style"]
    least = sum(least_against_both(*(target[layer] for target in targets)) for layer in layers)
    assert max(curve) < 1.5 * curve[0]
    assert min(curve[-2:]) - least < 0.3 * (curve[0] - least)


def least_against_both(first: Tensor, second: Tensor) -> float:
    """The least relative distance to two Gram matrices at once: that of their weighted mean."""
    nearness = 1 / (first.square().sum() + second.square().sum())
    return float(nearness * (first - second).square().sum())
