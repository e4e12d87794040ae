"""compare.py report=networks: networks, and what stands beside them, on the same pictures."""

import logging
from collections.abc import Mapping
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import checkpoints, images
from stylenets.checkpoints import Network
from stylenets.cli.compare_beside import entries_beside
from stylenets.cli.output import progress, show_tables, write_files
from stylenets.cli.photos import read_photos
from stylenets.cli.run_folders import (
    add_styles,
    bundled_style_files,
    read_history,
    style_files,
    tell_apart,
)
from stylenets.evaluation import machine
from stylenets.evaluation.networks import long_table
from stylenets.evaluation.networks.comparison import NetworkComparison
from stylenets.evaluation.networks.entry import Entry, painted_styles
from stylenets.evaluation.networks.measuring import choose_styles, time_entries
from stylenets.evaluation.networks.network_entry import network_entry
from stylenets.evaluation.networks.report import comparison_page, picture_grid
from stylenets.evaluation.networks.run_history import RunHistory, compare_settings
from stylenets.evaluation.networks.tables import comparison_tables, training_table
from stylenets.evaluation.quality.judge import Judge
from stylenets.evaluation.quality.judging import QualitySuite
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
        UserError: If a run holds no network, or one of whose styles there is no picture; or if what
            is to stand beside them cannot be had.
    """
    device = choose_device(config.device)
    histories = {name: read_history(path) for name, path in runs.items()}
    shown = tell_apart(histories)
    histories = {shown[name]: history for name, history in histories.items()}
    files = dict(zip(histories, runs.values(), strict=True))
    networks = {name: checkpoints.load(path) for name, path in files.items()}
    bank, known = find_styles(config.styles, networks, histories)
    entries = [
        load_entry(name, files[name], network, bank, known, config.vgg, device)
        for name, network in networks.items()
    ]
    photos = read_photos(config.photos, config.limit, config.size)
    entries += entries_beside(config, networks, entries, bank, device)
    judged = painted_styles(entries, known)
    judge = Judge(instantiate(config.judge).to(device), judged)
    log.info("%d to compare, %d photographs, %d styles", len(entries), len(photos), len(judged))
    suite = QualitySuite(entries, [], judge, judged.names, show=config.show, borders=False)
    timed = len(entries) * len(config.sizes) * (config.repeats + 1)
    with progress(timed + suite.steps(len(photos))) as advance:
        photo = next(iter(photos.values()))
        seconds = time_entries(entries, photo, config.sizes, config.repeats, advance)
        log.info("timed; now everything is painted and judged")
        suite.advance = advance
        findings = suite.run(photos)
    compared = NetworkComparison(entries, judged, bank.names, findings, seconds)
    settings = describe(config, compared, judge.vgg.source, device)
    write_comparison(config, compared, settings, histories, out)


def write_comparison(
    config: DictConfig,
    compared: NetworkComparison,
    settings: list[str],
    histories: Mapping[str, RunHistory],
    out: Path,
) -> None:
    """Write the report's files into ``out``, and show the tables.

    ``settings``: sentences on how it was measured.
    """
    tables = comparison_tables(compared)
    written = [*tables, training_table(compared), *compare_settings(histories)]
    markdown = [table.markdown() for table in written]
    texts = {
        "compare.html": comparison_page(compared, settings, histories),
        "compare.csv": long_table.to_csv(long_table.list_figures(compared)),
        "compare.md": "\n".join([*markdown, *settings, ""]),
        "config.yaml": OmegaConf.to_yaml(config, resolve=True),
    }
    pictures = {"compare.jpg": images.jpeg(picture_grid(compared))}
    write_files(out, {name: text.encode() for name, text in texts.items()} | pictures)
    show_tables(tables)


def find_styles(
    styles: DictConfig, networks: Mapping[str, Network], histories: Mapping[str, RunHistory]
) -> tuple[StyleBank, StyleBank]:
    """The compared styles, and these with the own styles of networks that know none of them.

    Compared are those of the configuration; where it names none of a person's own, those of the
    runs, too.
    """
    bank: StyleBank = instantiate(styles)
    files = style_files(histories)
    with_own = [one for one in networks.values() if not one.any_style]
    if not (styles.root or styles.images):
        own = [style for one in with_own for style in one.styles]
        bank = add_styles(bank, files, own, styles.size)
    apart = [one for one in with_own if not set(one.styles) & set(bank.names)]
    own = [style for one in apart for style in one.styles]
    return bank, add_styles(bank, bundled_style_files() | files, own, styles.size)


def load_entry(
    name: str,
    path: Path,
    network: Network,
    bank: StyleBank,
    known: StyleBank,
    vgg: DictConfig,
    device: str,
) -> Entry:
    """A network ready to paint the compared styles.

    Args:
        name: Under which it is compared.
        path: Its file or run's folder.
        network: What that holds.
        bank: The compared styles.
        known: All styles of which there is a picture.
        vgg: The loss network of the configuration.
        device: Where it is to compute.

    Raises:
        UserError: If it knows none of the styles.
    """
    styles = choose_styles(name, network, bank.names, known.names)
    stylizer = stylizer_for_bank(network, bank, vgg, device)
    return network_entry(name, network, stylizer, styles, checkpoints.locate(path).stat().st_size)


def stylizer_for_bank(
    network: Network, bank: StyleBank, vgg: DictConfig, device: str
) -> RowStylizer | SwapStylizer:
    """The network by its own styles, or one for any style by the pictures of ``bank``.

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

    ``source``: the weights of the judge.
    """
    count = len({one.photo for one in compared.findings.pictures})
    where = machine.describe_machine(device)
    judged = (
        f"{count} photographs at {config.size} x {config.size} pixels. The judge is {source} with "
        f"{config.judge.pooling} pooling, as in suite=quality and in each run's yardstick. Style "
        f"pictures have a shortest side of {config.styles.size} pixels."
    )
    times = (
        f"A picture's time is the median of {config.repeats} whole inferences, to the device and "
        "back, the entries taking turns; of an optimization it is that of one iteration, times "
        "their number. A network that swaps reads the style picture for each picture; for the "
        "others a new style is what comes before the first one."
    )
    measured = (
        f"Measured on {where.get('device', where['processor'])}, {where['threads']} CPU threads, "
        f"torch {where['torch']}, stylenets {where['stylenets']}. What is said of the training is "
        "what the files say."
    )
    apart = [entry.name for entry in compared.entries if compared.is_apart(entry)]
    own = f"{', '.join(apart)}: in styles of their own, as they know none of the compared ones."
    return [judged, times, *([own] if apart else []), measured]
