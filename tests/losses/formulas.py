"""The papers' style losses of one layer, written out for features (C, H, W) of two pictures."""

import torch
from torch import Tensor
from torch.nn.functional import mse_loss


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
    m = x[0].numel()
    return mse_loss(plain_gram(x) / m, plain_gram(s) / m)


def chw_mean(x: Tensor, s: Tensor) -> Tensor:
    """fast_neural_style: Gram matrices over C H W, mean squared difference of their entries."""
    u = x.numel()
    return mse_loss(plain_gram(x) / u, plain_gram(s) / u)


def gatys(x: Tensor, s: Tensor) -> Tensor:
    """Gatys et al. 2016, eq. 4: E = 1 / (4 N^2 M^2) sum (G - A)^2."""
    n = len(x)
    m = x[0].numel()
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / (4 * n**2 * m**2)


def units(x: Tensor, s: Tensor) -> Tensor:
    """Plain Gram matrices, squared Frobenius distance over the U = C H W units of the layer."""
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / x.numel()


def units_mean(x: Tensor, s: Tensor) -> Tensor:
    """Plain Gram matrices, their mean squared difference over the U = C H W units of the layer.

    "A Smoother Segmentation-Based Style Transfer".
    """
    return mse_loss(plain_gram(x), plain_gram(s)) / x.numel()


def relative(x: Tensor, s: Tensor) -> Tensor:
    """Over the energy of the style's own Gram matrix: 1 for black features."""
    return ((plain_gram(x) - plain_gram(s)) ** 2).sum() / (plain_gram(s) ** 2).sum()


def moments(x: Tensor, s: Tensor) -> Tensor:
    """Half the distance of channel means, half that of covariances, each over the style's own."""
    mean_x, cov_x = mean_and_covariance(x)
    mean_s, cov_s = mean_and_covariance(s)
    means = ((mean_x - mean_s) ** 2).sum() / (mean_s**2).sum()
    covariances = ((cov_x - cov_s) ** 2).sum() / (cov_s**2).sum()
    return (means + covariances) / 2


def mean_and_covariance(features: Tensor) -> tuple[Tensor, Tensor]:
    """(C, H, W) -> (C,), (C, C), as torch has them."""
    flat = features.flatten(1)
    return flat.mean(1), torch.cov(flat, correction=0)


STYLE_FORMULAS = {
    "hw": hw,
    "hw_mean": hw_mean,
    "chw": chw,
    "chw_mean": chw_mean,
    "gatys": gatys,
    "units": units,
    "units_mean": units_mean,
    "relative": relative,
    "moments": moments,
}
