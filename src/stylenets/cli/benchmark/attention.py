"""The suite ``attention``: saliency's overlap with the person segmenter."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.evaluation.quality.attention import compare_saliency
from stylenets.inference.devices import choose_device
from stylenets.segmentation.selfie import Selfie


def run_attention(config: DictConfig, out: Path) -> None:
    """Write attention.json, attention.md and config.yaml into ``out``."""
    device = choose_device(config.device)
    person = Selfie()
    vgg = instantiate(config.vgg).to(device)
    photos = read_photos(config.photos, config.limit, config.size, square=False)
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with progress(len(photos)) as advance:
        compared = compare_saliency(photos, person, vgg, advance)
    found = compared.figures() | {"loss_network": vgg.source}
    write_measurement("attention", [compared.table()], found, config, device, out)
