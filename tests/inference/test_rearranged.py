"""What other runtimes are given computes what the network computes."""

import pytest
import torch
from torch import nn

from stylenets.inference.rearranged import rearranged
from stylenets.layers.conv import ConvLayer, UpsampleConvLayer

ROUNDING = 1e-5


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [(8, 8), (6, 10)])
@torch.no_grad()
def test_upsampling_by_phases_and_a_picture_by_blocks(size: tuple[int, int], bias: bool) -> None:
    upsampled = UpsampleConvLayer(5, 4, 3, bias=bias)
    net = nn.Sequential(upsampled, nn.ReLU(), ConvLayer(4, 3, 9, bias=bias))
    x = torch.rand(2, 5, *size)
    given = rearranged(net)
    kernels = [tuple(value.shape) for name, value in given.named_buffers() if "kernels" in name]
    assert kernels == [(16, 5, 2, 2), (12, 4, 10, 10)]
    assert (given(x) - net(x)).abs().max() < ROUNDING
    assert net[0] is upsampled
