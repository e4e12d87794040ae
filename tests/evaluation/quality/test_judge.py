"""What the judge finds of pictures of which one knows what must be found."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from stylenets.evaluation.quality.borders import border_error
from stylenets.evaluation.quality.findings import JudgedPicture
from stylenets.evaluation.quality.grid import grid_decibels
from stylenets.evaluation.quality.judge import STYLE_LAYERS, Judge, clipped_share
from stylenets.losses.moments import moments
from stylenets.losses.style import style_reconstruction
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

NOTHING = 1e-9  # what is left of a relative squared difference of features that are the same


@pytest.fixture(scope="module")
def judge(random_vgg: LossNetwork, tiny_bank: StyleBank) -> Judge:
    return Judge(random_vgg, tiny_bank)


def waves(period: int, amplitude: float, size: int = 64) -> Tensor:
    """(3, size, size) around 0, which repeats every ``period`` pixels along rows and columns."""
    wave = amplitude * (2 * math.pi * torch.arange(size) / period).cos()
    return (wave + wave[:, None]).expand(3, size, size)


def test_a_style_picture_is_its_own_style_and_has_its_own_palette(
    judge: Judge, tiny_bank: StyleBank
) -> None:
    for style, picture in enumerate(tiny_bank.pictures):
        verdicts = judge.look(picture, judge.see(picture), [0, 1, 2])
        distances = verdicts[style].distances
        assert distances[style] < NOTHING
        assert min(d for other, d in enumerate(distances) if other != style) > 0.1
        assert min(verdicts, key=lambda verdict: verdict.palette) is verdicts[style]
        # 256 quantiles stand for 2304 pixels: each is off by a few ranks of them
        assert verdicts[style].palette < 0.01
        assert verdicts[style].clipped == 0


def test_a_photograph_has_lost_nothing_of_itself(judge: Judge) -> None:
    photo = torch.rand(3, 48, 64)
    verdict = judge.look(photo, judge.see(photo), [0])[0]
    assert max(verdict.structure, verdict.content) < NOTHING
    assert verdict.grid == pytest.approx([0, 0, 0], abs=1e-3)  # dB
    assert verdict.st_lpips is None
    mirrored = judge.look(photo.flip(2), judge.see(photo), [0])[0]
    assert mirrored.structure > 0.1
    assert mirrored.content > 0.05


def test_distances_are_the_style_losses_one_by_one(
    judge: Judge, random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    photo = torch.rand(3, 48, 48)
    features = random_vgg(photo[None], STYLE_LAYERS)
    expected = []
    for picture in tiny_bank.pictures:
        targets = random_vgg(picture[None], STYLE_LAYERS)
        losses = [
            style_reconstruction(features[layer], moments(targets[layer]), "moments")
            for layer in STYLE_LAYERS
        ]
        expected.append(torch.cat(losses).mean())
    found = judge.look(photo, judge.see(photo), [0])[0].distances
    # tolerance: float32 sums over up to 263,000 entries, in another order
    torch.testing.assert_close(torch.tensor(found), torch.stack(expected), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("period", "place"), [(2, 0), (4, 1), (8, 2)])
def test_a_texture_raises_the_grid_at_its_own_period_alone(
    judge: Judge, period: int, place: int
) -> None:
    photo = 0.3 + 0.4 * torch.rand(3, 64, 64)
    seen = judge.see(photo)
    found = judge.look(photo + waves(period, amplitude=0.1), seen, [0])[0].grid
    assert found[place] > 10
    # its line is no other line's neighbor, but float32 leaves a little of it everywhere
    assert max(abs(value) for k, value in enumerate(found) if k != place) < 0.01


def test_a_flat_picture_has_no_grid() -> None:
    assert grid_decibels(torch.full((1, 3, 40, 56), 0.3)) == pytest.approx([0, 0, 0], abs=1e-3)


def test_clipped_are_values_at_either_end_beyond_the_styles_own(
    judge: Judge, tiny_bank: StyleBank
) -> None:
    ends = torch.tensor([0.0, 1 / 255, 0.5, 1.0])
    assert clipped_share(ends) == 0.75
    photo = torch.rand(3, 48, 48)
    found = judge.look(torch.zeros(3, 48, 48), judge.see(photo), [0, 1])
    shares = [clipped_share(picture) for picture in tiny_bank.pictures]
    assert shares[0] > 0
    assert [one.clipped for one in found] == pytest.approx([1 - share for share in shares[:2]])


def test_black_gray_and_clipped_pictures_are_told(judge: Judge) -> None:
    photo = 0.2 + 0.6 * torch.rand(3, 48, 48)
    seen = judge.see(photo)

    def fault(picture: Tensor) -> str:
        return JudgedPicture("net", "a.png", 1, judge.look(picture, seen, [1])[0]).fault

    assert fault(photo) == ""
    assert fault(torch.zeros(3, 48, 48)) == "black"
    assert fault(0.5 + 0.02 * (photo - 0.5)) == "gray"
    bright = photo.clone()
    bright[:, :4] = 1  # a twelfth
    assert fault(bright) == "clipped"
    good = judge.look(photo, seen, [1])[0]
    assert JudgedPicture("net", "a.png", 1, replace(good, clipped=0.019)).fault == ""


def test_border_error_is_what_padding_does() -> None:
    photo = torch.rand(3, 96, 112)

    def blur_over_zeros(picture: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(picture, 9, stride=1, padding=4)

    def invert(picture: Tensor) -> Tensor:
        return 1 - picture

    assert border_error(invert, photo, invert(photo)) == pytest.approx(0, abs=1e-6)
    padded = border_error(blur_over_zeros, photo, blur_over_zeros(photo))
    assert padded is not None
    assert padded > 0.05
    small = photo[:, :95]
    assert border_error(invert, small, invert(small)) is None
