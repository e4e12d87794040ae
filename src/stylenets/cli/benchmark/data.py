"""The suite ``data``: crops a second, decoded and from a cache, and the first batch of a folder."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from omegaconf import DictConfig, OmegaConf

from stylenets import images
from stylenets.cli.benchmark.report import write_measurement
from stylenets.cli.output import progress
from stylenets.data.folder import FolderData
from stylenets.photos import bundled_photos
from stylenets.report.tables import Sheet

FOLDER_FILES = 1000  # files of one folder at most


def run_data(config: DictConfig, out: Path) -> None:
    """Write data.json, data.md and config.yaml into ``out``."""
    chosen = config.data_suite
    photos = images.list_pictures(config.photos) if config.photos else bundled_photos()
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    rates: list[dict[str, Any]] = []
    seconds = []
    with TemporaryDirectory() as folder, progress(2 * len(chosen.workers) + 2) as advance:
        root = link_photos(photos, Path(folder) / "photos", 4 * len(photos))
        for workers in chosen.workers:
            for cache in (None, f"{folder}/cache"):
                rate = crops_per_second(root, workers, cache, config)
                found = {"workers": workers, "cache": cache is not None, "crops_per_second": rate}
                rates.append(found)
                advance()
        many = link_photos(photos, Path(folder) / "many", chosen.files)
        for _ in range(2):
            seconds.append(seconds_to_first_batch(many, config))
            advance()
    tables = [_rates_table(rates, config.size), _first_batch_table(seconds, chosen.files)]
    figures = {"rates": rates, "first_batch_seconds": seconds}
    write_measurement("data", tables, figures, config, "cpu", out)


def link_photos(photos: list[Path], folder: Path, count: int) -> Path:
    """Make ``count`` names for the photographs, in folders of at most FOLDER_FILES files."""
    for k in range(count):
        photo = photos[k % len(photos)]
        place = folder / f"{k // FOLDER_FILES:03d}"
        if k % FOLDER_FILES == 0:
            place.mkdir(parents=True)
        os.symlink(photo.resolve(), place / f"{k:06d}{photo.suffix}")
    return folder


def crops_per_second(root: Path, workers: int, cache: str | None, config: DictConfig) -> float:
    """Crops a second over ``batches`` batches.

    As many come before, which fill the cache and the processes' queues.
    """
    chosen = config.data_suite
    batches = _batches(root, workers, cache, config)
    for _ in range(chosen.batches):
        next(batches)
    start = time.perf_counter()
    for _ in range(chosen.batches):
        next(batches)
    taken = time.perf_counter() - start
    return float(chosen.batches * chosen.batch / taken)


def seconds_to_first_batch(root: Path, config: DictConfig) -> float:
    """Seconds from the folder to its first batch."""
    start = time.perf_counter()
    next(_batches(root, 1, None, config))
    return time.perf_counter() - start


def _batches(root: Path, workers: int, cache: str | None, config: DictConfig) -> Iterator[Any]:
    module = FolderData(
        str(root),
        size=config.size,
        batch_size=config.data_suite.batch,
        workers=workers,
        cache=cache,
        val_count=1,
        samples_per_epoch=10**6,
    )
    module.setup()
    return iter(module.train_dataloader())


def _rates_table(rates: list[dict[str, Any]], size: int) -> Sheet:
    rows = []
    for one in rates:
        source = "cache" if one["cache"] else "decoded"
        rows.append([str(one["workers"]), source, f"{one['crops_per_second']:.0f}"])
    return Sheet(f"Random crops of {size} pixels", ["loader processes", "", "crops/s"], rows)


def _first_batch_table(seconds: list[float], files: int) -> Sheet:
    times = zip(("first time", "again"), seconds, strict=True)
    rows = [[f"{files} files, {name}", f"{taken:.2f}"] for name, taken in times]
    return Sheet("From a folder to the first batch", ["", "seconds"], rows)
