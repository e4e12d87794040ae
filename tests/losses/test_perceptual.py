"""The training objective: named terms a picture, and nothing computed that does not count."""

import dataclasses

import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from stylenets.errors import UserError
from stylenets.losses.gram import gram
from stylenets.losses.grid import grid_excess
from stylenets.losses.palette import palette, palette_distance
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.losses.pixels import reconstruction
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums over some 100,000 features
NOTHING = 1e-9  # what is left of a relative squared difference of features that are the same
LAYERS = {"content": {"relu2_2": 1.0}, "style": {"relu1_2": 1.0, "relu2_1": 0.5}}


class CountConvolutions(TorchFunctionMode):
    """Counts the calls of conv2d in its context."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(
        self, function: object, types: object, args: tuple = (), kwargs: dict | None = None
    ) -> object:
        self.count += function is torch.nn.functional.conv2d
        return function(*args, **(kwargs or {}))


@pytest.fixture(scope="module")
def pictures(tiny_bank: StyleBank) -> Tensor:
    """The three style pictures, (3, 3, 48, 48)."""
    return torch.stack(tiny_bank.pictures)


def test_terms_are_the_weighted_sums_over_the_layers(
    random_vgg: LossNetwork, tiny_bank: StyleBank, pictures: Tensor
) -> None:
    criterion = PerceptualLoss(
        random_vgg,
        tiny_bank,
        **LAYERS,
        content_weight=3,
        style_weight=7,
        tv_weight=11,
        variant="hw",
    )
    x = torch.rand(2, 3, 32, 40)
    photo = torch.rand(2, 3, 32, 40)
    styles = [2, 0]
    terms = criterion(x, photo, torch.eye(3)[styles])
    assert {name: term.shape for name, term in terms.items()} == {
        name: (2,) for name in ("content", "style", "tv")
    }
    fx = random_vgg(x, ["relu1_2", "relu2_1", "relu2_2"])
    fp = random_vgg(photo, ["relu2_2"])
    content = 3 * (fx["relu2_2"] - fp["relu2_2"]).square().mean((1, 2, 3))
    torch.testing.assert_close(terms["content"], content, **ROUNDING)
    for b, style in enumerate(styles):
        fs = random_vgg(pictures[style : style + 1], ["relu1_2", "relu2_1"])
        shallow, deep = (
            (gram(fx[name][b : b + 1]) - gram(fs[name])).square().sum()
            for name in ("relu1_2", "relu2_1")
        )
        expected = 7 * (shallow + 0.5 * deep)
        torch.testing.assert_close(terms["style"][b], expected, rtol=1e-3, atol=0)  # of differences


def test_the_photograph_has_no_content_loss_and_the_style_picture_no_style_loss(
    random_vgg: LossNetwork, tiny_bank: StyleBank, pictures: Tensor
) -> None:
    criterion = PerceptualLoss(random_vgg, tiny_bank, **LAYERS, content_variant="relative")
    terms = criterion(pictures, pictures, torch.eye(3))
    assert terms["content"].max() < NOTHING
    assert terms["style"].max() < NOTHING
    wrong = criterion(pictures, pictures.roll(1, 0), torch.eye(3).roll(1, 0))
    assert min(wrong["content"].min(), wrong["style"].min()) > 1e-3


def test_coefficients_scale_the_style_loss_of_their_style(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    doubled = dataclasses.replace(tiny_bank, coefficients=[1.0, 2.0, 0.0])
    x = torch.rand(1, 3, 32, 32).expand(3, -1, -1, -1)
    photo = torch.rand(3, 3, 32, 32)
    plain, scaled = (
        PerceptualLoss(random_vgg, bank, **LAYERS)(x, photo, torch.eye(3))
        for bank in (tiny_bank, doubled)
    )
    expected = plain["style"] * torch.tensor([1.0, 2.0, 0.0])
    torch.testing.assert_close(scaled["style"], expected, **ROUNDING)
    torch.testing.assert_close(scaled["content"], plain["content"], **ROUNDING)


def test_the_target_of_mixed_styles_is_the_mixed_gram_matrix(
    random_vgg: LossNetwork, tiny_bank: StyleBank, pictures: Tensor
) -> None:
    criterion = PerceptualLoss(
        random_vgg, tiny_bank, {}, {"relu1_1": 1.0}, content_weight=0, variant="hw"
    )
    x = torch.rand(1, 3, 32, 32)
    weights = torch.tensor([[0.5, 0.2, 0.3]])
    grams = gram(random_vgg(pictures, ["relu1_1"])["relu1_1"])
    target = 0.5 * grams[0] + 0.2 * grams[1] + 0.3 * grams[2]
    expected = (gram(random_vgg(x, ["relu1_1"])["relu1_1"])[0] - target).square().sum()
    found = criterion(x, x, weights)["style"]
    torch.testing.assert_close(found, expected[None], rtol=1e-3, atol=0)  # of differences


def with_all(vgg: LossNetwork, bank: StyleBank, **settings: object) -> PerceptualLoss:
    """Every loss counts, as in conf/loss/moments.yaml."""
    weights = {"palette_weight": 4.0, "grid_weight": 0.4, "tv_weight": 0.1}
    weights |= {"reconstruction_weight": 1.0, "identity_weight": 2.0}
    kinds = {"variant": "moments", "content_variant": "normalized"}
    return PerceptualLoss(vgg, bank, **LAYERS, **(weights | kinds | settings))


def test_palette_grid_and_identity_are_their_functions_of_the_pixels(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = with_all(random_vgg, tiny_bank, palette_sides=[1, 4])
    x = torch.rand(2, 3, 32, 40)
    photo = torch.rand(2, 3, 32, 40)
    terms = criterion(x, photo, torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]))
    targets = [palette(tiny_bank.pictures[1][None], side) for side in (1, 4)]
    expected = palette_distance(x[:1], targets, [1, 4])
    torch.testing.assert_close(terms["palette"][:1], 4.0 * expected, **ROUNDING)
    torch.testing.assert_close(terms["grid"], 0.4 * grid_excess(x), **ROUNDING)
    copied = reconstruction(x, photo)
    torch.testing.assert_close(terms["reconstruction"], copied, **ROUNDING)
    torch.testing.assert_close(terms["identity"][1], 2.0 * copied[1], **ROUNDING)
    assert terms["identity"][0] == 0, "a painted picture is to be none of the photograph"
    for name in ("style", "palette"):
        assert terms[name][1] == 0, "one that stays the photograph has no style"


def test_a_mix_of_styles_has_the_mix_of_their_palettes(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    """Quantiles mixed by weights: the Wasserstein barycenter (Bonneel et al. 2015)."""
    criterion = with_all(random_vgg, tiny_bank, palette_sides=[2])
    x = torch.rand(1, 3, 32, 32)
    weights = torch.tensor([[0.25, 0.0, 0.75]])
    first = palette(tiny_bank.pictures[0][None], 2)
    last = palette(tiny_bank.pictures[2][None], 2)
    mixed = criterion.mixed("palette_2", weights)
    torch.testing.assert_close(mixed, 0.25 * first + 0.75 * last, **ROUNDING)
    expected = 4.0 * palette_distance(x, [mixed], [2])
    torch.testing.assert_close(criterion(x, x, weights)["palette"], expected, **ROUNDING)


@pytest.mark.parametrize("picture", ["random", "black", "flat", "the photograph"])
def test_gradients_are_finite_for_any_picture(
    random_vgg: LossNetwork, tiny_bank: StyleBank, picture: str
) -> None:
    photo = torch.rand(2, 3, 32, 32)
    pictures = {
        "random": torch.rand_like(photo),
        "black": torch.zeros_like(photo),
        "flat": torch.full_like(photo, 0.5),
        "the photograph": photo.clone(),
    }
    x = pictures[picture].requires_grad_()
    weights = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    terms = with_all(random_vgg, tiny_bank)(x, photo, weights)
    sum(term.sum() for term in terms.values()).backward()
    assert all(term.isfinite().all() for term in terms.values())
    assert x.grad is not None and x.grad.isfinite().all()


@pytest.mark.parametrize(
    ("weights", "names", "convolutions"),
    [
        (
            {"content_weight": 0, "style_weight": 0, "tv_weight": 1, "reconstruction_weight": 1},
            {"tv", "reconstruction"},
            0,
        ),
        (
            {"content_weight": 0, "style_weight": 1},
            {"style"},
            3,
        ),  # conv1_1, conv1_2, conv2_1 of the picture
        (
            {"content_weight": 1, "style_weight": 0},
            {"content"},
            4 + 4,
        ),  # to conv2_2 of the picture and the photograph
        (
            {"content_weight": 1, "style_weight": 1},
            {"content", "style"},
            4 + 4,
        ),  # the picture's features serve both
    ],
)
def test_a_term_of_weight_zero_is_left_out_and_costs_nothing(
    random_vgg: LossNetwork, tiny_bank: StyleBank, weights: dict, names: set, convolutions: int
) -> None:
    criterion = PerceptualLoss(random_vgg, tiny_bank, **LAYERS, **weights)
    x = torch.rand(1, 3, 32, 32)
    with CountConvolutions() as counter:
        assert set(criterion(x, x, torch.eye(3)[:1])) == names
    assert counter.count == convolutions


def test_the_schedule_scales_terms_by_progress(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    points = {"style": [[0.1, 0.0], [0.2, 1.0]], "reconstruction": [[0.1, 1.0], [0.2, 0.0]]}
    criterion = PerceptualLoss(
        random_vgg, tiny_bank, **LAYERS, reconstruction_weight=1, schedule=points
    )
    x = torch.rand(1, 3, 32, 32)
    photo = torch.rand(1, 3, 32, 32)
    begin, middle, end, after = (
        criterion(x, photo, torch.eye(3)[:1], progress=done) for done in (0.0, 0.15, 0.2, 1.0)
    )
    assert [set(terms) for terms in (begin, middle, end)] == [
        {"content", "reconstruction"},
        {"content", "style", "reconstruction"},
        {"content", "style"},
    ]
    torch.testing.assert_close(middle["style"], end["style"] / 2, **ROUNDING)
    torch.testing.assert_close(middle["reconstruction"], begin["reconstruction"] / 2, **ROUNDING)
    torch.testing.assert_close(after, end, **ROUNDING)


def test_gradients_reach_the_stylized_picture_only(
    random_vgg: LossNetwork, tiny_bank: StyleBank
) -> None:
    criterion = PerceptualLoss(random_vgg, tiny_bank, **LAYERS)
    x = torch.rand(1, 3, 32, 32, requires_grad=True)
    photo = torch.rand(1, 3, 32, 32, requires_grad=True)
    sum(criterion(x, photo, torch.eye(3)[:1]).values()).sum().backward()
    assert x.grad.abs().max() > 0 and photo.grad is None
    assert not list(criterion.parameters())


def test_no_checkpoint_carries_the_objective(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    assert PerceptualLoss(random_vgg, tiny_bank, **LAYERS).state_dict() == {}


def test_mistakes_are_named(random_vgg: LossNetwork, tiny_bank: StyleBank) -> None:
    with pytest.raises(UserError, match=r"loss\.variant=gram: one of hw, hw_mean, chw"):
        PerceptualLoss(random_vgg, tiny_bank, **LAYERS, variant="gram")
    with pytest.raises(
        UserError, match=r"loss\.schedule names stile: the losses are content, style"
    ):
        PerceptualLoss(random_vgg, tiny_bank, **LAYERS, schedule={"stile": [[0, 1]]})
    with pytest.raises(UserError, match="VGG-16 has no layer relu9_9"):
        PerceptualLoss(random_vgg, tiny_bank, {}, {"relu9_9": 1.0})
