"""The networks' convolutions and instance norm as a CPU does them fastest: the same sums, rearranged, channels last in memory.

Every function here equals its plain form up to the rounding of float32 (tests/layers/test_cpu.py). A GPU, ``torch.compile`` and an
export take the plain forms, which their own libraries rearrange.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.layers import winograd

FULL = 16  # channels that AVX-512 computes at once: with fewer it idles
# an output row of phase 0 or 1 of nearest x2 sees the rows (above, own, own) or (own, own, below): its three taps summed to two
PHASES = (((1.0, 0.0, 0.0), (0.0, 1.0, 1.0)), ((1.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


def runs(x: Tensor) -> bool:
    """Whether x is computed on a CPU, operation by operation."""
    return x.device.type == "cpu" and not torch.compiler.is_compiling()


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int = 1) -> Tensor:
    """``F.conv2d`` of (B, C, H, W) without padding, by the cheapest of three ways."""
    x = x.contiguous(memory_format=torch.channels_last)
    if stride == 1 and 4 * weight.shape[0] <= FULL:
        return blockwise(x, weight, bias)
    if stride == 1 and winograd.pays(x, weight):
        return winograd.convolution(x, weight, bias)
    return F.conv2d(x, weight, bias, stride)


def blockwise(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A convolution with few output channels as one of stride 2 that computes 2 x 2 pixels of each at once, as channels."""
    height, width = (
        side - taps + 1 for side, taps in zip(x.shape[2:], weight.shape[2:], strict=True)
    )
    if height % 2 or width % 2:
        x = F.pad(x, [0, width % 2, 0, height % 2])
    blocks = [
        F.pad(weight, [right, 1 - right, down, 1 - down]) for down in (0, 1) for right in (0, 1)
    ]
    y = F.conv2d(
        x,
        torch.stack(blocks, 1).flatten(0, 1),
        None if bias is None else bias.repeat_interleave(4),
        stride=2,
    )
    return F.pixel_shuffle(y, 2)[..., :height, :width]


def upsampled_convolution(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Nearest x2, reflection padding by 1 and a 3 x 3 convolution: (B, C, H, W) -> (B, out, 2H, 2W).

    Each of the four phases of the output is a 2 x 2 convolution of x itself, with 4/9 of the multiplications; reflecting what was
    doubled repeats x's own border.
    """
    batch, (outputs, inputs), (height, width) = len(x), weight.shape[:2], x.shape[-2:]
    phases = torch.tensor(PHASES, dtype=weight.dtype)
    kernels = torch.einsum("iap,jbq,ocpq->ijocab", phases, phases, weight).reshape(
        4 * outputs, inputs, 2, 2
    )
    x = F.pad(x, [1] * 4, mode="replicate").contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x, kernels, None if bias is None else bias.repeat(4))
    _, right, down, _ = y.permute(
        0, 3, 2, 1
    ).stride()  # from a pixel to the next, in (B, H + 1, W + 1, 2 down, 2 right, out)
    size = (batch, height, 2, width, 2, outputs)
    y = y.as_strided(size, (y.stride(0), down, down + 2 * outputs, right, right + outputs, 1))
    return y.reshape(batch, 2 * height, 2 * width, outputs).permute(0, 3, 1, 2)


def instance_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    """gamma * (x - mean) / std + beta of (B, C, H, W), with gamma and beta (B, C) or, per pixel, (B, C, H, W).

    For one picture that is batch norm, which, unlike torch's instance norm, leaves channels last where they are; a few are no slower first.
    """
    if gamma.ndim == 4:
        ones, zeros = (full(x.shape[:2], dtype=gamma.dtype) for full in (torch.ones, torch.zeros))
        return torch.addcmul(beta, gamma, instance_norm(x, ones, zeros, eps))
    if x.shape[1] < FULL:
        return torch.addcmul(
            beta[:, :, None, None], gamma[:, :, None, None], F.instance_norm(x, eps=eps)
        )
    pictures = zip(
        x.contiguous(memory_format=torch.channels_last).split(1), gamma, beta, strict=True
    )
    normed = [
        F.batch_norm(one, None, None, scale, shift, training=True, eps=eps)
        for one, scale, shift in pictures
    ]
    return normed[0] if len(normed) == 1 else torch.cat(normed)
