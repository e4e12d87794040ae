"""The suite ``quality``: the pictures of networks before a judge, beside peers and L-BFGS."""

import logging
from collections.abc import Sequence
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import checkpoints, images
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.compare_networks import load_entry
from stylenets.cli.network_names import name_networks
from stylenets.cli.output import progress, write_files
from stylenets.cli.photos import read_photos
from stylenets.errors import UserError
from stylenets.evaluation import machine
from stylenets.evaluation.networks.entry import Entry, painted_styles
from stylenets.evaluation.networks.long_table import to_csv
from stylenets.evaluation.quality.findings import QualityFindings
from stylenets.evaluation.quality.judge import Judge
from stylenets.evaluation.quality.judging import QualitySuite
from stylenets.evaluation.quality.optimization import OptimizationPlan
from stylenets.evaluation.quality.page import quality_page
from stylenets.evaluation.quality.peers import peer_entry
from stylenets.evaluation.quality.pictures import overview
from stylenets.evaluation.quality.records import COLUMNS, quality_records, quality_rows
from stylenets.evaluation.quality.st_lpips import STLPIPS, load_st_lpips
from stylenets.evaluation.quality.tables import quality_tables
from stylenets.inference.devices import choose_device
from stylenets.styles import StyleBank

log = logging.getLogger(__name__)


def run_quality(config: DictConfig, out: Path) -> None:
    """Write quality.html, .json, .csv, .md and .jpg, and config.yaml, into ``out``."""
    device = choose_device(config.device)
    everything = instantiate(config.styles)
    runs = name_networks("six" if config.ckpt is None else config.ckpt, "ckpt")
    networks = [
        load_entry(n, path, checkpoints.load(path), everything, everything, config.vgg, device)
        for n, path in runs.items()
    ]
    bank = painted_styles(networks, everything)
    photos = read_photos(config.photos, config.limit, config.size)
    peers = build_peers(config.peers, bank)
    st_lpips, notes = find_st_lpips(config.st_lpips)
    notes += list_left_out(networks)
    judge = build_judge(config, bank, st_lpips, device)
    plan = plan_optimization(config, bank, device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    for note in notes:
        log.warning(note)
    log.info("%d photographs, %d styles, %d networks", len(photos), len(bank), len(networks))
    suite = QualitySuite(networks, peers, judge, bank.names, plan, config.show)
    with progress(suite.steps(len(photos))) as advance:
        suite.advance = advance
        findings = suite.run(photos)
    findings.notes += notes
    sources = {"judge": judge.vgg.source}
    if plan is not None:
        sources["objective"] = plan.criterion.vgg.source
    write_findings(findings, bank, sources, config, device, out)


def build_peers(names: Sequence[str], bank: StyleBank) -> list[Entry]:
    """Networks of others, which paint every style.

    Raises:
        UserError: If one cannot be had.
    """
    peers = []
    for name in names:
        try:
            peers.append(peer_entry(name, bank))
        except UserError as error:
            raise UserError(f"peers=[{name}]: {error}; peers=[] leaves it out") from error
    return peers


def find_st_lpips(wanted: bool) -> tuple[STLPIPS | None, list[str]]:
    """That metric, if it is wanted and can be had; and what is to be said if it cannot."""
    if not wanted:
        return None, []
    try:
        return load_st_lpips(), []
    except UserError as error:
        return None, [f"ST-LPIPS is left out: {error}"]


def list_left_out(entries: Sequence[Entry]) -> list[str]:
    """A sentence for each network with styles of whose pictures none was given."""
    notes = []
    for entry in entries:
        own = entry.facts.own_styles or ()
        missing = [style for style in own if style not in entry.styles]
        if missing:
            notes.append(
                f"{entry.name}: no pictures were given of its styles {', '.join(missing)}, which "
                "are left out; styles.images= and styles.root= give them"
            )
    return notes


def build_judge(
    config: DictConfig, bank: StyleBank, st_lpips: STLPIPS | None, device: str
) -> Judge:
    """The judge of ``config.judge`` on a device."""
    vgg = instantiate(config.judge).to(device)
    return Judge(vgg, bank, None if st_lpips is None else st_lpips.to(device))


def plan_optimization(config: DictConfig, bank: StyleBank, device: str) -> OptimizationPlan | None:
    """How L-BFGS is run; None if it is not."""
    iterations = sorted(set(config.iterations))
    if not (config.optimize_photos and iterations and config.starts):
        return None
    vgg = instantiate(config.objective.vgg)
    criterion = instantiate(config.objective.loss)(vgg=vgg, styles=bank).to(device)
    return OptimizationPlan(criterion, config.optimize_photos, iterations, list(config.starts))


def write_findings(
    findings: QualityFindings,
    bank: StyleBank,
    sources: dict[str, str],
    config: DictConfig,
    device: str,
    out: Path,
) -> None:
    """Write the report's files into ``out``, and show the tables.

    ``sources``: the weights of the loss networks.
    """
    settings = describe_measurement(findings, sources, config, device)
    files = {
        "quality.html": quality_page(findings, bank, settings).encode(),
        "quality.csv": to_csv(list(quality_rows(findings)), COLUMNS).encode(),
        "quality.jpg": images.jpeg(overview(findings)),
    }
    write_files(out, files)
    records = quality_records(findings) | {"loss_networks": sources}
    write_measurement("quality", quality_tables(findings), records, config, device, out)


def describe_measurement(
    findings: QualityFindings, sources: dict[str, str], config: DictConfig, device: str
) -> list[str]:
    """How it was measured, for those who read the report without the command."""
    where = machine.describe_machine(device)
    photos = len({picture.photo for picture in findings.pictures})
    judged = (
        f"{photos} photographs at {config.size} x {config.size} pixels. The judge is "
        f"{sources['judge']} with {config.judge.pooling} pooling. "
        f"Style pictures have a shortest side of {config.styles.size} pixels."
    )
    measured = (
        f"Measured on {where.get('device', where['processor'])}, {where['threads']} CPU threads, "
        f"torch {where['torch']}, stylenets {where['stylenets']}."
    )
    return [judged, measured]
