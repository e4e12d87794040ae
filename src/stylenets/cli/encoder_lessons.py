"""``teach.py what=encoder``: what the loss network sees in style pictures, told from the pixels."""

from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.cli.output import progress
from stylenets.data.order import seeded
from stylenets.nets.style_encoder import StyleEncoder
from stylenets.report.tables import Sheet
from stylenets.tasks.encoder_lessons import BATCH, encoder_lessons, fit_encoder, share_told
from stylenets.vgg.network import LossNetwork

SIZE = 192  # pixels: a crop's side, as model.style_size of experiment=any
READ = 384  # pixels: shortest side of the pictures that crops are taken of
LOOKS = 16  # crops of each picture
HELD_OUT = 8  # one picture in so many, of which the encoder is measured


def learn_encoder(
    paths: list[Path], steps: int, seed: int, device: str
) -> tuple[StyleEncoder, list[Sheet]]:
    """Teach a style encoder, and measure it on the pictures held out.

    Args:
        paths: Style pictures.
        steps: Of ``BATCH`` crops.
        seed: Of what is drawn.
        device: Where the loss network computes.
    """
    vgg = LossNetwork(19, pooling="average").to(device)  # as experiment=any has it
    held_out = paths[::HELD_OUT]
    kept = [path for path in paths if path not in held_out] or held_out
    rounds = [-(-len(some) * LOOKS // BATCH) for some in (kept, held_out)]
    with progress(sum(rounds) + steps) as advance:
        seen, unseen = (
            encoder_lessons(vgg, pictures, count, SIZE, seed, advance)
            for pictures, count in zip(_read(kept, held_out), rounds, strict=True)
        )
        encoder = fit_encoder(seen, steps, seeded(seed), advance)
    told = [f"{share_told(encoder, lessons, seen):.3f}" for lessons in (seen, unseen)]
    title = "The share of the loss network's statistics that the encoder tells"
    rows = [[f"{len(kept)} pictures", told[0]], [f"{len(held_out)} held out", told[1]]]
    return encoder, [Sheet(title, ["pictures", "share"], rows)]


def _read(*groups: list[Path]) -> list[list[Tensor]]:
    return [[images.read(path, READ) for path in paths] for paths in groups]
