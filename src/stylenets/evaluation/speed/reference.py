"""The reference recipe: the multi-style network and its losses as papers and code write them.

Eager, float32, channels first; reflection padding at every convolution (fast_neural_style); every
loss layer of the loss network is computed for the photograph, too. It is what speed is measured
against, and what results must equal.
"""

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylenets.layers.conv import ConvLayer, pad_to_multiple
from stylenets.layers.norm import EPS
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.gram import gram_distance
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet, ConditionedConv, ConditionedResidual
from stylenets.vgg.network import LossNetwork


def reference_pass(net: CINNet, x: Tensor, weights: Tensor) -> Tensor:
    """What ``net(x, weights)`` computes (Dumoulin et al. 2017, table 1).

    Args:
        net: The network.
        x: (B, 3, H, W) RGB in [0, 1].
        weights: (B, S) of the styles.

    Returns:
        (B, 3, H, W) RGB in [0, 1].
    """
    height, width = x.shape[-2:]
    y = pad_to_multiple(x, 4)
    for layer in net.down:
        y = F.relu(_conditioned(layer, y, weights))
    for block in net.residual:
        assert isinstance(block, ConditionedResidual)
        inner = F.relu(_conditioned(block.conv1, y, weights))
        y = y + _conditioned(block.conv2, inner, weights)
    for layer in net.up:
        larger = F.interpolate(y, scale_factor=2.0, mode="nearest")
        y = F.relu(_conditioned(layer, larger, weights))
    return torch.sigmoid(_conditioned(net.output, y, weights))[..., :height, :width]


def reference_losses(
    criterion: PerceptualLoss, x: Tensor, photo: Tensor, weights: Tensor
) -> dict[str, Tensor]:
    """Content and style of ``criterion(x, photo, weights)`` (Johnson et al. 2016, eq. 2 to 4).

    Args:
        criterion: The training objective.
        x: (B, 3, H, W) stylized pictures.
        photo: (B, 3, H, W) their photographs.
        weights: (B, S) of the styles.

    Returns:
        {"content": (B,), "style": (B,)}, weighted.
    """
    layers = {**criterion.content, **criterion.style}
    found = _features(criterion.vgg, x, layers)
    with torch.no_grad():
        targets = _features(criterion.vgg, photo, layers)
    variant = criterion.content_variant
    content = torch.zeros(())
    for layer, weight in criterion.content.items():
        distance = feature_reconstruction(found[layer], targets[layer], variant)
        content = content + weight * distance
    style = torch.zeros(())
    for layer, weight in criterion.style.items():
        mixed = criterion.mixed(f"style_{layer}", weights)
        style = style + weight * _style(found[layer], mixed, criterion.variant)
    return {
        "content": criterion.weights["content"] * content,
        "style": criterion.weights["style"] * style * (weights @ criterion.coefficients),
    }


def _conditioned(layer: nn.Module, x: Tensor, weights: Tensor) -> Tensor:
    assert isinstance(layer, ConditionedConv)
    gamma = (weights @ layer.norm.gamma)[:, :, None, None]
    beta = (weights @ layer.norm.beta)[:, :, None, None]
    return gamma * F.instance_norm(_convolution(layer.conv, x), eps=EPS) + beta


def _convolution(layer: ConvLayer, x: Tensor) -> Tensor:
    conv = layer.conv2d
    padded = F.pad(x, layer.padding, mode="reflect")
    return F.conv2d(padded, conv.weight, conv.bias, conv.stride)


def _features(vgg: LossNetwork, x: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
    features = {}
    y = (x - vgg.mean) / vgg.std
    last = max(vgg.layers.index(layer) for layer in wanted)
    for layer in vgg.layers[: 1 + last]:
        y = vgg.compute(layer, y)
        if layer in wanted:
            features[layer] = y
    return features


def _style(features: Tensor, target: Tensor, variant: str) -> Tensor:
    flat = features.flatten(2)
    positions = flat.shape[2]
    gram = flat @ flat.transpose(1, 2) / positions
    return gram_distance(gram, target, positions, variant)
