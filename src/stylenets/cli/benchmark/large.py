"""The suite ``memory``, continued: peak and time of a picture from file to file, by its size.

Each is painted in a fresh process, which runs this file. Its peak is of all that is resident, with
Python and torch.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from omegaconf import DictConfig
from torch import Tensor

from stylenets import images
from stylenets.allocator import keep_freed_memory
from stylenets.cli.benchmark.inputs import chosen_network
from stylenets.cli.benchmark.process import measure_in_process, read_settings
from stylenets.cli.entry import mistakes_in_one_line
from stylenets.evaluation import machine
from stylenets.inference.photo import Photo
from stylenets.inference.stylizer import Stylizer
from stylenets.photos import bundled_photos

MODULE = "stylenets.cli.benchmark.large"  # this file, whatever its process calls it
ROWS = 128  # of the picture that are made at a time


def measure_pictures(config: DictConfig, out: Path, advance: Callable[[], None]) -> list[Any]:
    """A record for each of ``memory.pictures``: width, height, tiling, bytes and seconds."""
    records = []
    for number, case in enumerate(config.memory.pictures):
        found = measure_in_process(MODULE, str(out / "config.yaml"), str(number))
        records.append({**case, **found})
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


def paint_case(config: DictConfig, case: DictConfig) -> dict[str, float]:
    """Read, paint and write a picture of this size; its peak in bytes, and the seconds."""
    photos = [images.read(path) for path in bundled_photos()]
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "photo.png"), Path(folder, "painted.png")
        sides = case.height, case.width
        images.write_rows(source, *sides, tiled_bands(photos, *sides))
        start = time.perf_counter()
        painter = Stylizer.load(chosen_network(config), device="cpu", tiling=case.tiling)
        weights = painter.weights(painter.styles[0])
        photo = Photo(images.read_photo(source))
        images.write_rows(target, *sides, painter.paint_bands(photo, weights))
        seconds = time.perf_counter() - start
    return {"seconds": seconds}


def _measure_this_process() -> None:
    keep_freed_memory()  # as the commands do
    file, number = sys.argv[1:]
    config = read_settings(file)
    _, peak = machine.watch_memory("cpu")
    found = paint_case(config, config.memory.pictures[int(number)])
    sys.stdout.write(json.dumps({"bytes": peak(), **found}) + "\n")


if __name__ == "__main__":
    with mistakes_in_one_line():
        _measure_this_process()
