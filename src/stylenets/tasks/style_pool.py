"""So many crops of style pictures, each looked at once, for a training on any style."""

from collections.abc import Callable

import torch
from torch import Tensor

from stylenets.tasks.style_crops import style_crops

Tables = dict[str, Tensor]


class StylePool:
    """Crops of style pictures by number, kept with what an objective compares with.

    So the loss network looks at no crop twice. 2,048 crops of 192 pixels take 4 GB of memory.

    Args:
        pictures: (3, H, W) RGB in [0, 1] each.
        count: How many crops there are.
        size: Of a crop, in pixels.
        seed: What they are drawn by.
    """

    def __init__(self, pictures: list[Tensor], count: int, size: int, seed: int) -> None:
        self.pictures = pictures
        self.count = count
        self.size = size
        self.seed = seed
        self.seen: dict[int, tuple[Tensor, Tables]] = {}

    def crops(
        self, wanted: Tensor, look: Callable[[Tensor], Tables], device: torch.device
    ) -> tuple[Tensor, Tables]:
        """The crops of these numbers and their tables.

        Args:
            wanted: (M,) numbers from 0.
            look: (1, 3, S, S) -> {name: (1, ., .)}.
            device: Where they are to be.

        Returns:
            (M, 3, S, S), and {name: (M, ., .)}.
        """
        chosen = [self._one(number, look, device) for number in wanted.tolist()]
        crops, tables = zip(*chosen, strict=True)
        return torch.cat(crops), {
            name: torch.cat([one[name] for one in tables]) for name in tables[0]
        }

    def _one(
        self, number: int, look: Callable[[Tensor], Tables], device: torch.device
    ) -> tuple[Tensor, Tables]:
        if number not in self.seen:
            crop = style_crops(self.pictures, 1, self.size, self.seed, number).to(device)
            self.seen[number] = (crop, look(crop))
        return self.seen[number]
