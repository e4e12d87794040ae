"""The loop minimizes what it is given, and never leaves the range of a picture."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.optim import Adam, Optimizer

from stylenets.losses.gram import gram
from stylenets.losses.pixels import total_variation
from stylenets.losses.style import style_reconstruction
from stylenets.optimize.loop import lbfgs, optimize
from stylenets.vgg.network import LossNetwork


def to_gray(picture: Tensor) -> dict[str, Tensor]:
    return {
        "gray": (picture - 0.5).square().mean((1, 2, 3)),
        "tv": 0.1 * total_variation(picture),
    }


@pytest.mark.parametrize("optimizer", [lbfgs, partial(Adam, lr=0.05)])
def test_a_convex_objective_is_solved(optimizer: Callable[[list[Tensor]], Optimizer]) -> None:
    result = optimize(to_gray, torch.rand(2, 3, 8, 8), 150, optimizer)
    gray = torch.full((2, 3, 8, 8), 0.5)
    # what 150 steps of either leave, by far more than rounding
    torch.testing.assert_close(result.picture, gray, atol=0.01, rtol=0)


def test_snapshots_are_those_asked_for_and_the_start_is_left_alone() -> None:
    start = torch.rand(1, 3, 8, 8)
    before = start.clone()
    called = []
    result = optimize(to_gray, start, 6, snapshots=[1, 4, 6], on_step=lambda: called.append(1))
    assert list(result.snapshots) == [1, 4, 6]
    assert len(called) == 6
    assert torch.equal(result.snapshots[6], result.picture)
    assert not torch.equal(result.snapshots[1], result.snapshots[4])
    assert torch.equal(start, before)
    assert not result.picture.requires_grad
    # the same program twice on one machine: to the bit, as a resumed run is to be
    assert torch.equal(optimize(to_gray, start, 4).picture, result.snapshots[4])


def test_the_curves_hold_every_term_before_each_step() -> None:
    start = torch.rand(1, 3, 8, 8)
    curves = optimize(to_gray, start, 5).curves
    assert {name: len(curve) for name, curve in curves.items()} == {"gray": 5, "tv": 5}
    first = float(to_gray(start)["gray"])
    assert curves["gray"][0] == pytest.approx(first, rel=1e-5)  # a float32 mean of 192 values


def test_pixels_stay_in_range_where_the_objective_pulls_them_out() -> None:
    def away(picture: Tensor) -> dict[str, Tensor]:
        return {"away": (picture - 3.0).square().mean((1, 2, 3))}

    picture = optimize(away, torch.rand(1, 3, 4, 4), 10).picture
    assert torch.equal(picture, torch.ones(1, 3, 4, 4))  # clamped, on its way to 3


def test_lbfgs_lowers_the_gatys_objective(random_vgg: LossNetwork) -> None:
    """Against another picture's Gram matrix it falls below a tenth within twenty iterations."""
    layer = "relu2_2"
    target = gram(random_vgg(torch.rand(1, 3, 32, 32), [layer])[layer])

    def objective(picture: Tensor) -> dict[str, Tensor]:
        features = random_vgg(picture, [layer])[layer]
        return {"style": style_reconstruction(features, target, "relative")}

    start = 0.3 + 0.1 * torch.rand(1, 3, 32, 32)
    curve = optimize(objective, start, 20).curves["style"]
    assert curve[-1] < 0.1 * curve[0]
    assert sum(later < earlier for earlier, later in pairwise(curve)) >= 15
