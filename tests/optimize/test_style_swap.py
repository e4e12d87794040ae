"""Swap by optimization moves the content's features to the swapped ones."""

from functools import partial

import pytest
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.loop import OptimizedPicture, adam, optimize
from stylenets.optimize.style_picture import StylePicture
from stylenets.optimize.style_swap import swap_objective
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

LAYER = "relu2_1"
ROUNDING = 1e-4  # relative, of sums over some thousand float32 features


@pytest.fixture
def swapped(random_vgg: LossNetwork) -> partial[OptimizedPicture]:
    def optimize_swap(
        content: Tensor, style: Tensor, steps: int, tv_weight: float = 1e-7
    ) -> OptimizedPicture:
        objective = swap_objective(random_vgg, content, StylePicture(style), LAYER, tv_weight, 3, 1)
        return optimize(objective, content, steps, adam(0.05))

    return partial(optimize_swap)


def test_features_come_near_to_the_swapped_ones(
    swapped: partial[OptimizedPicture], random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    content = torch.rand(1, 3, 32, 40)
    style = tiny_bank.pictures[1]
    result = swapped(content, style, 40)
    content_features = random_vgg(content, [LAYER])[LAYER]
    style_features = random_vgg(style[None], [LAYER])[LAYER]
    result_features = random_vgg(result.picture, [LAYER])[LAYER]
    target = style_swap(content_features, style_features)
    before = (content_features - target).square().mean()
    after = (result_features - target).square().mean()
    assert after < 0.3 * before
    assert result.curves["swap"][0] == pytest.approx(float(before), rel=ROUNDING)
    tv = sum(content.diff(dim=dim).square().sum() for dim in (2, 3))
    assert result.curves["tv"][0] == pytest.approx(float(1e-7 * tv / target.numel()), rel=ROUNDING)


def test_a_picture_in_its_own_style_has_its_features_already(random_vgg: LossNetwork) -> None:
    picture = torch.rand(1, 3, 32, 32)
    objective = swap_objective(random_vgg, picture, StylePicture(picture[0]), LAYER, 0.0, 3, 1)
    energy = random_vgg(picture, [LAYER])[LAYER].square().mean()
    assert objective(picture)["swap"] < (1e-5) ** 2 * energy  # rounding of the overlaps' means


def test_total_variation_smooths(swapped: partial[OptimizedPicture], tiny_bank: StyleBank) -> None:
    content = torch.rand(1, 3, 32, 32)
    rough = swapped(content, tiny_bank.pictures[0], 15, 0.0).picture
    smooth = swapped(content, tiny_bank.pictures[0], 15, 100.0).picture
    assert smooth.diff(dim=2).abs().mean() < 0.5 * rough.diff(dim=2).abs().mean()


def test_a_picture_smaller_than_a_patch_is_told(random_vgg: LossNetwork) -> None:
    content = torch.rand(1, 3, 64, 64)
    with pytest.raises(UserError, match="less than a patch of 3"):
        small = StylePicture(torch.rand(3, 16, 16))
        swap_objective(random_vgg, content, small, "relu4_1", 0.0, 3, 1)
