"""compare.py report=networks: networks of any family on the same photographs and styles."""

import logging
from collections.abc import Mapping
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import checkpoints, images
from stylenets.cli.output import progress, show_tables, write_files
from stylenets.cli.photos import read_photos
from stylenets.cli.run_folders import add_own_styles, read_history, tell_apart
from stylenets.evaluation import machine
from stylenets.evaluation.networks import long_table, measuring
from stylenets.evaluation.networks.comparison import Entry, NetworkComparison
from stylenets.evaluation.networks.report import comparison_page, picture_grid
from stylenets.evaluation.networks.run_history import RunHistory, compare_settings
from stylenets.evaluation.networks.tables import comparison_tables
from stylenets.inference.devices import choose_device
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer, load_encoder
from stylenets.nets.any_style import AnyStyleNet
from stylenets.styles import StyleBank

log = logging.getLogger(__name__)


def write_network_report(config: DictConfig, runs: dict[str, Path], out: Path) -> None:
    """Measure, and write compare.html, .csv, .md, .jpg and config.yaml.

    Args:
        config: conf/compare.yaml, checked.
        runs: The networks' files or folders by their names in the report.
        out: Where the files go.

    Raises:
        UserError: If a run holds no network, or one that knows none of the styles.
    """
    device = choose_device(config.device)
    histories = {name: read_history(path) for name, path in runs.items()}
    shown = tell_apart(histories)
    histories = {shown[name]: history for name, history in histories.items()}
    files = dict(zip(histories, runs.values(), strict=True))
    bank = compared_styles(config.styles, files, histories)
    photos = read_photos(config.photos, config.limit, config.size)
    photo = next(iter(photos.values()))
    entries = [load_entry(name, path, bank, config.vgg, device) for name, path in files.items()]
    criterion = instantiate(config.loss)(vgg=instantiate(config.vgg), styles=bank).to(device)
    log.info("%d networks, %d photographs, %d styles", len(entries), len(photos), len(bank))
    steps = measuring.count_measurements(entries, len(photos), config.sizes, config.repeats)
    with progress(steps) as advance:
        seconds = measuring.time_networks(entries, photo, config.sizes, config.repeats, advance)
        compared = measuring.measure_losses(entries, bank, criterion, photos, config.show, advance)
    compared.seconds = seconds
    tables = comparison_tables(compared)
    settings = describe(config, compared, criterion.vgg.source, device)
    markdown = [table.markdown() for table in [*tables, *compare_settings(histories)]]
    texts = {
        "compare.html": comparison_page(compared, settings, histories),
        "compare.csv": long_table.to_csv(long_table.list_figures(compared)),
        "compare.md": "\n".join([*markdown, *settings, ""]),
        "config.yaml": OmegaConf.to_yaml(config, resolve=True),
    }
    pictures = {"compare.jpg": images.jpeg(picture_grid(compared, bank.names))}
    write_files(out, {name: text.encode() for name, text in texts.items()} | pictures)
    show_tables(tables)


def compared_styles(
    styles: DictConfig, files: Mapping[str, Path], histories: Mapping[str, RunHistory]
) -> StyleBank:
    """Those of the configuration; where it names none of a person's own, those of the runs, too."""
    bank: StyleBank = instantiate(styles)
    if styles.root or styles.images:
        return bank
    networks = [checkpoints.load(path) for path in files.values()]
    known = [style for one in networks for style in one.styles if not one.any_style]
    return add_own_styles(bank, histories, known, styles.size)


def load_entry(name: str, path: Path, bank: StyleBank, vgg: DictConfig, device: str) -> Entry:
    """A run ready to paint the compared styles.

    Raises:
        UserError: If it holds no network, or one that knows none of these styles.
    """
    network = checkpoints.load(path)
    styles = measuring.choose_styles(name, network, bank.names)
    stylizer = stylizer_for_bank(network, bank, vgg, device)
    return Entry(name, network, stylizer, styles, checkpoints.locate(path).stat().st_size)


def stylizer_for_bank(
    network: checkpoints.Network, bank: StyleBank, vgg: DictConfig, device: str
) -> RowStylizer | SwapStylizer:
    """The network by its own styles, or an inverse network by the pictures of ``bank``.

    Where an inverse network was trained against the weights of a file, those are ``vgg.weights``.
    """
    if isinstance(network.net, AnyStyleNet):
        return PredictedStylizer(network, bank, device=device)
    if not network.any_style:
        return RowStylizer(network, device)
    file = Path(str(vgg.weights))
    needed = file if file.name == network.vgg else None
    return SwapStylizer(network, load_encoder(network, needed, vgg.convention), bank, device=device)


def describe(
    config: DictConfig, compared: NetworkComparison, source: str, device: str
) -> list[str]:
    """How it was measured, for those who read the report without the command.

    ``source``: the weights of the loss network.
    """
    count = len(compared.of_photographs())
    style = config.styles.size
    where = machine.describe_machine(device)
    losses = (
        f"Losses: {count} photographs at {config.size} x {config.size} pixels against {source}, "
        "of weight 1 and averaged. A style loss is measured to the style's picture with a shortest "
        f"side of {style} pixels."
    )
    times = (
        f"Times: the median of {config.repeats} whole inferences, to the device and back, the "
        "networks taking turns. For an arbitrary style that is: the style picture (shortest side "
        f"{style} pixels) and the photograph through VGG, style swap, inverse network."
    )
    measured = (
        f"Measured on {where.get('device', where['processor'])}, {where['threads']} CPU threads, "
        f"torch {where['torch']}, stylenets {where['stylenets']}. What is said of the training is "
        "what the files say."
    )
    return [losses, times, measured]
