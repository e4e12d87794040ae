"""The suite ``quality``: a network's losses beside those of L-BFGS on the same photographs."""

import logging
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import checkpoints, images
from stylenets.cli.benchmark.inputs import build_criterion, network_file
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.entry import choose_device
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.evaluation.quality.measurement import measure, styles_of
from stylenets.evaluation.quality.tables import figures, pictures, sheets
from stylenets.inference.rows import RowStylizer

log = logging.getLogger(__name__)


def run_quality(config: DictConfig, out: Path) -> None:
    """Write quality.json, quality.md, quality.png and config.yaml into ``out``."""
    device = choose_device(config.device)
    stylizer = RowStylizer(checkpoints.load(network_file(config)), device)
    styles = styles_of(stylizer.styles, instantiate(config.styles))
    photos = read_photos(config.photos, config.limit, config.size)
    criterion = build_criterion(config, styles).to(device)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    iterations = sorted(set(config.iterations))
    optimized = min(config.optimize_photos, len(photos))
    log.info(
        "%d photographs, %d styles; L-BFGS on %d of the photographs",
        len(photos),
        len(styles),
        optimized,
    )
    total = len(styles) * (len(photos) + optimized * max(iterations, default=0))
    with progress(total) as advance:
        measured = measure(stylizer, criterion, photos, optimized, iterations, advance)
    images.write(out / "quality.png", pictures(measured))
    found = figures(measured) | {"loss_network": criterion.vgg.source}
    write_measurement("quality", sheets(measured), found, config, device, out)
