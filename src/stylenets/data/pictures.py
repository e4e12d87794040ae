"""Pictures as samples: square crops that never squash the aspect, and files that cannot be read."""

import logging
import math
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from stylenets import images
from stylenets.data.cache import PictureCache
from stylenets.data.order import seeded
from stylenets.errors import UserError

log = logging.getLogger(__name__)
GRACE = 30  # seconds that a loader process has after a signal


class Reader(Protocol):
    """What reads picture files: the room ``images``, or a cache."""

    def read(self, path: str | Path, size: int) -> Tensor:
        """A picture at shortest side ``size`` -> (3, H, W) in [0, 1]."""
        ...

    def read_square(
        self, path: str | Path, size: int, side: int, down: float, right: float
    ) -> Tensor:
        """A square of it -> (3, side, side) in [0, 1]."""
        ...


class Pictures(Dataset[dict[str, Any]]):
    """Square crops of picture files.

    A key (epoch, index), or an index, gives "image": (3, size, size) RGB in [0, 1], "index", and
    "bad": why files could not be read, in place of which the next was taken.

    Args:
        files: The pictures, each as ``read`` takes it.
        size: Side of the crops in pixels.
        scale: (low, high) side of the random crop as a fraction of the picture's shortest side;
            None: the central square, not mirrored.
        flip: Whether to mirror every second random crop.
        seed: What the crops are drawn by.
        samples: Length of an epoch; beyond the number of files they repeat. None: one a file.
        max_bad: Fraction of the files that may be unreadable.
        cache: What reads the pictures; None: they are decoded every time.
    """

    def __init__(
        self,
        files: list[Any],
        size: int,
        scale: tuple[float, float] | None,
        flip: bool,
        seed: int,
        samples: int | None,
        max_bad: float,
        cache: PictureCache | None = None,
    ) -> None:
        self.files = files
        self.size = size
        self.scale = scale
        self.flip = flip
        self.seed = seed
        self.samples = samples or len(files)
        self.reader: Reader = images if cache is None else cache
        self.allowed_bad = min(math.ceil(max_bad * len(files)), len(files) - 1)

    def read(self, file: Any, size: int, down: float, right: float) -> dict[str, Tensor]:
        """Read the layers of a file, each (C, self.size, self.size), as ``images.read_square``.

        Raises:
            UserError: If it cannot be read.
        """
        return {"image": self.reader.read_square(file, size, self.size, down, right)}

    def __len__(self) -> int:
        return self.samples

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, Any]:
        epoch, index = key if isinstance(key, tuple) else (0, key)
        bad: list[str] = []
        while len(bad) <= self.allowed_bad:
            file = self.files[(index + len(bad)) % len(self.files)]
            try:
                return self._crop(file, epoch, index) | {"index": index, "bad": bad}
            except UserError as error:
                bad.append(str(error))
        return {"bad": bad}  # more than are allowed: the loader raises, outside the worker process

    def _crop(self, file: Any, epoch: int, index: int) -> dict[str, Any]:
        if self.scale is None:
            return self.read(file, self.size, 0.5, 0.5)
        generator = seeded(self.seed, epoch, index)
        draw, down, right, mirror = torch.rand(4, generator=generator).tolist()
        low, high = self.scale
        fraction = low + (high - low) * draw
        layers = self.read(file, round(self.size / fraction), down, right)
        if not self.flip or mirror >= 0.5:
            return layers
        return {name: layer.flip(-1) for name, layer in layers.items()}


def collate(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Samples -> one batch; those without a picture are left out, "bad" has all complaints."""
    bad = [complaint for sample in samples for complaint in sample.pop("bad")]
    readable = [sample for sample in samples if sample]
    batch = default_collate(readable) if readable else {}
    return batch | {"bad": bad}


def outlive_signals(worker: int) -> None:
    """Let a loader process go on for a while after a signal to its whole group.

    The training ends with its step then, and needs that step's pictures. A signal that the training
    ignores, as nohup has it, does nothing here either.
    """

    def end_later(number: int, frame: FrameType | None) -> None:
        if hasattr(signal, "alarm"):
            signal.alarm(GRACE)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end_later)


class PictureLoader(DataLoader[dict[str, Any]]):
    """Batches of Pictures; names each unreadable file once.

    Raises UserError where there are more of them than the set allows.
    """

    def __init__(self, dataset: Pictures, **settings: Any) -> None:
        self.pictures = dataset
        self.bad: list[str] = []
        super().__init__(dataset, collate_fn=collate, worker_init_fn=outlive_signals, **settings)

    def __iter__(self) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # a generator
        for batch in super().__iter__():
            complaints = batch.pop("bad")
            self._report(complaints)
            if "image" not in batch:
                raise UserError(f"no picture of a batch can be used: {complaints[0]}")
            yield batch

    def _report(self, complaints: list[str]) -> None:
        count = len(self.pictures.files)
        allowed = self.pictures.allowed_bad
        for complaint in complaints:
            if complaint not in self.bad:
                self.bad.append(complaint)
                log.warning("skipped: %s (%d of %d files so far)", complaint, len(self.bad), count)
        if len(self.bad) > allowed:
            few = "; ".join(self.bad[:3])
            raise UserError(
                f"{len(self.bad)} of {count} files cannot be used, {allowed} may be: {few}"
                " (repair or remove them, or raise data.max_bad)"
            )

    def state_dict(self) -> dict[str, Any]:
        """Empty: the data module keeps the position.

        Having it tells Lightning that this loader can resume in mid-epoch.
        """
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to load: see state_dict."""
