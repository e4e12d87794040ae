"""Loaders of square picture batches, resumable at any batch; a data module below only names its files."""

import os
from typing import Any

import pytorch_lightning as pl
import torch

from stylenets.data.cache import Cache
from stylenets.data.order import EpochBatches, seeded
from stylenets.data.pictures import PictureLoader, Pictures
from stylenets.errors import UserError

MAX_WORKERS = 16  # each makes about 200 crops of 256 pixels a second out of 640 x 480 JPEGs, 500 out of data.cache


class PictureDataModule(pl.LightningDataModule):
    """Batches {"image": (B, 3, size, size) RGB float in [0, 1], "index": (B,)}; a subclass implements ``files``.

    ``size``: side of the crops in pixels. ``batch_size``: of all processes together. ``workers``: loader processes, or "auto".
    ``scale``, ``flip``: random crops as in Pictures. ``max_bad``: fraction of unreadable files that is tolerated.
    ``val_count``: pictures of the validation set. ``samples_per_epoch``: crops per epoch, None: one per file.
    ``cache``: a folder for the pictures as decoded, None: they are decoded every time.
    Built for a Trainer with ``use_distributed_sampler=False``. Raises UserError for settings that cannot work.
    """

    dataset: type[Pictures] = Pictures

    def __init__(
        self,
        size: int = 256,
        batch_size: int = 4,
        workers: int | str = "auto",
        seed: int = 0,
        scale: tuple[float, float] = (0.7, 1.0),
        flip: bool = True,
        max_bad: float = 0.05,
        val_count: int = 32,
        samples_per_epoch: int | None = None,
        cache: str | None = None,
    ) -> None:
        super().__init__()
        if not 0 < scale[0] <= scale[1] <= 1:
            raise UserError(
                f"data.scale={list(scale)}: give [low, high] with 0 < low <= high <= 1, fractions of the shortest side"
            )
        if size < 1 or batch_size < 1 or val_count < 1:
            raise UserError(
                f"data.size={size}, data.batch_size={batch_size}, data.val_count={val_count}: each must be at least 1"
            )
        self.size = size
        self.batch_size = batch_size
        self.workers = workers
        self.seed = seed
        self.scale = (float(scale[0]), float(scale[1]))
        self.flip = flip
        self.max_bad = max_bad
        self.val_count = val_count
        self.samples_per_epoch = samples_per_epoch
        self.cache = None if cache is None else Cache(cache, round(size / self.scale[0]))
        self.train_set: Pictures | None = None
        self.val_set: Pictures | None = None
        self._origin = {"epoch": 0, "samples": 0, "batches": 0}

    def files(self) -> tuple[list, list]:
        """(training files, validation files), each as ``dataset.read`` takes them. Raises UserError where there are none."""
        raise NotImplementedError

    def setup(self, stage: str | None = None) -> None:
        """List the files and build both sets, once."""
        self._origin = {
            "epoch": 0,
            "samples": 0,
            "batches": 0,
        }  # Lightning loads a checkpoint's state after this
        if self.train_set is None:
            train, val = self.files()
            samples = max(self.samples_per_epoch or len(train), self.batch_size)
            common = {
                "size": self.size,
                "seed": self.seed,
                "max_bad": self.max_bad,
                "cache": self.cache,
            }
            self.train_set = self.dataset(
                train, scale=self.scale, flip=self.flip, samples=samples, **common
            )
            self.val_set = self.dataset(val, scale=None, flip=False, samples=None, **common)

    def train_dataloader(self) -> PictureLoader:
        """Random crops in the order permutation(seed, epoch), from where a loaded checkpoint stopped."""
        rank, world_size = (
            (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        )
        if self.batch_size % world_size:
            raise UserError(
                f"data.batch_size={self.batch_size} is for all processes together: give a multiple of {world_size}"
            )
        batches = EpochBatches(
            len(self.train_set), self.batch_size, self.seed, self.position, rank, world_size
        )
        return self._loader(self.train_set, batch_sampler=batches)

    def val_dataloader(self) -> PictureLoader:
        """Center crops, the same in every process."""
        return self._loader(self.val_set, batch_size=min(self.batch_size, len(self.val_set)))

    def position(self) -> tuple[int, int]:
        """(epoch, samples of it already trained on), counted over all processes.

        Counts processed batches rather than asking for ``trainer.current_epoch``: after a restart from a checkpoint of an
        epoch's last batch Lightning's own epoch number can be one off, and with it an epoch would be dropped.
        """
        epoch, samples = self._origin["epoch"], self._origin["samples"]
        if self.trainer is None:
            return epoch, samples
        batches = max(
            self._processed() - self._origin["batches"], 0
        )  # 0 too while Lightning's loops are not yet restored
        length = (
            min(len(self.train_set) // self.batch_size, self.trainer.num_training_batches)
            * self.batch_size
        )
        epochs, samples = divmod(samples + batches * self.batch_size, max(length, 1))
        return epoch + epochs, samples

    def state_dict(self) -> dict[str, int]:
        """The position, and the count of processed batches that belongs to it."""
        epoch, samples = self.position()
        return {"epoch": epoch, "samples": samples, "batches": self._processed()}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where ``state`` was taken."""
        self._origin = dict(state)

    def _processed(self) -> int:
        return self.trainer.fit_loop.epoch_loop.batch_progress.total.processed

    def _loader(self, dataset: Pictures, **settings: Any) -> PictureLoader:
        workers = _auto_workers() if self.workers == "auto" else int(self.workers)
        # its own generator: a loader without one draws from the global random state, and resumed runs would differ
        return PictureLoader(
            dataset,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=torch.cuda.is_available(),
            generator=seeded(self.seed),
            **settings,
        )


def _auto_workers() -> int:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return min(MAX_WORKERS, cores - 1)
