"""The suite ``data`` of the command ``benchmark``: crops a second by loader processes, decoded every time and from a cache, and the first batch."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from omegaconf import DictConfig, OmegaConf

from stylenets.cli.benchmark_output import described, leave, progress
from stylenets.errors import UserError


def data(config: DictConfig, out: Path) -> None:
    """Two tables, and data.json, data.md and config.yaml in ``out``."""
    from stylenets import images
    from stylenets.photos import bundled_photos
    from stylenets.report.tables import Sheet

    chosen = config.data_suite
    for name in ("batch", "batches", "files"):
        if type(chosen[name]) is not int or chosen[name] < 1:
            raise UserError(
                f"data_suite.{name}={chosen[name]}: must be a whole number of at least 1"
            )
    photos = images.list_pictures(config.photos) if config.photos else bundled_photos()
    OmegaConf.save(config, out / "config.yaml", resolve=True)
    rates, listed = [], []
    with TemporaryDirectory() as folder, progress(2 * len(chosen.workers) + 2) as advance:
        root = _linked(photos, Path(folder) / "photos", 4 * len(photos))
        for workers in chosen.workers:
            for cache in (None, f"{folder}/cache"):
                rates.append(
                    {
                        "workers": workers,
                        "cache": cache is not None,
                        "crops_per_second": _rate(root, workers, cache, config),
                    }
                )
                advance()
        many = _linked(photos, Path(folder) / "many", chosen.files)
        for _ in range(2):
            listed.append(_first_batch(many, config))
            advance()
    crops = [
        [
            str(one["workers"]),
            "cache" if one["cache"] else "decoded",
            f"{one['crops_per_second']:.0f}",
        ]
        for one in rates
    ]
    first = [
        [f"{chosen.files} files, {name}", f"{seconds:.2f}"]
        for name, seconds in zip(("first time", "again"), listed, strict=True)
    ]
    sheets = [
        Sheet(f"Random crops of {config.size} pixels", ["loader processes", "", "crops/s"], crops),
        Sheet("From a folder to the first batch", ["", "seconds"], first),
    ]
    leave(
        "data",
        sheets,
        {"rates": rates, "first_batch_seconds": listed} | described(config, "cpu"),
        out,
    )


def _linked(photos: list[Path], folder: Path, count: int) -> Path:
    """``count`` names for the photographs, in folders of at most 1,000 files."""
    for k in range(count):
        photo, place = photos[k % len(photos)], folder / f"{k // 1000:03d}"
        if k % 1000 == 0:
            place.mkdir(parents=True)
        os.symlink(photo.resolve(), place / f"{k:06d}{photo.suffix}")
    return folder


def _batches(root: Path, workers: int, cache: str | None, config: DictConfig) -> Iterator[dict]:
    from stylenets.data.folder import FolderData

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


def _rate(root: Path, workers: int, cache: str | None, config: DictConfig) -> float:
    """Crops a second over ``batches`` batches; as many come before, which fill the cache, and the processes' queues."""
    chosen, batches = config.data_suite, _batches(root, workers, cache, config)
    for _ in range(chosen.batches):
        next(batches)
    start = time.perf_counter()
    for _ in range(chosen.batches):
        next(batches)
    return chosen.batches * chosen.batch / (time.perf_counter() - start)


def _first_batch(root: Path, config: DictConfig) -> float:
    start = time.perf_counter()
    next(_batches(root, 1, None, config))
    return time.perf_counter() - start
