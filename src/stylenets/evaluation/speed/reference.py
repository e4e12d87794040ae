"""The reference recipe: the published multi-style network and its losses as the papers and their most copied code write them down.

Eager, float32, channels first; reflection padding at every convolution (fast_neural_style); every loss layer of the loss network computed
for the photograph, too. It is what speed is measured against, and what results must equal.
"""

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor

from stylenets.layers.conv import ConvLayer, pad_to_multiple
from stylenets.layers.norm import EPS
from stylenets.losses.content import feature_reconstruction
from stylenets.losses.gram import gram_distance
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.nets.cin import CINNet, ConditionedConv
from stylenets.vgg.network import LossNetwork


def stylize(net: CINNet, x: Tensor, weights: Tensor) -> Tensor:
    """What ``net(x, weights)`` computes (Dumoulin et al. 2017, table 1): (B, 3, H, W), style weights (B, S) -> (B, 3, H, W)."""
    height, width = x.shape[-2:]
    y = pad_to_multiple(x, 4)
    for layer in net.down:
        y = F.relu(_conditioned(layer, y, weights))
    for block in net.residual:
        y = y + _conditioned(block.conv2, F.relu(_conditioned(block.conv1, y, weights)), weights)
    for layer in net.up:
        y = F.relu(_conditioned(layer, F.interpolate(y, scale_factor=2.0, mode="nearest"), weights))
    return torch.sigmoid(_conditioned(net.output, y, weights))[..., :height, :width]


def losses(
    criterion: PerceptualLoss, x: Tensor, photo: Tensor, weights: Tensor
) -> dict[str, Tensor]:
    """Content and style of ``criterion(x, photo, weights)`` (Johnson et al. 2016, eq. 2 to 4): {"content": (B,), "style": (B,)}."""
    layers = {**criterion.content, **criterion.style}
    found = _features(criterion.vgg, x, layers)
    with torch.no_grad():
        targets = _features(criterion.vgg, photo, layers)
    content = sum(
        w * feature_reconstruction(found[k], targets[k], criterion.content_variant)
        for k, w in criterion.content.items()
    )
    style = sum(
        w * _style(found[k], criterion.mixed(f"style_{k}", weights), criterion.variant)
        for k, w in criterion.style.items()
    )
    return {
        "content": criterion.weights["content"] * content,
        "style": criterion.weights["style"] * style * (weights @ criterion.coefficients),
    }


def _conditioned(layer: ConditionedConv, x: Tensor, weights: Tensor) -> Tensor:
    gamma, beta = (
        table[:, :, None, None] for table in (weights @ layer.norm.gamma, weights @ layer.norm.beta)
    )
    return gamma * F.instance_norm(_convolution(layer.conv, x), eps=EPS) + beta


def _convolution(layer: ConvLayer, x: Tensor) -> Tensor:
    conv = layer.conv2d
    return F.conv2d(F.pad(x, layer.padding, mode="reflect"), conv.weight, conv.bias, conv.stride)


def _features(vgg: LossNetwork, x: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
    features, y = {}, (x - vgg.mean) / vgg.std
    for layer in vgg.layers[: 1 + max(map(vgg.layers.index, wanted))]:
        y = vgg.compute(layer, y)
        if layer in wanted:
            features[layer] = y
    return features


def _style(features: Tensor, target: Tensor, variant: str) -> Tensor:
    flat = features.flatten(2)
    return gram_distance(
        flat @ flat.transpose(1, 2) / flat.shape[2], target, flat.shape[2], variant
    )
