"""The suite ``swap``: style swap beside its textbook formulation."""

from dataclasses import replace
from pathlib import Path

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from stylenets import images
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.evaluation.speed.swap import compare_swaps, measure_rest
from stylenets.inference.devices import choose_device
from stylenets.nets.inverse import LEVELS
from stylenets.styles import central_square


def run_swap(config: DictConfig, out: Path) -> None:
    """Write swap.json, swap.md and config.yaml into ``out``."""
    device = choose_device(config.device)
    chosen = config.swap
    vgg = instantiate(config.vgg)
    (photo,) = read_photos(config.photos, 1, config.size).values()
    style = images.resize(central_square(instantiate(config.styles).pictures[0]), config.size)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    rest = None
    if chosen.layer in LEVELS:
        rest = measure_rest(vgg, chosen.layer, photo, style, chosen.repeats, device)
    vgg = vgg.cpu()
    with torch.no_grad():
        features = [vgg(picture[None], [chosen.layer])[chosen.layer] for picture in (photo, style)]
    content, latent = (cut_to_steps(one, chosen.patch, chosen.stride) for one in features)
    with progress(2) as advance:
        swaps = compare_swaps(
            content, latent[0], chosen.patch, chosen.stride, chosen.repeats, device, advance
        )
    compared = replace(swaps, rest=rest)
    found = compared.figures() | {"loss_network": vgg.source}
    write_measurement("swap", [compared.table()], found, config, device, out)


def cut_to_steps(features: Tensor, patch: int, stride: int) -> Tensor:
    """(B, C, H, W) cut at the bottom and the right to sides that patches cover without a rest.

    The textbook formulation needs that.
    """
    height, width = (side - (side - patch) % stride for side in features.shape[-2:])
    return features[..., :height, :width]
