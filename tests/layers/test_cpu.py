"""What a CPU computes in rearranged form equals the plain formulation, forwards and backwards."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.layers import cpu, winograd
from stylenets.layers.conv import ConvLayer, UpsampleConvLayer
from stylenets.layers.norm import EPS

# Largest difference over the largest value. The same sums of up to some thousand terms in another
# order: sqrt(terms) roundings of 6e-8 each, and some room.
ROUNDING = 2e-5
# F(4 x 4, 3 x 3) multiplies by up to 8 and adds again: some ten times the roundings of plain sums
# (Lavin & Gray 2016, table 3, find the like).
WINOGRAD_ROUNDING = 1e-4

Form = Callable[[Tensor, Tensor, Tensor | None], Tensor]


def largest_difference(ours: Tensor, theirs: Tensor) -> float:
    """Over the largest value."""
    return float((ours - theirs).abs().max() / theirs.abs().max())


def plain_upsampled(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    doubled = F.interpolate(x, scale_factor=2.0, mode="nearest")
    return F.conv2d(F.pad(doubled, [1] * 4, mode="reflect"), weight, bias)


def values_and_gradients(form: Form, *tensors: Tensor) -> list[Tensor]:
    """The form's output, and every tensor's gradient under a fixed random weighting of it."""
    leaves = [tensor.detach().clone().requires_grad_() for tensor in tensors]
    y = form(*leaves)
    torch.manual_seed(1)
    (y * torch.randn(y.shape)).sum().backward()
    return [y.detach(), *(leaf.grad for leaf in leaves)]


def assert_same(form: Form, plain: Form, *tensors: Tensor) -> None:
    """Output and gradients are the same up to rounding."""
    found = values_and_gradients(form, *tensors)
    expected = values_and_gradients(plain, *tensors)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert largest_difference(ours, theirs) < ROUNDING


@pytest.mark.parametrize("size", [(8, 8), (5, 7), (1, 3)])
def test_four_phases_are_the_convolution_of_the_doubled_picture(size: tuple[int, int]) -> None:
    assert_same(
        cpu.upsampled_convolution,
        plain_upsampled,
        torch.randn(2, 5, *size),
        torch.randn(3, 5, 3, 3),
        torch.randn(3),
    )


@pytest.mark.parametrize(
    ("size", "kernel"), [((16, 12), 9), ((9, 12), 9), ((4, 5), 3), ((3, 3), 3)]
)
def test_blocks_of_pixels_are_the_same_pixels(size: tuple[int, int], kernel: int) -> None:
    assert_same(
        cpu.blockwise_convolution,
        F.conv2d,
        torch.randn(2, 6, *size),
        torch.randn(3, 6, kernel, kernel),
        torch.randn(3),
    )


@pytest.mark.parametrize("size", [(40, 36), (34, 37), (6, 3)])
@torch.no_grad()
def test_winograds_filtering_is_a_convolution(size: tuple[int, int]) -> None:
    x = torch.randn(2, 64, *size)
    weight = torch.randn(70, 64, 3, 3)
    bias = torch.randn(70)
    found = winograd.convolution(x, weight, bias)
    assert largest_difference(found, F.conv2d(x, weight, bias)) < WINOGRAD_ROUNDING


@torch.no_grad()
def test_winograd_is_taken_where_it_is_exact_and_faster() -> None:
    x = torch.rand(1, 128, 40, 40)
    weight = torch.rand(128, 128, 3, 3)
    assert winograd.is_faster(x, weight)
    assert not winograd.is_faster(x, torch.rand(128, 128, 5, 5))
    assert not winograd.is_faster(x[..., :20, :20], weight)
    assert not winograd.is_faster(x[:, :32], weight[:, :32])
    assert not winograd.is_faster(x.bfloat16(), weight)
    with torch.autocast("cpu", torch.bfloat16):
        assert not winograd.is_faster(x, weight)
    with torch.enable_grad():
        assert not winograd.is_faster(x, weight)


@pytest.mark.parametrize(("batch", "channels"), [(1, 16), (3, 20), (2, 3)])
def test_instance_norm_by_batch_norm(batch: int, channels: int) -> None:
    def plain(x: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
        return gamma[:, :, None, None] * F.instance_norm(x, eps=1e-5) + beta[:, :, None, None]

    assert_same(
        partial(cpu.instance_norm, eps=1e-5),
        plain,
        3 * torch.randn(batch, channels, 9, 8) + 1,
        torch.randn(batch, channels),
        torch.randn(batch, channels),
    )


@pytest.mark.parametrize("size", [(600, 601), (3, 160_000), (12_000, 40)])
def test_the_statistics_of_a_large_picture_are_exact(size: tuple[int, int]) -> None:
    slope = torch.linspace(-3, 3, size[1])
    x = torch.randn(2, 16, *size) + 9 * torch.rand(2, 16, 1, 1) + slope
    gamma = torch.rand(2, 16)
    beta = torch.rand(2, 16)
    variance, mean = torch.var_mean(x.double(), (2, 3), correction=0, keepdim=True)
    expected = (x - mean) / (variance + EPS).sqrt() * gamma[..., None, None]
    found = cpu.instance_norm(x, gamma, beta, EPS) - beta[..., None, None]
    assert (found - expected).abs().max() < 3e-5  # in one float32 sum it is 7e-5 at least


@pytest.mark.parametrize(
    "build",
    [
        partial(ConvLayer, 3, 4, 9),
        partial(ConvLayer, 4, 3, 9),
        partial(ConvLayer, 128, 128, 3),
        partial(UpsampleConvLayer, 6, 4, 3),
    ],
)
@torch.no_grad()
def test_a_layer_computes_what_its_plain_form_does(
    build: Callable[[], ConvLayer], monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = build()
    x = torch.randn(2, layer.conv2d.in_channels, 40, 36)
    ours = layer(x)
    monkeypatch.setattr(cpu, "runs", lambda x: False)
    assert largest_difference(ours, layer(x)) < WINOGRAD_ROUNDING


def test_channels_stay_last_through_the_layers() -> None:
    """A copy to another order and back would cost as much as a convolution."""
    x = torch.randn(2, 64, 40, 36).contiguous(memory_format=torch.channels_last)
    norm = cpu.instance_norm(x, torch.ones(2, 64), torch.zeros(2, 64), 1e-5)
    for y in (
        norm,
        ConvLayer(64, 64, 3)(x),
        ConvLayer(64, 32, 3, stride=2)(x),
        UpsampleConvLayer(64, 32, 3)(x),
    ):
        assert y.is_contiguous(memory_format=torch.channels_last)
