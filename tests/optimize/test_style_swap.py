"""Swap by optimization moves the content's features to the swapped ones, and leaves a picture alone that has them already."""

import pytest
import torch

from stylenets.errors import UserError
from stylenets.optimize.style_swap import swap_by_optimization
from stylenets.patches import style_swap
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork


def test_features_come_near_to_the_swapped_ones(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    content, style, called = torch.rand(1, 3, 32, 40), tiny_bank.pictures[1], []
    result = swap_by_optimization(
        random_vgg, content, style, "relu2_1", steps=40, on_step=lambda: called.append(1)
    )
    features = [
        random_vgg(picture, ["relu2_1"])["relu2_1"]
        for picture in (content, result.picture, style[None])
    ]
    target = style_swap(features[0], features[2])
    before, after = ((one - target).square().mean() for one in features[:2])
    assert after < 0.3 * before and len(called) == 40
    assert result.curves["swap"][0] == pytest.approx(float(before), rel=1e-5)
    tv = sum(content.diff(dim=d).square().sum() for d in (2, 3))
    assert result.curves["tv"][0] == pytest.approx(float(1e-7 * tv / target.numel()), rel=1e-4)


def test_a_picture_in_its_own_style_stays(random_vgg: LossNetwork) -> None:
    picture = torch.rand(1, 3, 32, 32)
    result = swap_by_optimization(
        random_vgg, picture, picture[0], "relu2_1", steps=3, tv_weight=0.0
    )
    assert torch.equal(result.picture, picture)
    assert result.curves["swap"] == [0.0, 0.0, 0.0]


def test_total_variation_smooths(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    content = torch.rand(1, 3, 32, 32)
    rough, smooth = (
        swap_by_optimization(random_vgg, content, tiny_bank.pictures[0], "relu2_1", 15, tv).picture
        for tv in (0.0, 100.0)
    )
    assert smooth.diff(dim=2).abs().mean() < 0.5 * rough.diff(dim=2).abs().mean()


def test_a_picture_smaller_than_a_patch_is_told(random_vgg: LossNetwork) -> None:
    with pytest.raises(UserError, match="less than a patch of 3"):
        swap_by_optimization(
            random_vgg, torch.rand(1, 3, 64, 64), torch.rand(3, 16, 16), "relu4_1", 1
        )
