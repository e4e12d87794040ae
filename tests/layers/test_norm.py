"""Conditional instance norm: z = gamma_s (x - mu) / sigma + beta_s (Dumoulin et al. 2017, eq. 5).

It is linear in the style weights.
"""

import pytest
import torch
from torch import Tensor

from stylenets.layers import cpu
from stylenets.layers.norm import ConditionalInstanceNorm

# float32 statistics of some 50 values, divided by a standard deviation of about 3
ROUNDING = {"rtol": 1e-4, "atol": 1e-5}


@pytest.fixture(autouse=True, params=["a CPU's form", "the plain form"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is true of one is true of the other, which a GPU and torch.compile take."""
    if request.param == "the plain form":
        monkeypatch.setattr(cpu, "runs", lambda x: False)


@pytest.fixture
def norm() -> ConditionalInstanceNorm:
    torch.manual_seed(0)
    norm = ConditionalInstanceNorm(styles=3, channels=5).requires_grad_(False)
    torch.nn.init.normal_(norm.gamma)
    torch.nn.init.normal_(norm.beta)
    return norm


def formula(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """Equation 5 with loops: (B, C, H, W), (C,), (C,) -> (B, C, H, W)."""
    z = torch.empty_like(x)
    for b in range(len(x)):
        for c in range(x.shape[1]):
            mean = x[b, c].sum() / x[b, c].numel()
            std = (((x[b, c] - mean) ** 2).sum() / x[b, c].numel() + 1e-5).sqrt()
            z[b, c] = gamma[c] * (x[b, c] - mean) / std + beta[c]
    return z


def test_one_hot_weights_select_a_row(norm: ConditionalInstanceNorm) -> None:
    x = torch.randn(2, 5, 6, 7) * 3 + 1
    for style in range(3):
        weights = torch.eye(3)[[style, style]]
        expected = formula(x, norm.gamma[style], norm.beta[style])
        torch.testing.assert_close(norm(x, weights), expected, **ROUNDING)


def test_a_new_norm_is_plain_instance_norm() -> None:
    x = torch.randn(2, 4, 6, 7)
    out = ConditionalInstanceNorm(2, 4)(x, torch.tensor([[1.0, 0.0], [0.3, 0.7]]))
    torch.testing.assert_close(out, formula(x, torch.ones(4), torch.zeros(4)), **ROUNDING)


def test_a_blend_mixes_gamma_and_beta(norm: ConditionalInstanceNorm) -> None:
    """Sec. 3.4: gamma = alpha gamma_1 + (1 - alpha) gamma_2. The outputs of one norm mix alike."""
    x = torch.randn(1, 5, 6, 7)
    weights = torch.tensor([[0.5, 0.2, 0.3]])
    mixed = norm(x, weights)
    expected = formula(x, (weights @ norm.gamma)[0], (weights @ norm.beta)[0])
    torch.testing.assert_close(mixed, expected, **ROUNDING)
    parts = sum(weights[0, s] * norm(x, torch.eye(3)[s : s + 1]) for s in range(3))
    torch.testing.assert_close(mixed, parts, **ROUNDING)


def test_per_pixel_weights_select_a_row_per_pixel_with_the_statistics_of_the_whole(
    norm: ConditionalInstanceNorm,
) -> None:
    x = torch.randn(1, 5, 6, 8)
    regions = torch.zeros(1, 3, 6, 8)
    regions[:, 0, :, :3] = 1
    regions[:, 2, :, 3:] = 1
    out = norm(x, regions)
    left = norm(x, torch.eye(3)[0:1])
    right = norm(x, torch.eye(3)[2:3])
    torch.testing.assert_close(out[..., :3], left[..., :3], **ROUNDING)
    torch.testing.assert_close(out[..., 3:], right[..., 3:], **ROUNDING)


def test_a_region_map_of_another_size_is_averaged_over_areas(norm: ConditionalInstanceNorm) -> None:
    x = torch.randn(1, 5, 4, 4)
    fine = torch.rand(1, 3, 8, 8)
    coarse = fine.view(1, 3, 4, 2, 4, 2).mean((3, 5))
    torch.testing.assert_close(norm(x, fine), norm(x, coarse), **ROUNDING)


def test_statistics_of_half_precision_are_those_of_float32() -> None:
    """A variance of 1e6 is more than float16 can hold."""
    norm = ConditionalInstanceNorm(1, 16).half()
    x = (1000 * torch.randn(1, 16, 32, 32)).half()
    out = norm(x, torch.ones(1, 1).half())
    assert out.dtype == torch.float16
    expected = torch.nn.functional.instance_norm(x.float())
    # float16 has 11 bits: values of up to 4 are known to 2e-3
    torch.testing.assert_close(out.float(), expected, rtol=0, atol=1e-2)
