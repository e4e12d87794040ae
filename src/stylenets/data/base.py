"""Loaders of square picture batches, resumable at any batch.

A data module of this room only names its files.
"""

import os
from typing import Any

import pytorch_lightning as pl
import torch

from stylenets.data.cache import PictureCache
from stylenets.data.order import EpochBatches, seeded
from stylenets.data.pictures import PictureLoader, Pictures
from stylenets.errors import UserError

# Each makes about 200 crops of 256 pixels a second out of 640 x 480 JPEGs, 500 out of data.cache.
MAX_WORKERS = 16


class PictureDataModule(pl.LightningDataModule):
    """Batches {"image": (B, 3, size, size) RGB float in [0, 1], "index": (B,)}.

    A subclass implements ``files``. Built for a Trainer with ``use_distributed_sampler=False``.

    Args:
        size: Side of the crops in pixels.
        batch_size: Of all processes together.
        workers: Loader processes, or "auto".
        seed: What order and crops are drawn by.
        scale: (low, high) side of the random crops as a fraction of a shortest side.
        flip: Whether to mirror every second random crop.
        max_bad: Fraction of unreadable files that is tolerated.
        val_count: Pictures of the validation set.
        samples_per_epoch: Crops per epoch; None: one per file.
        cache: A folder for the pictures as decoded; None: they are decoded every time.

    Raises:
        UserError: For settings that cannot work.
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
        check_data_settings(size, batch_size, val_count, scale)
        self.size = size
        self.batch_size = batch_size
        self.workers = workers
        self.seed = seed
        self.scale = (float(scale[0]), float(scale[1]))
        self.flip = flip
        self.max_bad = max_bad
        self.val_count = val_count
        self.samples_per_epoch = samples_per_epoch
        self.cache = None if cache is None else PictureCache(cache, round(size / self.scale[0]))
        self._sets: tuple[Pictures, Pictures] | None = None
        self._origin = {"epoch": 0, "samples": 0, "batches": 0}

    def files(self) -> tuple[list[Any], list[Any]]:
        """(training files, validation files), each as ``dataset.read`` takes them.

        Raises:
            UserError: If there are none.
        """
        raise NotImplementedError

    def setup(self, stage: str | None = None) -> None:
        """List the files and build both sets, once."""
        # Lightning loads a checkpoint's state after this
        self._origin = {"epoch": 0, "samples": 0, "batches": 0}
        if self._sets is None:
            train, val = self.files()
            samples = max(self.samples_per_epoch or len(train), self.batch_size)
            self._sets = (
                self._pictures(train, self.scale, self.flip, samples),
                self._pictures(val, None, False, None),
            )

    @property
    def train_set(self) -> Pictures:
        """The random crops, once ``setup`` has listed the files."""
        assert self._sets is not None
        return self._sets[0]

    @property
    def val_set(self) -> Pictures:
        """The central squares, once ``setup`` has listed the files."""
        assert self._sets is not None
        return self._sets[1]

    def train_dataloader(self) -> PictureLoader:
        """Random crops in the order permutation(seed, epoch), from where a checkpoint stopped."""
        rank = self.trainer.global_rank if self.trainer else 0
        world_size = self.trainer.world_size if self.trainer else 1
        if self.batch_size % world_size:
            raise UserError(
                f"data.batch_size={self.batch_size} is for all processes together: "
                f"give a multiple of {world_size}"
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

        Counts processed batches rather than asking for ``trainer.current_epoch``: after a restart
        from a checkpoint of an epoch's last batch Lightning's own epoch number can be one off, and
        with it an epoch would be dropped.
        """
        epoch = self._origin["epoch"]
        samples = self._origin["samples"]
        if self.trainer is None:
            return epoch, samples
        # not below 0: Lightning's loops may not be restored yet
        batches = max(self._processed() - self._origin["batches"], 0)
        batches_an_epoch = min(
            len(self.train_set) // self.batch_size, self.trainer.num_training_batches
        )
        length = int(batches_an_epoch * self.batch_size)
        epochs, samples = divmod(samples + batches * self.batch_size, max(length, 1))
        return epoch + epochs, samples

    def state_dict(self) -> dict[str, int]:
        """The position, and the count of processed batches that belongs to it."""
        epoch, samples = self.position()
        return {"epoch": epoch, "samples": samples, "batches": self._processed()}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Go on where ``state_dict`` was taken."""
        self._origin = dict(state_dict)

    def _processed(self) -> int:
        assert self.trainer is not None
        total = self.trainer.fit_loop.epoch_loop.batch_progress.total
        return int(total.processed)  # type: ignore[attr-defined]  # its type has this count

    def _pictures(
        self,
        files: list[Any],
        scale: tuple[float, float] | None,
        flip: bool,
        samples: int | None,
    ) -> Pictures:
        return self.dataset(
            files, self.size, scale, flip, self.seed, samples, self.max_bad, self.cache
        )

    def _loader(self, dataset: Pictures, **settings: Any) -> PictureLoader:
        workers = auto_workers() if self.workers == "auto" else int(self.workers)
        return PictureLoader(
            dataset,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=torch.cuda.is_available(),
            # its own: a loader without one draws from the global state, and resumed runs would
            # differ
            generator=seeded(self.seed),
            **settings,
        )


def check_data_settings(
    size: int, batch_size: int, val_count: int, scale: tuple[float, float]
) -> None:
    """Raises UserError for settings of ``PictureDataModule`` that cannot work."""
    if not 0 < scale[0] <= scale[1] <= 1:
        raise UserError(
            f"data.scale={list(scale)}: give [low, high] with 0 < low <= high <= 1, "
            "fractions of the shortest side"
        )
    if size < 1 or batch_size < 1 or val_count < 1:
        raise UserError(
            f"data.size={size}, data.batch_size={batch_size}, data.val_count={val_count}: "
            "each must be at least 1"
        )


def auto_workers() -> int:
    """Loader processes that leave a processor core for the training."""
    known = hasattr(os, "sched_getaffinity")  # not on macOS
    cores = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    return min(MAX_WORKERS, cores - 1)
