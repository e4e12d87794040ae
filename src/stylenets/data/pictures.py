"""Pictures as samples: square crops that never squash the aspect, and what happens to files that cannot be read."""

import logging
import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from stylenets import images
from stylenets.data.cache import Cache
from stylenets.data.order import seeded
from stylenets.errors import UserError

log = logging.getLogger(__name__)


class Pictures(Dataset):
    """Square crops of picture files: (epoch, index) or index -> {"image": (3, size, size) RGB in [0, 1], "index", "bad"}.

    ``scale``: (low, high) side of the random crop as a fraction of the shortest side; None takes the center crop, unflipped.
    ``flip``: mirror every second training crop. ``samples``: length of an epoch; beyond the number of files they repeat.
    ``max_bad``: fraction of the files that may be unreadable. One that is, is replaced by the next; "bad" says why.
    ``cache``: what reads the pictures, None: ``images``.
    """

    def __init__(
        self,
        files: list,
        size: int,
        scale: tuple[float, float] | None,
        flip: bool,
        seed: int,
        samples: int | None,
        max_bad: float,
        cache: Cache | None = None,
    ) -> None:
        self.files = files
        self.size = size
        self.scale = scale
        self.flip = flip
        self.seed = seed
        self.samples = samples or len(files)
        self.reader = images if cache is None else cache
        self.allowed_bad = min(math.ceil(max_bad * len(files)), len(files) - 1)

    def read(self, file: Any, size: int, down: float, right: float) -> dict[str, Tensor]:
        """One file -> layers (C, self.size, self.size), as ``images.read_square``. Raises UserError where it is unreadable."""
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

    def _crop(self, file: Any, epoch: int, index: int) -> dict[str, Tensor]:
        if self.scale is None:
            fraction, down, right, mirror = 1.0, 0.5, 0.5, 1.0
        else:
            draw, down, right, mirror = torch.rand(
                4, generator=seeded(self.seed, epoch, index)
            ).tolist()
            fraction = self.scale[0] + (self.scale[1] - self.scale[0]) * draw
        layers = self.read(file, round(self.size / fraction), down, right)
        return (
            {name: layer.flip(-1) for name, layer in layers.items()}
            if self.flip and mirror < 0.5
            else layers
        )


def collate(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Samples -> one batch; "bad" is the list of all their complaints, samples without a picture are left out."""
    bad = [complaint for sample in samples for complaint in sample.pop("bad")]
    whole = [sample for sample in samples if sample]
    return (default_collate(whole) if whole else {}) | {"bad": bad}


class PictureLoader(DataLoader):
    """Batches of Pictures; names each unreadable file once and raises UserError when there are more than the set allows."""

    def __init__(self, dataset: Pictures, **settings: Any) -> None:
        self.bad: list[str] = []
        super().__init__(dataset, collate_fn=collate, **settings)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in super().__iter__():
            self._report(batch.pop("bad"))
            yield batch

    def _report(self, complaints: list[str]) -> None:
        for complaint in complaints:
            if complaint not in self.bad:
                self.bad.append(complaint)
                log.warning(
                    "skipped: %s (%d of %d files so far)",
                    complaint,
                    len(self.bad),
                    len(self.dataset.files),
                )
        if len(self.bad) > self.dataset.allowed_bad:
            few = "; ".join(self.bad[:3])
            raise UserError(
                f"{len(self.bad)} of {len(self.dataset.files)} files cannot be used, {self.dataset.allowed_bad} may be: {few}"
                " (repair or remove them, or raise data.max_bad)"
            )

    def state_dict(self) -> dict[str, Any]:
        """Empty: the data module keeps the position. Having it tells Lightning that this loader can resume in mid-epoch."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to load: see state_dict."""
