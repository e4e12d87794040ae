"""Networks of every family as entries of a comparison."""

import time
from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import nn

from stylenets.checkpoints import Network
from stylenets.evaluation.networks.entry import Entry, Facts, in_one_step
from stylenets.evaluation.networks.training_facts import read_training_facts
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.nets.any_style import AnyStyleNet


def network_entry(
    name: str, network: Network, stylizer: RowStylizer | SwapStylizer, styles: list[str], size: int
) -> Entry:
    """A network of any family.

    Args:
        name: Under which it is compared.
        network: What its file holds.
        stylizer: What paints with it.
        styles: In which of the compared styles.
        size: Of its file in bytes.
    """
    facts = Facts(
        family=network.family,
        own_styles=None if network.any_style else stylizer.styles,
        training=read_training_facts(network.training),
        parameters=count_parameters(network.net),
        encoder_parameters=count_encoder(stylizer),
        bytes=size,
        style_seconds=time_encoder(stylizer),
    )
    paint = in_one_step(lambda photo, style: stylizer.stylize(photo, stylizer.weights({style: 1})))
    return Entry(name, styles, paint, facts)


def polished_entry(
    predicted: Entry, polished: Mapping[str, Network], seconds: float, size: int, device: str
) -> Entry:
    """A network for any style whose predicted rows have been trained, one by one.

    Args:
        predicted: The network with the rows as they are predicted.
        polished: By style, that network with the trained row.
        seconds: A polish took.
        size: Bytes of a style's file.
        device: Where it computes.
    """
    stylizers = {style: RowStylizer(network, device) for style, network in polished.items()}
    nets = [network.net for network in polished.values()]
    facts = replace(
        predicted.facts,
        family="arbitrary-style, polished",
        parameters=count_parameters(nets[0]),
        style_bytes=size,
        style_seconds=seconds,
    )
    paint = in_one_step(
        lambda photo, style: stylizers[style].stylize(photo, stylizers[style].weights({style: 1}))
    )
    return Entry(f"{predicted.name} polished", list(polished), paint, facts)


def count_parameters(net: nn.Module) -> int:
    """Trained numbers of a network."""
    return sum(parameter.numel() for parameter in net.parameters())


def count_encoder(stylizer: RowStylizer | SwapStylizer) -> int:
    """Numbers of the frozen VGG that a network needs up to the layer it inverts; 0 without one."""
    if not isinstance(stylizer, SwapStylizer):
        return 0
    vgg = stylizer.vgg
    last = stylizer.net.layer.removeprefix("relu")
    names = [layer.removeprefix("conv") for layer in vgg.layers if layer.startswith("conv")]
    needed = names[: names.index(last) + 1]
    tensors = [getattr(vgg, f"{kind}{name}") for name in needed for kind in ("kernel", "bias")]
    return sum(tensor.numel() for tensor in tensors)


@torch.inference_mode()
def time_encoder(stylizer: RowStylizer | SwapStylizer) -> float | None:
    """Seconds in which a style picture's row is predicted; None for a network that predicts none.

    The second time counts: at the first, memory is taken.
    """
    if not isinstance(stylizer, PredictedStylizer):
        return None
    net = stylizer.network.net
    assert isinstance(net, AnyStyleNet)
    picture = stylizer.bank.pictures[0][None]
    net.rows(picture)
    start = time.perf_counter()
    net.rows(picture)
    return time.perf_counter() - start
