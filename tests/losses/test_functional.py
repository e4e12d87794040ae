"""Every loss equals its paper's formula, written out here with loops."""

import pytest
import torch
from torch import Tensor

from stylenets.losses.content import feature_reconstruction
from stylenets.losses.gram import gram
from stylenets.losses.pixels import reconstruction, total_variation
from stylenets.losses.style import STYLE_VARIANTS, style_reconstruction

ROUNDING = {"rtol": 1e-4, "atol": 1e-7}  # float32 sums of up to 120 products, and their differences
NOTHING = 1e-9  # what is left of a squared difference of two Gram matrices that are the same


def plain_gram(features: Tensor) -> Tensor:
    """(C, H, W) -> (C, C): G_ij = sum_k F_ik F_jk (Gatys et al. 2016, eq. 3)."""
    rows = [channel.flatten() for channel in features]
    return torch.stack([torch.stack([(a * b).sum() for b in rows]) for a in rows])


def hw(x: Tensor, s: Tensor) -> Tensor:
    """Dumoulin et al. 2017: squared Frobenius distance of Gram matrices over H W."""
    m = x[0].numel()
    return ((plain_gram(x) / m - plain_gram(s) / m) ** 2).sum()


def chw(x: Tensor, s: Tensor) -> Tensor:
    """Johnson et al. 2016, eq. 3 and 4: Gram matrices over C H W, squared Frobenius distance."""
    u = x.numel()
    return ((plain_gram(x) / u - plain_gram(s) / u) ** 2).sum()


def hw_mean(x: Tensor, s: Tensor) -> Tensor:
    """Dumoulin et al.'s code: Gram matrices over H W, mean squared difference of their entries."""
    positions = x.shape[-1] * x.shape[-2]
    return torch.nn.functional.mse_loss(plain_gram(x) / positions, plain_gram(s) / positions)


def chw_mean(x: Tensor, s: Tensor) -> Tensor:
    """fast_neural_style: Gram matrices over C H W, mean squared difference of their entries."""
    u = x.numel()
    return torch.nn.functional.mse_loss(plain_gram(x) / u, plain_gram(s) / u)


def gatys(x: Tensor, s: Tensor) -> Tensor:
    """Gatys et al. 2016, eq. 4: E = 1 / (4 N^2 M^2) sum (G - A)^2."""
    n, m = len(x), x[0].numel()
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / (4 * n**2 * m**2)


def units(x: Tensor, s: Tensor) -> Tensor:
    """Plain Gram matrices, squared Frobenius distance over the U = C H W units of the layer."""
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / x.numel()


def units_mean(x: Tensor, s: Tensor) -> Tensor:
    """Plain Gram matrices, their mean squared difference over the units of the layer.

    U = C H W: the code of "A Smoother Segmentation-Based Style Transfer".
    """
    return torch.nn.functional.mse_loss(plain_gram(x), plain_gram(s)) / x.numel()


def relative(x: Tensor, s: Tensor) -> Tensor:
    """Over the energy of the style's own Gram matrix: 1 for black features."""
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / (plain_gram(s) ** 2).sum()


def moments(x: Tensor, s: Tensor) -> Tensor:
    """Half the distance of channel means, half that of covariances, each over the style's own."""

    def of(features: Tensor) -> tuple[Tensor, Tensor]:
        flat = features.flatten(1)
        return flat.mean(1), torch.cov(flat, correction=0)

    (mean_x, cov_x), (mean_s, cov_s) = of(x), of(s)
    means = ((mean_x - mean_s) ** 2).sum() / (mean_s**2).sum()
    covariances = ((cov_x - cov_s) ** 2).sum() / (cov_s**2).sum()
    return (means + covariances) / 2


FORMULAS = {"hw": hw, "hw_mean": hw_mean, "chw": chw, "chw_mean": chw_mean, "gatys": gatys}
FORMULAS |= {"units": units, "units_mean": units_mean, "relative": relative, "moments": moments}


def test_every_variant_has_a_formula_here() -> None:
    assert set(FORMULAS) == set(STYLE_VARIANTS)


@pytest.mark.parametrize("variant", STYLE_VARIANTS)
def test_style_loss_is_the_papers(variant: str) -> None:
    torch.manual_seed(0)
    x, s = torch.rand(2, 5, 6, 4, dtype=torch.float32), torch.rand(2, 5, 6, 4)
    target = STYLE_VARIANTS[variant].statistics(s, None)
    loss = style_reconstruction(x, target, variant)
    assert loss.shape == (2,)
    expected = torch.stack([FORMULAS[variant](a, b) for a, b in zip(x, s, strict=True)])
    torch.testing.assert_close(loss, expected, rtol=1e-3, atol=0)  # of differences of sums
    assert style_reconstruction(s, target, variant).max() < NOTHING


def test_relative_style_loss_of_black_features_is_one() -> None:
    black = torch.zeros(1, 5, 6, 4)
    loss = style_reconstruction(black, gram(torch.rand(1, 5, 3, 3)), "relative")
    torch.testing.assert_close(loss, torch.ones(1), **ROUNDING)


@pytest.mark.parametrize("variant", STYLE_VARIANTS)
def test_a_style_picture_of_another_size_with_the_same_texture_is_no_distance(variant: str) -> None:
    """The Gram matrix is a mean over positions: tiling a texture does not change it."""
    texture = torch.rand(1, 5, 4, 4)
    target = STYLE_VARIANTS[variant].statistics(texture, None)
    loss = style_reconstruction(texture.repeat(1, 1, 2, 3), target, variant)
    assert loss.item() < NOTHING


def test_gram_is_symmetric_and_blind_to_where_things_are() -> None:
    features = torch.rand(2, 4, 5, 6)
    shuffled = features.flatten(2)[:, :, torch.randperm(30)].view_as(features)
    found = gram(features)
    expected = torch.stack([plain_gram(f) / 30 for f in features])
    torch.testing.assert_close(found, expected, **ROUNDING)
    torch.testing.assert_close(gram(shuffled), found, **ROUNDING)
    torch.testing.assert_close(found, found.transpose(1, 2), **ROUNDING)


def test_gram_stays_in_float32_under_bfloat16_autocast() -> None:
    features = torch.rand(1, 8, 64, 64) * 100
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside, halved = gram(features), gram(features.bfloat16())
        relative_loss = style_reconstruction(features, gram(features), "relative")
    assert inside.dtype == halved.dtype == torch.float32
    # bfloat16 would be off by 4e-3, and the loss of a picture's own style by its square
    torch.testing.assert_close(inside, gram(features), **ROUNDING)
    assert relative_loss.item() < NOTHING


def test_content_loss_is_equation_2_of_johnson() -> None:
    x, c = torch.rand(2, 5, 6, 4), torch.rand(2, 5, 6, 4)
    expected = torch.stack(
        [
            sum((p - q) ** 2 for p, q in zip(a.flatten(), b.flatten(), strict=True)) / 120
            for a, b in zip(x, c, strict=True)
        ]
    )
    torch.testing.assert_close(feature_reconstruction(x, c), expected, **ROUNDING)
    energy = torch.stack([(b**2).sum() / 120 for b in c])
    relative_loss = feature_reconstruction(x, c, "relative")
    torch.testing.assert_close(relative_loss, expected / energy, **ROUNDING)
    black = feature_reconstruction(torch.zeros_like(c), c, "relative")
    torch.testing.assert_close(black, torch.ones(2), **ROUNDING)
    assert feature_reconstruction(x, torch.zeros_like(c), "relative").isfinite().all()


def test_total_variation_is_the_sum_or_mean_of_squared_neighbor_differences() -> None:
    x = torch.rand(1, 3, 4, 5)
    across = [
        (x[0, c, i, j + 1] - x[0, c, i, j]) ** 2
        for c in range(3)
        for i in range(4)
        for j in range(4)
    ]
    down = [
        (x[0, c, i + 1, j] - x[0, c, i, j]) ** 2
        for c in range(3)
        for i in range(3)
        for j in range(5)
    ]
    summed = (sum(across) + sum(down))[None]
    mean = (sum(across) / len(across) + sum(down) / len(down))[None]
    torch.testing.assert_close(total_variation(x, summed=True), summed, **ROUNDING)
    torch.testing.assert_close(total_variation(x), mean, **ROUNDING)
    # equal numbers differ by exactly 0
    assert total_variation(torch.full((2, 3, 4, 5), 0.3)).tolist() == [0, 0]


def test_reconstruction_is_l1_of_pixels_and_of_edges() -> None:
    x, y = torch.rand(1, 3, 4, 5), torch.rand(1, 3, 4, 5)
    across = [
        abs((x[0, c, i, j + 1] - x[0, c, i, j]) - (y[0, c, i, j + 1] - y[0, c, i, j]))
        for c in range(3)
        for i in range(4)
        for j in range(4)
    ]
    down = [
        abs((x[0, c, i + 1, j] - x[0, c, i, j]) - (y[0, c, i + 1, j] - y[0, c, i, j]))
        for c in range(3)
        for i in range(3)
        for j in range(5)
    ]
    expected = (x - y).abs().mean() + sum(across) / len(across) + sum(down) / len(down)
    torch.testing.assert_close(reconstruction(x, y), expected[None], **ROUNDING)
    lighter = reconstruction(x + 0.25, x)  # a shift of brightness moves no edge
    torch.testing.assert_close(lighter, torch.tensor([0.25]), rtol=0, atol=1e-6)
