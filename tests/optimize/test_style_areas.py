"""Style from a part of a painting ("A closer look at Neural Style", sec. 3.4)."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys
from stylenets.optimize.localized import localized
from stylenets.optimize.loop import adam
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import run_stages
from stylenets.optimize.style_picture import StylePicture
from stylenets.optimize.surrogate import surrogate_picture
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

LAYERS = {"relu1_1": 0.5, "relu2_1": 0.5}


@pytest.fixture
def criterion(random_vgg: LossNetwork) -> Criterion:
    return Criterion(random_vgg, {"relu2_2": 1.0}, LAYERS)


@pytest.fixture
def parts(tiny_bank: StyleBank) -> dict[str, Tensor]:
    return dict(zip(tiny_bank.names, tiny_bank.pictures, strict=True))


@pytest.fixture
def scene(parts: dict[str, Tensor]) -> Scene:
    """A painting with sand at the left and blocks at the right, for both halves of a photograph."""
    painting = torch.cat([parts["sand"], parts["blocks"]], 2)
    left = torch.zeros(32, 48)
    left[:, :24] = 1
    content = 0.3 + 0.4 * torch.rand(1, 3, 32, 48)
    regions = {"left": left, "background": 1 - left}
    painted_in = dict.fromkeys(regions, "painting")
    return Scene(content, {"painting": painting}, content, regions, painted_in)


def left_half() -> Tensor:
    area = torch.zeros(48, 96)
    area[:, :48] = 1
    return area


def test_the_statistics_of_a_part_are_those_of_that_part(
    scene: Scene, parts: dict[str, Tensor], criterion: Criterion
) -> None:
    """But for the features beside its border, which see across it."""
    of_part = criterion.style_of(StylePicture(scene.styles["painting"], left_half()))
    sand = criterion.style_of(StylePicture(parts["sand"]))
    whole = criterion.style_of(StylePicture(scene.styles["painting"]))
    for layer, expected in sand.items():
        near = (of_part[layer] - expected).square().sum()
        far = (whole[layer] - expected).square().sum()
        assert near < 0.1 * far


def test_two_parts_of_one_painting_serve_two_regions(
    scene: Scene, parts: dict[str, Tensor], criterion: Criterion
) -> None:
    divided = scene.with_areas({"left": left_half(), "background": 1 - left_half()})
    assert divided.painted_in == {"left": "painting left", "background": "painting background"}
    assert set(divided.styles) == set(divided.areas) == set(divided.painted_in.values())
    method = localized(divided, criterion, 1.0, 30.0, None, 30)
    picture, _ = run_stages(method, adam(0.03))
    features = criterion.features(picture)
    weights = criterion.weights_of(scene.regions["left"], scene.content, "left")
    losses = {
        name: criterion.style_loss(features, criterion.style_of(StylePicture(pixels)), weights)
        for name, pixels in parts.items()
    }
    assert losses["sand"] < losses["blocks"]


def test_a_part_can_be_named_by_its_style(scene: Scene, criterion: Criterion) -> None:
    plain = Scene(scene.content, scene.styles, scene.start)
    x = torch.rand(1, 3, 32, 48)
    terms = []
    for areas in ({}, {"painting": left_half()}, {"painting": torch.ones(48, 96)}):
        stage = next(gatys(plain.with_areas(areas), criterion, 1.0, 5.0, 0.0, 1))
        terms.append(float(stage.objective(x)["style"]))
    assert terms[2] == pytest.approx(terms[0], rel=1e-4) and terms[1] != pytest.approx(terms[0])


def test_a_part_is_resized_with_its_picture_and_cut_for_a_surrogate(scene: Scene) -> None:
    divided = scene.with_areas({"left": left_half()})
    small = divided.at_size(16)
    assert small.areas["painting left"].shape == small.styles["painting left"].shape[1:]
    area = small.areas["painting left"]
    assert area.mean() == pytest.approx(0.5, abs=0.05)
    only_left = replace(divided, regions={"left": torch.ones(32, 48)})
    only_left = replace(only_left, painted_in={"left": "painting left"})
    cut = surrogate_picture(only_left)
    assert cut.shape == (3, 32, 48)
    # the left half is square: its width fills the surrogate, of which the middle is kept
    expected = StylePicture(scene.styles["painting"], left_half()).cropped()
    assert expected.shape == (3, 48, 48)
    torch.testing.assert_close(cut, expected[:, 8:40])


def test_an_empty_part_is_told(scene: Scene, criterion: Criterion) -> None:
    empty = StylePicture(scene.styles["painting"], torch.zeros(48, 96))
    with pytest.raises(UserError, match="the region of a style picture is empty"):
        partial(criterion.style_of, empty)()
