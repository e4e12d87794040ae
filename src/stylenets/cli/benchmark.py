"""The command ``benchmark``: measure, show tables, and leave the figures as JSON and markdown. ``suite=`` says what to measure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.benchmark_curves import curves
from stylenets.cli.benchmark_data import data
from stylenets.cli.benchmark_memory import memory
from stylenets.cli.benchmark_output import described, leave, progress, read_photos, readme
from stylenets.cli.benchmark_scaling import scaling, startup
from stylenets.cli.benchmark_speed import speed
from stylenets.cli.entry import choose_device, output_folder, run_hydra
from stylenets.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(benchmark, "benchmark")


def benchmark(config: DictConfig) -> None:
    """Do what ``config`` (conf/benchmark.yaml) asks for. Raises UserError for an unknown suite, naming the known, or a wrong value."""
    if config.suite not in SUITES:
        raise UserError(f"suite={config.suite}: must be one of {', '.join(SUITES)}")
    SUITES[config.suite](config, output_folder(config.out))


def quality(config: DictConfig, out: Path) -> None:
    """A network's losses beside those of L-BFGS: tables, and quality.json, quality.md, quality.png and config.yaml in ``out``."""
    check_quality(config)
    from stylenets import checkpoints, images
    from stylenets.evaluation.quality import measure, styles_of
    from stylenets.evaluation.quality_tables import figures, pictures, sheets
    from stylenets.inference.stylizer import Stylizer

    device = choose_device(config.device)
    stylizer = Stylizer(checkpoints.load(assets.network_file(config.ckpt or "six")), device)
    styles = styles_of(stylizer.styles, instantiate(config.styles))
    photos = read_photos(config.photos, config.limit, config.size)
    criterion = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=styles).to(device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    iterations = sorted(set(config.iterations))
    optimized = min(config.optimize_photos, len(photos))
    total = len(styles) * (len(photos) + optimized * max(iterations, default=0))
    log.info(
        "%d photographs, %d styles; L-BFGS on %d of the photographs",
        len(photos),
        len(styles),
        optimized,
    )
    with progress(total) as advance:
        measured = measure(stylizer, criterion, photos, optimized, iterations, advance)
    images.write(out / "quality.png", pictures(measured))
    leave(
        "quality",
        sheets(measured),
        figures(measured) | {"loss_network": criterion.vgg.source} | described(config, device),
        out,
    )


def swap(config: DictConfig, out: Path) -> None:
    """Style swap beside its textbook formulation: a table, and swap.json, swap.md and config.yaml in ``out``."""
    check_swap(config)
    import torch

    from stylenets import images
    from stylenets.evaluation.swap import compare, measure_rest
    from stylenets.nets.inverse import LEVELS
    from stylenets.styles import central_square

    device, chosen = choose_device(config.device), config.swap
    vgg = instantiate(config.vgg)
    (photo,) = read_photos(config.photos, 1, config.size).values()
    style = images.resize(central_square(instantiate(config.styles).pictures[0]), config.size)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    rest = (
        measure_rest(vgg, chosen.layer, photo, style, chosen.repeats, device)
        if chosen.layer in LEVELS
        else None
    )
    vgg = vgg.cpu()
    with torch.no_grad():
        features = [vgg(picture[None], [chosen.layer])[chosen.layer] for picture in (photo, style)]
    content, style = (whole_steps(one, chosen.patch, chosen.stride) for one in features)
    with progress(2) as advance:
        compared = replace(
            compare(
                content, style[0], chosen.patch, chosen.stride, chosen.repeats, device, advance
            ),
            rest=rest,
        )
    leave(
        "swap",
        [compared.sheet()],
        compared.figures() | {"loss_network": vgg.source} | described(config, device),
        out,
    )


def inversion(config: DictConfig, out: Path) -> None:
    """How well an inverse network inverts features: a table, and inversion.json, inversion.md and config.yaml in ``out``."""
    check_quality(config)
    from stylenets import checkpoints, images
    from stylenets.evaluation.inversion import measure
    from stylenets.inference.swapping import encoder
    from stylenets.styles import central_square

    device, network = (
        choose_device(config.device),
        checkpoints.load(assets.network_file(config.ckpt or "inverse")),
    )
    vgg = encoder(network).to(device)
    size = config.size // network.net.factor * network.net.factor
    photos = read_photos(config.photos, config.limit, size)
    styles = [
        images.resize(central_square(picture), size)
        for picture in instantiate(config.styles).pictures
    ]
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with progress(len(styles) + len(photos) * (1 + len(styles))) as advance:
        measured = measure(network.net.to(device).eval(), vgg, photos, styles, advance)
    leave(
        "inversion",
        [measured.sheet()],
        measured.figures() | {"loss_network": vgg.source} | described(config, device),
        out,
    )


def attention(config: DictConfig, out: Path) -> None:
    """Saliency's overlap with the person segmenter: a table, and attention.json, attention.md and config.yaml in ``out``."""
    check_size(config)
    from stylenets.evaluation.attention import compare
    from stylenets.segmentation.selfie import Selfie

    device = choose_device(config.device)
    person, vgg = Selfie(), instantiate(config.vgg).to(device)
    photos = read_photos(config.photos, config.limit, config.size, square=False)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with progress(len(photos)) as advance:
        compared = compare(photos, person, vgg, advance)
    leave(
        "attention",
        [compared.sheet()],
        compared.figures() | {"loss_network": vgg.source} | described(config, device),
        out,
    )


def check_size(config: DictConfig) -> None:
    """Raises UserError unless size= and limit= are sensible numbers."""
    for name, least in {"size": 16, "limit": 1}.items():
        if not (
            type(config[name]) is int
            and config[name] >= least
            or name == "limit"
            and config[name] is None
        ):
            raise UserError(f"{name}={config[name]}: must be a whole number of at least {least}")


def check_swap(config: DictConfig) -> None:
    """Raises UserError for a value of the suite ``swap`` that is no sensible number."""
    for name, value in {
        "size": config.size,
        "swap.patch": config.swap.patch,
        "swap.repeats": config.swap.repeats,
    }.items():
        least = 16 if name == "size" else 1
        if type(value) is not int or value < least:
            raise UserError(f"{name}={value}: must be a whole number of at least {least}")
    if type(config.swap.stride) is not int or not 1 <= config.swap.stride <= config.swap.patch:
        raise UserError(
            f"swap.stride={config.swap.stride}: must be a whole number from 1 to swap.patch={config.swap.patch}"
        )


def whole_steps(features: Tensor, patch: int, stride: int) -> Tensor:
    """(B, C, H, W) cut at the bottom and the right to sides that patches cover without a rest, as the textbook formulation needs."""
    height, width = (side - (side - patch) % stride for side in features.shape[-2:])
    return features[..., :height, :width]


def check_quality(config: DictConfig) -> None:
    """Raises UserError for a value of the suite ``quality`` that is no sensible number."""
    check_size(config)
    if type(config.optimize_photos) is not int or config.optimize_photos < 0:
        raise UserError(
            f"optimize_photos={config.optimize_photos}: must be a whole number of at least 0"
        )
    if not OmegaConf.is_list(config.iterations) or not all(
        type(count) is int and count > 0 for count in config.iterations
    ):
        raise UserError(
            f"iterations={config.iterations}: must be a list of whole numbers, as in 'iterations=[10,100]'"
        )


SUITES: dict[str, Callable[[DictConfig, Path], None]] = {
    "quality": quality,
    "swap": swap,
    "inversion": inversion,
    "attention": attention,
    "infer": speed,
    "train": speed,
    "curves": curves,
    "data": data,
    "memory": memory,
    "scaling": scaling,
    "startup": startup,
    "readme": readme,
}
