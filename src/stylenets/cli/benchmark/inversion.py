"""The suite ``inversion``: how well an inverse network inverts features."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from stylenets import checkpoints, images
from stylenets.cli.benchmark.inputs import chosen_network
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.cli.photos import read_photos
from stylenets.evaluation.quality.inversion import measure_inversion
from stylenets.inference.devices import choose_device
from stylenets.inference.swapping import load_encoder
from stylenets.nets.inverse import InverseNet
from stylenets.styles import central_square


def run_inversion(config: DictConfig, out: Path) -> None:
    """Write inversion.json, inversion.md and config.yaml into ``out``."""
    device = choose_device(config.device)
    network = checkpoints.load(chosen_network(config, default="inverse"))
    vgg = load_encoder(network).to(device)
    net = network.net.to(device).eval()
    assert isinstance(net, InverseNet)  # or there would be no encoder for it
    size = config.size // net.factor * net.factor
    photos = read_photos(config.photos, config.limit, size)
    bank = instantiate(config.styles)
    styles = [images.resize(central_square(picture), size) for picture in bank.pictures]
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    with progress(len(styles) + len(photos) * (1 + len(styles))) as advance:
        measured = measure_inversion(net, vgg, photos, styles, advance)
    found = measured.figures() | {"loss_network": vgg.source}
    write_measurement("inversion", [measured.table()], found, config, device, out)
