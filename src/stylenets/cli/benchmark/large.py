"""The suite ``memory``, continued: peak and time of a picture from file to file, by its size.

Each is painted in a fresh process, which runs this file. Its peak is of all that is resident, with
Python and torch. Peers paint pictures as a whole, and may run out of memory.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from omegaconf import DictConfig
from torch import Tensor

from stylenets import assets, checkpoints, images
from stylenets.allocator import keep_freed_memory
from stylenets.cli.benchmark.inputs import load_multi_style
from stylenets.cli.benchmark.process import measure_in_process, read_settings
from stylenets.cli.entry import mistakes_in_one_line, of_the_machine
from stylenets.errors import UserError
from stylenets.evaluation import machine
from stylenets.evaluation.speed.cpu import REFERENCE, pass_variants
from stylenets.inference.photo import Photo
from stylenets.inference.stylizer import Stylizer
from stylenets.photos import bundled_photos
from stylenets.styles import SIX, load_styles

MODULE = "stylenets.cli.benchmark.large"  # this file, whatever its process calls it
ROWS = 128  # of the picture that are made at a time


def measure_pictures(config: DictConfig, out: Path, advance: Callable[[], None]) -> list[Any]:
    """A record for each of ``memory.pictures``: its settings, the processor, bytes, core seconds.

    Where a peer runs out of ``memory.limit``, it has neither of the last two.
    """
    records = []
    for number, case in enumerate(config.memory.pictures):
        try:
            found = measure_in_process(MODULE, str(out / "config.yaml"), str(number))
        except UserError:
            if case.painter not in PEERS:
                raise
            found = {}
        records.append({**case, **found, "processor": machine.processor_name()})
        advance()
    return records


def tiled_bands(photos: list[Tensor], height: int, width: int) -> Iterator[Tensor]:
    """Bands (3, n, width) of a picture that repeats photographs beside and below each other."""
    side = min(min(photo.shape[1:]) for photo in photos)
    for top in range(0, height, ROWS):
        rows = [row % side for row in range(top, min(top + ROWS, height))]
        count = -(-width // side)
        parts = [photos[(top // side + k) % len(photos)][:, rows, :side] for k in range(count)]
        yield torch.cat(parts, 2)[..., :width]


def paint_case(case: DictConfig) -> dict[str, float]:
    """Read, paint and write a picture of this size; the seconds of all cores together."""
    photos = [images.read(path) for path in bundled_photos()]
    sides = case.height, case.width
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "photo.png"), Path(folder, "painted.png")
        images.write_rows(source, *sides, tiled_bands(photos, *sides))
        start = time.process_time()
        if case.painter in PEERS:
            bands = iter([PEERS[case.painter](images.read(source))])
        else:
            bands = _painted(case, Photo(images.read_photo(source)))
        images.write_rows(target, *sides, bands)
        seconds = time.process_time() - start
    return {"seconds": seconds}


def _painted(case: DictConfig, photo: Photo) -> Iterator[Tensor]:
    """By a network; one for any style paints in the first bundled style."""
    network = checkpoints.load(assets.network_file(case.painter))
    pictures = sorted(assets.STYLES.glob("*.jpg"))[:1] if network.any_style else []
    painter = Stylizer.load(network, device="cpu", tiling=case.tiling, style_pictures=pictures)
    style = pictures[0].stem if pictures else painter.styles[0]
    return painter.paint_bands(photo, painter.weights(style))


def _by_reference(photo: Tensor) -> Tensor:
    _, net = load_multi_style(assets.network_file("six"), "memory")
    with torch.inference_mode():
        return pass_variants(net, photo)[REFERENCE]()[0].clamp(0, 1)


def _by_magenta(photo: Tensor) -> Tensor:
    from stylenets.evaluation.quality.peers import Magenta  # with an extra

    bank = load_styles(names=SIX[:1], size=256)
    return Magenta(bank).paint(photo, SIX[0])


# what others have: the published network as a whole, and Magenta's by ONNX Runtime
PEERS = {"reference": _by_reference, "magenta": _by_magenta}


def _measure_this_process() -> None:
    keep_freed_memory()  # as the commands do
    file, number = sys.argv[1:]
    config = read_settings(file)
    case = config.memory.pictures[int(number)]
    if case.painter in PEERS:
        limit = int(config.memory.limit * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    _, peak = machine.watch_memory("cpu")
    try:
        found = paint_case(case)
    except (MemoryError, RuntimeError) as error:
        if case.painter not in PEERS or of_the_machine(error) is None:
            raise
        sys.stdout.write("{}\n")  # it ran out
    else:
        sys.stdout.write(json.dumps({"bytes": peak(), **found}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _measure_this_process()
