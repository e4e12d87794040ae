"""Each method of the Gatys family against its document: formulas, limits, segments."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.evaluation.methods.segments import style_in_segments
from stylenets.losses.gram import gram
from stylenets.losses.pixels import total_variation
from stylenets.optimize.criterion import Criterion
from stylenets.optimize.gatys import gatys
from stylenets.optimize.locality import locality
from stylenets.optimize.localized import localized
from stylenets.optimize.loop import adam
from stylenets.optimize.mixed import mixed, relative_improvements
from stylenets.optimize.one_image import blending_weights, one_image
from stylenets.optimize.scene import Scene
from stylenets.optimize.segmented_passes import segmented_passes
from stylenets.optimize.segmented_smooth import border_variation, segmented_smooth
from stylenets.optimize.stages import Method, run_stages
from stylenets.optimize.straightforward import straightforward
from stylenets.optimize.style_picture import StylePicture
from stylenets.optimize.style_swap import style_swapped
from stylenets.optimize.surrogate import surrogate
from stylenets.regions import KEEP
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-6}  # losses are float32 sums over some 100,000 features
LAYERS = {"relu1_1": 0.5, "relu2_1": 0.5}
BLEND = {"content_weight": 0.1, "style_weight": 5.0, "tv_weight": 0.1, "rate": 0.003, "steps": 2}
ONE_PASS: dict[str, Callable] = {
    "one_image": partial(
        one_image, content_weight=1.0, style_weight=30.0, blend=None, reading="whole"
    ),
    "locality": partial(
        locality, content_weight=1.0, style_weight=3.0, locality_weight=100.0, blend=None
    ),
    "localized": partial(localized, content_weight=1.0, style_weight=30.0, blend=None),
    "surrogate": partial(
        surrogate,
        content_weight=1.0,
        style_weight=30.0,
        tv_weight=0.1,
        delta=5.0,
        delta_layer="relu1_1",
    ),
}
SEGMENTED = ONE_PASS | {
    "straightforward": partial(straightforward, content_weight=1.0, style_weight=30.0),
    "segmented_passes": partial(
        segmented_passes,
        content_weight=1.0,
        style_weight=30.0,
        passes="region",
        smooth_steps=1,
        smooth_rate=0.01,
    ),
    "segmented_smooth": partial(
        segmented_smooth,
        content_weight=1.0,
        passes="region",
        harmony=0,
        style_weight=30.0,
        blend=BLEND,
        border={"reach": 4.0, "rate": 0.01, "steps": 2},
    ),
}


@pytest.fixture
def criterion(random_vgg: LossNetwork) -> Criterion:
    return Criterion(random_vgg, {"relu2_2": 1.0}, LAYERS)


@pytest.fixture
def scene(tiny_bank: StyleBank) -> Scene:
    """A 32 x 48 picture whose left half is to become sand and whose right half blocks."""
    left = torch.zeros(32, 48)
    left[:, :24] = 1
    styles = {name: tiny_bank.pictures[tiny_bank.names.index(name)] for name in ("sand", "blocks")}
    content = 0.3 + 0.4 * torch.rand(1, 3, 32, 48)
    regions = {"left": left, "background": 1 - left}
    return Scene(content, styles, content, regions, {"left": "sand", "background": "blocks"})


def painted(method: Method, scene: Scene, criterion: Criterion, steps: int = 40) -> Tensor:
    """By Adam: the first steps of L-BFGS overshoot on small pictures and random features."""
    stages = partial(method, steps=steps)(scene, criterion)
    return scene.with_kept_regions(run_stages(stages, adam(0.03))[0])


def repainted(scene: Scene, **painted_in: str) -> Scene:
    return replace(scene, painted_in=painted_in)


def without_regions(scene: Scene) -> Scene:
    return Scene(scene.content, scene.styles, scene.start)


def single(scene: Scene, name: str) -> Scene:
    return Scene(scene.content, {name: scene.styles[name]}, scene.start)


def test_gatys_is_the_weighted_sum_of_content_style_and_tv(
    scene: Scene, criterion: Criterion
) -> None:
    alone = single(scene, "sand")
    x = torch.rand(1, 3, 32, 48)
    terms = next(gatys(alone, criterion, 2.0, 3.0, 0.5, 1)).objective(x)
    layers = ["relu1_1", "relu2_1", "relu2_2"]
    fx = criterion.vgg(x, layers)
    fc = criterion.vgg(alone.content, layers)
    fs = criterion.vgg(alone.styles["sand"][None], layers)
    content = (fx["relu2_2"] - fc["relu2_2"]).square().mean() / fc["relu2_2"].square().mean()
    style = torch.tensor(0.0)
    for layer, weight in LAYERS.items():
        distance = (gram(fx[layer]) - gram(fs[layer])).square().sum()
        style += weight * distance / gram(fs[layer]).square().sum()
    expected = {"content": 2 * content, "style": 3 * style, "tv": 0.5 * total_variation(x)[0]}
    found = {name: value[0] for name, value in terms.items()}
    torch.testing.assert_close(found, expected, **ROUNDING)


@pytest.mark.parametrize(("gamma", "name"), [(1.0, "sand"), (0.0, "blocks")])
def test_gamma_of_one_and_zero_are_the_single_styles_to_the_bit(
    scene: Scene, criterion: Criterion, gamma: float, name: str
) -> None:
    mixing = partial(mixed, content_weight=1.0, ratio=0.1, gamma=gamma)
    plain = partial(gatys, content_weight=1.0, style_weight=10.0, tv_weight=0.0)
    mix = painted(mixing, without_regions(scene), criterion, 8)
    alone = painted(plain, single(scene, name), criterion, 8)
    assert mix.equal(alone)  # the same operations, as the other style is left out


def test_the_relative_improvements_cross(scene: Scene, criterion: Criterion) -> None:
    """The more weight a style has, the nearer the picture is to it, the farther from the other.

    "Mixed Neural Style Transfer", fig. 6.
    """
    plain = without_regions(scene)
    styles = list(scene.style_pictures().values())
    found = []
    for gamma in (0.1, 0.9):
        mixing = partial(mixed, content_weight=1.0, ratio=0.02, gamma=gamma)
        picture = painted(mixing, plain, criterion)
        found.append(relative_improvements(picture, plain.content, styles, criterion))
    assert found[0][0] > found[1][0]
    assert found[0][1] < found[1][1]
    unchanged = relative_improvements(plain.content, plain.content, styles, criterion)
    assert unchanged == pytest.approx([1.0, 1.0], rel=1e-4)  # a float32 loss over another
    own = [StylePicture(plain.content[0])]
    assert relative_improvements(plain.content, plain.content, own, criterion) == [1.0]


@pytest.mark.parametrize("name", ONE_PASS)
def test_the_total_falls(scene: Scene, criterion: Criterion, name: str) -> None:
    _, rows = run_stages(partial(ONE_PASS[name], steps=40)(scene, criterion), adam(0.03))
    totals = [sum(row.terms.values()) for row in rows]
    assert totals[-1] < 0.5 * totals[0]


@pytest.mark.parametrize("name", sorted(set(SEGMENTED) - {"one_image"}))
def test_each_segment_is_nearer_to_its_own_style(
    scene: Scene, criterion: Criterion, name: str
) -> None:
    picture = painted(SEGMENTED[name], scene, criterion)
    losses = style_in_segments(
        criterion.vgg, LAYERS, picture, scene.regions, scene.style_pictures()
    )
    assert losses["left"]["sand"] < losses["left"]["blocks"]
    assert losses["background"]["blocks"] < losses["background"]["sand"]


def test_localized_is_nearer_in_every_segment_than_one_image(
    scene: Scene, criterion: Criterion
) -> None:
    """What "A closer look at Neural Style", sec. 3.4, left to be computed."""
    losses = {}
    for name in ("localized", "one_image"):
        picture = painted(SEGMENTED[name], scene, criterion)
        losses[name] = style_in_segments(
            criterion.vgg, LAYERS, picture, scene.regions, scene.style_pictures()
        )
    for label, style in scene.painted_in.items():
        assert losses["localized"][label][style] < 0.5 * losses["one_image"][label][style]


def test_localized_in_one_region_is_gatys(scene: Scene, criterion: Criterion) -> None:
    alone = single(scene, "sand")
    whole = {"background": torch.ones(32, 48)}
    everything = replace(alone, regions=whole, painted_in={"background": "sand"})
    x = torch.rand(1, 3, 32, 48)
    one = next(localized(everything, criterion, 1.0, 5.0, None, 1)).objective(x)
    other = next(gatys(alone, criterion, 1.0, 5.0, 0.0, 1)).objective(x)
    torch.testing.assert_close(list(one.values()), list(other.values()), **ROUNDING)


def test_without_locality_the_approach_is_one_image(scene: Scene, criterion: Criterion) -> None:
    x = torch.rand(1, 3, 32, 48)
    with_it = next(locality(scene, criterion, 1.0, 5.0, 0.0, None, 1)).objective(x)
    without = next(one_image(scene, criterion, 1.0, 5.0, None, "whole", 1)).objective(x)
    torch.testing.assert_close(sum(with_it.values()), sum(without.values()), **ROUNDING)


def test_one_image_reads_the_text_or_the_formula(scene: Scene, criterion: Criterion) -> None:
    """By segments each is nearer to its own style; over the whole picture both are in a blend."""
    by_segments = partial(
        one_image, content_weight=1.0, style_weight=30.0, blend=None, reading="segments"
    )
    styles = scene.style_pictures()
    picture = painted(by_segments, scene, criterion)
    losses = style_in_segments(criterion.vgg, LAYERS, picture, scene.regions, styles)
    assert losses["left"]["sand"] < losses["left"]["blocks"]
    assert losses["background"]["blocks"] < losses["background"]["sand"]
    plain = without_regions(scene)
    whole = painted(SEGMENTED["one_image"], plain, criterion, 4)
    assert painted(by_segments, plain, criterion, 4).equal(whole)


def test_straightforward_is_every_segment_by_itself_cut_at_the_border(
    scene: Scene, criterion: Criterion
) -> None:
    picture = painted(SEGMENTED["straightforward"], scene, criterion, 5)
    only_left = repainted(scene, left="sand", background=KEEP)
    alone = painted(SEGMENTED["localized"], only_left, criterion, 5)
    assert picture[..., :24].equal(alone[..., :24])  # the same operations on the same numbers
    assert not picture[..., 24:].equal(alone[..., 24:])


@pytest.mark.parametrize("name", SEGMENTED)
def test_a_kept_region_stays_as_the_photograph_is(
    scene: Scene, criterion: Criterion, name: str
) -> None:
    keeping = repainted(scene, left=KEEP, background="blocks")
    picture = painted(SEGMENTED[name], keeping, criterion, 3)
    assert picture[..., :24].equal(scene.content[..., :24])
    assert not picture[..., 24:].equal(scene.content[..., 24:])


def test_border_variation_is_the_documents_where_the_weight_is_level() -> None:
    x = torch.rand(1, 3, 6, 8)
    level = torch.full((6, 8), 0.5)
    torch.testing.assert_close(border_variation(x, level), total_variation(0.5 * x), **ROUNDING)
    assert border_variation(torch.ones(1, 3, 6, 8), torch.rand(6, 8)) == 0


def test_style_swap_is_one_of_the_methods(scene: Scene, criterion: Criterion) -> None:
    method = partial(style_swapped, layer="relu2_1", tv_weight=1e-7, patch=3, stride=1, steps=10)
    _, rows = run_stages(method(single(scene, "blocks"), criterion))
    assert rows[-1].terms["swap"] < 0.7 * rows[0].terms["swap"]


def test_vgg16_stands_in_for_the_layers_it_does_not_have(random_vgg: LossNetwork) -> None:
    criterion = Criterion(random_vgg, {"relu5_4": 1.0}, {"relu3_4": 1.0, "relu4_1": 1.0})
    assert criterion.style == {"relu3_3": 1.0, "relu4_1": 1.0}
    with pytest.raises(UserError, match="no layer relu6_1"):
        Criterion(random_vgg, {"relu6_1": 1.0}, {})


def test_mistakes_are_told(scene: Scene, criterion: Criterion) -> None:
    def localize(scene: Scene) -> None:
        run_stages(localized(scene, criterion, 1.0, 1.0, None, 1))

    with pytest.raises(UserError, match="takes 1 style picture, and styles= gives 2"):
        run_stages(gatys(scene, criterion, 1.0, 1.0, 0.0, 1))
    with pytest.raises(UserError, match="gamma must be from 0 to 1"):
        run_stages(mixed(scene, criterion, 1.0, 0.1, 1.5, 1))
    with pytest.raises(UserError, match="paints regions"):
        localize(without_regions(scene))
    with pytest.raises(UserError, match="to be painted in tiles; the styles are sand, blocks"):
        localize(repainted(scene, left="tiles"))
    empty = scene.regions | {"left": torch.zeros(32, 48)}
    with pytest.raises(UserError, match="the region left is empty"):
        localize(replace(scene, regions=empty))
    with pytest.raises(UserError, match="blend names tiles"):
        blending_weights(["sand", "blocks"], {"tiles": 1.0})
    with pytest.raises(UserError, match="positive weights"):
        blending_weights(["sand", "blocks"], {"sand": 0.0})
