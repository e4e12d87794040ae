"""A picture put together from its style pictures is perfect, one with them exchanged is not."""

import pytest
import torch
from torch import Tensor

from stylenets.evaluation.methods.segments import (
    border_gradient,
    leaks,
    near_border,
    style_in_segments,
)
from stylenets.optimize.style_picture import StylePicture
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

PAINTED = {"left": "sand", "background": "blocks"}


def halves(height: int, width: int) -> dict[str, Tensor]:
    left = torch.zeros(height, width)
    left[:, : width // 2] = 1
    return {"left": left, "background": 1 - left}


def test_pictures_of_their_own_styles_and_of_each_others(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    bank = dict(zip(tiny_bank.names, tiny_bank.pictures, strict=True))
    styles = {name: bank[name] for name in ("sand", "blocks")}
    whole = {name: StylePicture(picture) for name, picture in styles.items()}
    regions = halves(48, 96)
    right, wrong = (
        torch.cat([styles[name] for name in names], 2)[None]
        for names in (("sand", "blocks"), ("blocks", "sand"))
    )
    layers = ["relu1_1", "relu2_1"]
    for picture, own in ((right, True), (wrong, False)):
        losses = style_in_segments(random_vgg, layers, picture, regions, whole)
        bands = style_in_segments(random_vgg, layers, picture, near_border(regions, 8.0), whole)
        assert (losses["left"]["sand"] < 0.05) == own
        assert (losses["left"]["sand"] < losses["left"]["blocks"]) == own
        shares = leaks(bands, PAINTED)
        assert set(shares) == set(PAINTED)
        assert all((share < 0.5) == own for share in shares.values())


def test_a_leak_is_the_share_of_the_own_loss() -> None:
    three = {"left": {"sand": 1.0, "blocks": 3.0, "tiles": 7.0}}
    assert leaks(three, {"left": "sand"}) == {"left": 0.25}
    assert leaks({"left": {"sand": 1.0, "blocks": 3.0}}, {"left": "keep"}) == {}


def test_a_band_lies_on_both_sides_of_the_border() -> None:
    bands = near_border(halves(4, 20), 3.0)
    assert bands["left"][0].nonzero().flatten().tolist() == [7, 8, 9]
    assert bands["background"][0].nonzero().flatten().tolist() == [10, 11, 12]


def test_the_gradient_of_a_step_is_at_its_border() -> None:
    regions = halves(8, 20)
    picture = regions["left"].expand(1, 3, -1, -1)
    found = border_gradient(picture, regions, 2.0)
    assert found["elsewhere"] == 0
    assert found["border"] == pytest.approx(3**0.5 / 4)  # one column of four, over three colors
    ramp = torch.linspace(0, 1, 20).expand(1, 3, 8, 20)
    assert border_gradient(ramp, regions)["border"] == pytest.approx(3**0.5 / 19, rel=1e-4)
