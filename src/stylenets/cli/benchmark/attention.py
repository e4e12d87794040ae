"""The suite ``attention``: saliency's overlap with the person segmenter, and with itself."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.evaluation.quality.attention import compare_saliency
from stylenets.inference.devices import choose_device
from stylenets.segmentation.saliency import load_saliency
from stylenets.segmentation.selfie import Selfie


def run_attention(config: DictConfig, out: Path) -> None:
    """Write attention.json, attention.md and config.yaml into ``out``."""
    device = choose_device(config.device)
    person = Selfie()
    chosen = config.attention
    saliency = load_saliency(Path(chosen.weights) if chosen.weights else None, str(device))
    photos = read_photos(config.photos, config.limit, config.size, square=False)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with progress(len(photos)) as advance:
        compared = compare_saliency(
            photos, person, saliency, list(chosen.turns), chosen.turned_photos, advance
        )
    write_measurement("attention", compared.tables(), compared.figures(), config, device, out)
