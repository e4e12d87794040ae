"""The order of the training samples: a function of (seed, epoch), so that it can start anywhere."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import torch
from torch.utils.data import Sampler

log = logging.getLogger(__name__)
File = TypeVar("File")


def seeded(*numbers: int) -> torch.Generator:
    """A generator that depends on ``numbers`` (each >= 0) only, never on the global state."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))


def limited(files: list[File], limit: int | None, seed: int) -> list[File]:
    """``subset`` of the training pictures; where there are fewer than asked for, it says so."""
    if limit is not None and limit > len(files):
        log.warning("data.limit=%d, and %d pictures are there: all are used", limit, len(files))
    return subset(files, limit, seed)


def subset(files: list[File], count: int | None, seed: int) -> list[File]:
    """``count`` of the files drawn by ``seed``, in the given order.

    All of them where ``count`` is None or too large.
    """
    if count is None or count >= len(files):
        return files
    chosen = torch.randperm(len(files), generator=seeded(seed))[:count].tolist()
    return [files[index] for index in sorted(chosen)]


def hold_out(files: list[File], count: int, seed: int) -> tuple[list[File], list[File]]:
    """Split into (training files, ``count`` held out, drawn by ``seed`` and their names).

    A file more or less moves no other from one part to the other, but for one at the most. At most
    half are held out; a single file is in both.
    """
    if len(files) == 1:
        return files, files
    drawn = sorted(files, key=lambda file: _draw(file, seed))
    chosen = set(drawn[: min(count, len(files) // 2)])
    return (
        [file for file in files if file not in chosen],
        [file for file in files if file in chosen],
    )


def _draw(file: object, seed: int) -> tuple[bytes, str]:
    """A number that depends on the seed and the name of a file, or of the first of several."""
    path = str(file[0] if isinstance(file, tuple) else file)
    name = os.path.basename(path).encode(errors="surrogateescape")
    return hashlib.sha256(b"%d %s" % (seed, name)).digest(), path


class EpochBatches(Sampler[list[tuple[int, int]]]):
    """Batches of keys (epoch, index) in the order permutation(seed, epoch).

    An incomplete last batch is dropped. The length is that of a whole epoch wherever a pass starts,
    because Lightning goes on counting at the batch where it was interrupted.

    Args:
        samples: How many there are.
        batch_size: Of all processes together.
        seed: What the order is drawn by.
        position: Gives (epoch, samples of it already seen); asked once per pass.
        rank: This process, which gets every ``world_size``-th sample of a batch.
        world_size: How many processes there are.
    """

    def __init__(
        self,
        samples: int,
        batch_size: int,
        seed: int,
        position: Callable[[], tuple[int, int]],
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.samples = samples
        self.batch_size = batch_size
        self.seed = seed
        self.position = position
        self.rank = rank
        self.world_size = world_size

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        epoch, start = self.position()
        order = torch.randperm(self.samples, generator=seeded(self.seed, epoch)).tolist()
        for first in range(start, self.samples - self.batch_size + 1, self.batch_size):
            batch = order[first : first + self.batch_size]
            yield [(epoch, index) for index in batch[self.rank :: self.world_size]]

    def __len__(self) -> int:
        return self.samples // self.batch_size
