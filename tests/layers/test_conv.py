"""The networks' convolutions keep sizes, reflect at the border, and do not paint a checkerboard."""

import numpy as np
import torch
import torch.nn.functional as F

from stylenets.layers.conv import ConvLayer, UpsampleConvLayer, pad_to_multiple

ROUNDING = {"rtol": 0.0, "atol": 1e-5}  # float32 sums of 162 products of about 0.05


def test_border_is_reflected() -> None:
    layer = ConvLayer(2, 3, 9)
    x = torch.rand(1, 2, 7, 6)
    padded = torch.from_numpy(np.pad(x.numpy(), ((0, 0), (0, 0), (4, 4), (4, 4)), mode="reflect"))
    expected = F.conv2d(padded, layer.conv2d.weight, layer.conv2d.bias)
    torch.testing.assert_close(layer(x), expected, **ROUNDING)


def test_stride_two_halves_rounding_up() -> None:
    layer = ConvLayer(1, 1, 3, stride=2)
    sizes = [tuple(layer(torch.rand(1, 1, side, 8)).shape[2:]) for side in (7, 8, 9)]
    assert sizes == [(4, 4), (4, 4), (5, 4)]


def test_upsampling_doubles_and_a_flat_input_stays_flat() -> None:
    """A transposed convolution of stride 2 would lay a checkerboard on it (Odena et al. 2016)."""
    out = UpsampleConvLayer(2, 3, 3)(torch.ones(1, 2, 5, 6))
    assert out.shape == (1, 3, 10, 12)
    torch.testing.assert_close(out, out[..., :1, :1].expand_as(out), **ROUNDING)


def test_padding_repeats_the_last_row_and_column() -> None:
    x = torch.rand(1, 3, 5, 8)
    padded = pad_to_multiple(x, 4)
    assert padded.shape == (1, 3, 8, 8)
    assert torch.equal(padded[..., :5, :], x)
    assert torch.equal(padded[..., 5:, :], x[..., 4:, :].expand(-1, -1, 3, -1))
    assert torch.equal(pad_to_multiple(padded, 4), padded)
