"""``polish=60`` of the command ``infer``: predicted rows are trained before they paint."""

import sys

from hydra.utils import instantiate
from omegaconf import OmegaConf
from rich.console import Console
from rich.progress import track

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.cli.entry import config_folder
from stylenets.inference.polishing import polish
from stylenets.inference.predicted import with_rows_of
from stylenets.photos import bundled_photos
from stylenets.styles import StyleBank
from stylenets.vgg.network import LossNetwork

PHOTO_SIDE = 256  # pixels: crops of it show what is to be painted about as large as it will be


def with_polished_rows(
    network: Network, bank: StyleBank, steps: int, vgg: LossNetwork | None = None
) -> Network:
    """A multi-style network with the rows of style pictures, trained on the bundled photographs.

    The objective is that of ``experiment=polish``, against ``vgg`` or, without one, its own.

    Raises:
        UserError: If the network predicts no rows, or the loss network cannot be had.
    """
    grown = with_rows_of(network, bank)
    conf = config_folder()
    recipe = OmegaConf.load(conf / "experiment/polish.yaml")
    objective = OmegaConf.merge(OmegaConf.load(conf / "loss/moments.yaml"), recipe.loss)
    vgg = vgg or instantiate(OmegaConf.load(conf / "vgg/vgg19.yaml"))
    criterion = instantiate(objective)(vgg=vgg, styles=bank)
    photos = [images.read(path, PHOTO_SIDE) for path in bundled_photos()]
    rate = OmegaConf.load(conf / "optimizer/adam.yaml").lr * recipe.model.rows_rate
    for _ in track(
        polish(grown, criterion, photos, steps, rate),
        total=steps,
        description="polishing",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    ):
        pass
    return grown
