"""The order of the training samples: a pure function of (seed, epoch), so that it can start anywhere."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.utils.data import Sampler


def seeded(*numbers: int) -> torch.Generator:
    """A generator that depends on ``numbers`` (each >= 0) only, never on the global random state."""
    state = np.random.SeedSequence(numbers).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))


def subset(files: list, count: int | None, seed: int) -> list:
    """``count`` of the files drawn by ``seed``, in the given order; all of them where ``count`` is None or too large."""
    if count is None or count >= len(files):
        return files
    chosen = torch.randperm(len(files), generator=seeded(seed))[:count].tolist()
    return [files[i] for i in sorted(chosen)]


class EpochBatches(Sampler[list[tuple[int, int]]]):
    """Batches of keys (epoch, index) in the order permutation(seed, epoch), incomplete last batch dropped.

    ``position()`` gives (epoch, samples of it already seen) and is asked once per pass. ``batch_size`` is the batch of all
    processes together: process ``rank`` of ``world_size`` gets every ``world_size``-th of it. The length is that of a
    whole epoch wherever a pass starts, because Lightning goes on counting at the batch where it was interrupted.
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
            yield [
                (epoch, index)
                for index in order[first + self.rank : first + self.batch_size : self.world_size]
            ]

    def __len__(self) -> int:
        return self.samples // self.batch_size
