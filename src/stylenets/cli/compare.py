"""The command ``compare``: measure things side by side, and leave a page, a spreadsheet and tables. ``report=`` says what is compared.

Whatever can be checked without torch is checked before it is imported, so that a mistake is told at once.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import assets
from stylenets.cli.compare_methods import methods
from stylenets.cli.entry import choose_device, output_folder, run_hydra
from stylenets.cli.infer_request import MAX_STYLE_SIDE
from stylenets.cli.output import progress, show_tables, write_files
from stylenets.cli.photos import read_photos
from stylenets.errors import UserError
from stylenets.inference import MAX_SIDE, MIN_SIDE

if TYPE_CHECKING:
    from stylenets.checkpoints import Network
    from stylenets.evaluation.networks.comparison import Comparison, Entry
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer
    from stylenets.styles import StyleBank

log = logging.getLogger(__name__)


def main() -> None:
    """Run the command on this process's arguments."""
    run_hydra(compare, "compare")


def compare(config: DictConfig) -> None:
    """Do what ``config`` (conf/compare.yaml) asks for. Raises UserError for an unknown report, naming the known, or a wrong value."""
    if config.report not in REPORTS:
        raise UserError(f"report={config.report}: must be one of {', '.join(REPORTS)}")
    REPORTS[config.report](config, output_folder(config.out))


def networks(config: DictConfig, out: Path) -> None:
    """Networks of any family on the same photographs and styles: compare.html, .csv, .md, .jpg and config.yaml in ``out``."""
    check_numbers(config)
    runs = read_runs(config.runs)
    check_inputs(config)
    from stylenets import images
    from stylenets.evaluation.networks import comparison as families
    from stylenets.evaluation.networks import long_table as families_figures
    from stylenets.evaluation.networks import report as families_report

    device = choose_device(config.device)
    bank = instantiate(config.styles)
    photos = read_photos(config.photos, config.limit, config.size)
    entries = [load_entry(name, path, bank, config, device) for name, path in runs.items()]
    criterion = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=bank).to(device)
    log.info("%d networks, %d photographs, %d styles", len(entries), len(photos), len(bank))
    with progress(families.steps(entries, len(photos), config.sizes, config.repeats)) as advance:
        seconds = families.measure_time(
            entries, next(iter(photos.values())), config.sizes, config.repeats, advance
        )
        compared = families.measure(entries, bank, criterion, photos, config.show, advance)
    compared.seconds = seconds
    sheets, settings = (
        families_report.sheets(compared),
        sentences(config, compared, criterion.vgg.source, device),
    )
    texts = {
        "compare.html": families_report.page(compared, settings),
        "compare.csv": families_figures.as_csv(families_figures.figures(compared)),
        "compare.md": "\n".join([*(sheet.markdown() for sheet in sheets), *settings, ""]),
        "config.yaml": OmegaConf.to_yaml(config, resolve=True),
    }
    picture = images.jpeg(families_report.grid(compared, bank.names))
    write_files(
        out, {name: text.encode() for name, text in texts.items()} | {"compare.jpg": picture}
    )
    show_tables(sheets)


def check_numbers(config: DictConfig) -> None:
    """Raises UserError for a number that is no sensible one."""
    for name, least, most in (
        ("size", MIN_SIDE, MAX_SIDE),
        ("limit", 1, None),
        ("show", 1, None),
        ("repeats", 1, None),
    ):
        check_number(name, config[name], least, most, optional=name == "limit")
    check_number("styles.size", config.styles.size, MIN_SIDE, MAX_STYLE_SIDE)
    if not OmegaConf.is_list(config.sizes) or not config.sizes:
        raise UserError(
            f"sizes={config.sizes}: must be a list of whole numbers of pixels, as in 'sizes=[256,512]'"
        )
    for size in config.sizes:
        check_number("sizes", size, MIN_SIDE, MAX_SIDE)


def check_number(
    name: str, value: object, least: int, most: int | None, optional: bool = False
) -> None:
    """Raises UserError unless ``value`` is a whole number from ``least`` to ``most``, or null where it is ``optional``."""
    if optional and value is None:
        return
    if type(value) is not int or value < least or most is not None and value > most:
        bounds = f"from {least} to {most}" if most else f"of at least {least}"
        raise UserError(
            f"{name}={value}: must be a whole number {bounds}" + (", or null" if optional else "")
        )


def check_inputs(config: DictConfig) -> None:
    """Raises UserError for a device that has no such name, and for a folder or a style picture that is not there."""
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", str(config.device)):
        raise UserError(f"device={config.device}: must be auto, cpu, cuda or cuda:N")
    for name, folder in {"photos": config.photos, "styles.root": config.styles.root}.items():
        if folder is not None and not Path(str(folder)).is_dir():
            raise UserError(f"{name}={folder}: no such folder")
    if missing := [picture for picture in config.styles.images if not Path(str(picture)).is_file()]:
        raise UserError(f"styles.images: no such picture: {missing[0]}")


def read_runs(runs: object) -> dict[str, Path]:
    """``runs=[A, B]`` -> {name in the report: path}; null: the bundled networks. Raises UserError for what is missing or named twice.

    A name is the path's last part without ending, or as many parts as tell the runs apart.
    """
    if runs is None:
        return {path.stem: path for path in sorted(assets.NETWORKS.glob("*.safetensors"))}
    paths = [assets.network_file(str(run)) for run in (runs if OmegaConf.is_list(runs) else [runs])]
    if not paths:
        raise UserError(
            "runs=[]: must be a list of weights files and runs' folders, or null for the bundled networks"
        )
    if missing := [path for path in paths if not path.exists()]:
        raise UserError(f"no such checkpoint: {missing[0]}")
    parts = [
        (path.resolve() if path.is_dir() else path.resolve().with_suffix("")).parts
        for path in paths
    ]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ["/".join(one[-depth:]) for one in parts]
        if len(set(names)) == len(names):
            return dict(zip(names, paths, strict=True))
    raise UserError(f"runs={list(map(str, paths))}: one of them is given twice")


def load_entry(name: str, path: Path, bank: StyleBank, config: DictConfig, device: str) -> Entry:
    """A run ready to paint the compared styles. Raises UserError where it holds no network, or knows none of these styles."""
    from stylenets import checkpoints
    from stylenets.evaluation.networks.comparison import Entry, own_styles

    network = checkpoints.load(path)
    styles = own_styles(name, network, bank.names)
    stylizer = build_stylizer(network, bank, config.vgg, device)
    return Entry(name, network, stylizer, styles, checkpoints.locate(path).stat().st_size)


def build_stylizer(
    network: Network, bank: StyleBank, vgg: DictConfig, device: str
) -> Stylizer | SwapStylizer:
    """By the network's own styles, or an inverse network by the pictures of ``bank``, with weights of ``vgg`` where it needs a file's."""
    from stylenets.inference.stylizer import Stylizer
    from stylenets.inference.swapping import SwapStylizer, encoder

    if network.name != "inverse":
        return Stylizer(network, device)
    file = Path(str(vgg.weights))
    needed = file if file.name == network.vgg else None
    return SwapStylizer(network, encoder(network, needed, vgg.convention), bank, device=device)


def sentences(
    config: DictConfig, compared: Comparison, loss_network: str, device: str
) -> list[str]:
    """How it was measured, for those who read the report without the command."""
    from stylenets.evaluation import machine

    count, style, where = len(compared.of(None, None)), config.styles.size, machine.describe(device)
    losses = (
        f"Losses: {count} photographs at {config.size} x {config.size} pixels against {loss_network}, of weight 1 and averaged. "
        f"A style loss is measured to the style's picture with a shortest side of {style} pixels."
    )
    times = (
        f"Times: the median of {config.repeats} whole inferences, to the device and back, the networks taking turns. For an arbitrary "
        f"style that is: the style picture (shortest side {style} pixels) and the photograph through VGG, style swap, inverse network."
    )
    measured = (
        f"Measured on {where.get('device', where['processor'])}, {where['threads']} CPU threads, torch {where['torch']}, "
        f"stylenets {where['stylenets']}. What is said of the training is what the files say."
    )
    return [losses, times, measured]


REPORTS: dict[str, Callable[[DictConfig, Path], None]] = {"networks": networks, "methods": methods}
