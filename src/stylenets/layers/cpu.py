"""Convolutions and instance norm in the order of operations that a CPU does fastest.

Every function here equals its plain form up to the rounding of float32 (tests/layers/test_cpu.py),
and leaves channels last in memory. A GPU, ``torch.compile`` and an export take the plain forms,
which their own libraries rearrange.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.layers import winograd

VECTOR = 16  # float32 values that AVX-512 computes at once: with fewer channels it idles
PORTION = 2**14  # values of a channel that float32 adds up well enough
# Of nearest x2, an output row of phase 0 sees the input rows (above, own, own), one of phase 1
# (own, own, below): three taps become two. PHASES[phase][tap of the two][tap of the three].
PHASES = (((1.0, 0.0, 0.0), (0.0, 1.0, 1.0)), ((1.0, 1.0, 0.0), (0.0, 0.0, 1.0)))


def runs(x: Tensor) -> bool:
    """Whether x is computed on a CPU, operation by operation."""
    return x.device.type == "cpu" and not torch.compiler.is_compiling()


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int = 1) -> Tensor:
    """``F.conv2d`` of (B, C, H, W) without padding, in the cheapest of three ways."""
    x = x.contiguous(memory_format=torch.channels_last)
    if stride == 1 and 4 * weight.shape[0] <= VECTOR:
        return blockwise_convolution(x, weight, bias)
    if stride == 1 and winograd.is_faster(x, weight):
        return winograd.convolution(x, weight, bias)
    return F.conv2d(x, weight, bias, stride)


def blockwise_convolution(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A convolution with few output channels, done by one of stride 2 with four times as many.

    These are the 2 x 2 pixels of a block, so that more of a vector is in use.
    """
    height = x.shape[2] - weight.shape[2] + 1
    width = x.shape[3] - weight.shape[3] + 1
    if height % 2 or width % 2:
        x = F.pad(x, [0, width % 2, 0, height % 2])
    shifted = [
        F.pad(weight, [right, 1 - right, down, 1 - down]) for down in (0, 1) for right in (0, 1)
    ]
    kernels = torch.stack(shifted, 1).flatten(0, 1)
    biases = None if bias is None else bias.repeat_interleave(4)
    y = F.conv2d(x, kernels, biases, stride=2)
    return F.pixel_shuffle(y, 2)[..., :height, :width]


def upsampled_convolution(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Nearest x2, reflection padding by 1 and a 3 x 3 convolution: (B, C, H, W) -> (B, K, 2H, 2W).

    Each of the four phases of the output is a 2 x 2 convolution of x itself: 4/9 of the
    multiplications. To reflect what was doubled is to repeat x's own border.
    """
    batch, _, height, width = x.shape
    outputs, inputs = weight.shape[:2]
    phases = torch.tensor(PHASES, dtype=weight.dtype)
    kernels = torch.einsum("iap,jbq,ocpq->ijocab", phases, phases, weight)
    kernels = kernels.reshape(4 * outputs, inputs, 2, 2)
    biases = None if bias is None else bias.repeat(4)
    x = F.pad(x, [1] * 4, mode="replicate").contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x, kernels, biases)  # (B, 4 K, H + 1, W + 1)
    # y lies in memory as (B, H + 1, W + 1, 2, 2, K): seen without a copy as the phases' pixels
    image, _, down, right = y.stride()
    y = y.as_strided(
        (batch, height, 2, width, 2, outputs),
        (image, down, down + 2 * outputs, right, right + outputs, 1),
    )
    return y.reshape(batch, 2 * height, 2 * width, outputs).permute(0, 3, 1, 2)


def instance_norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    """Normalize pictures, (x - mean) / std * gamma + beta, by batch norm of one after the other.

    Unlike torch's instance norm, that leaves channels last where they are. With few channels it is
    no faster.

    Args:
        x: (B, C, H, W).
        gamma: (B, C) or, per pixel, (B, C, H, W).
        beta: As gamma.
        eps: Added to the variance.

    Returns:
        (B, C, H, W).
    """
    if gamma.ndim == 4:
        ones = torch.ones(x.shape[:2], dtype=gamma.dtype)
        zeros = torch.zeros(x.shape[:2], dtype=gamma.dtype)
        return torch.addcmul(beta, gamma, instance_norm(x, ones, zeros, eps))
    if x.shape[1] < VECTOR:
        normed = F.instance_norm(x, eps=eps)
        return torch.addcmul(beta[:, :, None, None], gamma[:, :, None, None], normed)
    pictures = x.contiguous(memory_format=torch.channels_last).split(1)
    results = [
        _norm_one(picture, scale, shift, eps)
        for picture, scale, shift in zip(pictures, gamma, beta, strict=True)
    ]
    return results[0] if len(results) == 1 else torch.cat(results)


def _norm_one(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    """One picture (1, C, H, W), channels last, by gamma and beta (C,).

    Batch norm adds up all values of a channel in one float32: at 2,048 pixels a side, what was
    painted was 3 levels of 255 off. So a large picture's statistics are those of its portions, put
    together in float64.
    """
    pixels = x.shape[2] * x.shape[3]
    if pixels <= PORTION or x.requires_grad or x.dtype != torch.float32:
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    portions = x.flatten(2)[:, :, None].split(PORTION, 3)
    found = [torch.batch_norm_update_stats(one, None, None, 0.0) for one in portions]
    means, variances = (torch.stack(one).double() for one in zip(*found, strict=True))
    shares = torch.tensor([one.shape[3] / pixels for one in portions]).double()[:, None]
    mean = (shares * means).sum(0)
    variance = (shares * (variances + (means - mean).square())).sum(0)
    return F.batch_norm(x, mean.float(), variance.float(), gamma, beta, training=False, eps=eps)
