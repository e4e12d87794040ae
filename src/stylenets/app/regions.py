"""Regions with a look of their own: found by a segmenter, or painted with the brush."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.cli.regions import load_segmenter
from stylenets.errors import UserError
from stylenets.regions import KEEP
from stylenets.segmentation import LABELS, Segmenter
from stylenets.segmentation.partition import FEATHER, find_regions

COLORS = {"red": 0xE53935, "green": 0x43A047, "blue": 0x1E88E5}  # of the brush
WHITE = 0xFFFFFF  # what no stroke has touched
PAINTED = "as the style says"  # the rest of the picture, outside of all regions
FOUND = {
    f"{label} ({name})": (name, label) for name, all_ in LABELS.items() for label in all_ or ()
}


@dataclass(frozen=True)
class RegionChoice:
    """What becomes of parts of the photograph, as the page's controls say it, in their order.

    Attributes:
        found: One of ``FOUND``, "" for none.
        look: What becomes of it: "keep" or a style.
        strokes: Pictures of the brush's strokes, each the bytes of a file.
        red: What becomes of what is painted red.
        green: Of what is painted green.
        blue: Of what is painted blue.
        rest: ``PAINTED`` or "keep".
    """

    found: str = ""
    look: str = KEEP
    strokes: Sequence[bytes] | None = None
    red: str = KEEP
    green: str = KEEP
    blue: str = KEEP
    rest: str = PAINTED

    def looks(
        self, parts: Sequence[str], rest: dict[str, float]
    ) -> dict[str, str | dict[str, float]]:
        """{region: look} for these parts and the background, whose style is ``rest``."""
        named: dict[str, str | dict[str, float]] = {
            part: getattr(self, part) if part in COLORS else self.look for part in parts
        }
        return named | {"background": KEEP if self.rest == KEEP else rest}

    def masks(self, picture: Tensor, device: str) -> dict[str, Tensor]:
        """{region: (H, W)}, feathered, of what was found and painted; a stroke goes over the rest.

        Raises:
            UserError: What was to be found is not there, or the model that finds it; or nothing is
                painted in a color that has a look.
        """
        height, width = picture.shape[1:]
        parts = {}
        for color, mask in brushed(self.strokes or ()).items():
            large = masks.resize(mask, height, width)
            parts[color] = masks.feather(large, FEATHER * min(height, width))
        if self.found:
            if self.found not in FOUND:
                raise UserError(f"{self.found!r} cannot be found: choose from the list")
            name, label = FOUND[self.found]
            found = find_regions(_segmenter(name, device), picture, [label])[label]
            painted = torch.stack([torch.zeros_like(found), *parts.values()]).sum(0)
            parts[label] = found * (1 - painted.clamp(max=1))
        self._refuse_unused(parts)
        return parts

    def _refuse_unused(self, parts: Collection[str]) -> None:
        for color in COLORS:
            if color not in parts and getattr(self, color) != KEEP:
                raise UserError(f"nothing is painted {color}: paint on the photo, or choose {KEEP}")
        if not parts and self.rest == KEEP:
            raise UserError(f"all of the photo is the rest, which is {KEEP}: paint a region first")


def brushed(strokes: Sequence[bytes]) -> dict[str, Tensor]:
    """Layers with strokes in ``COLORS`` -> {color: (H, W) of 0 and 1}, of the colors there are.

    A pixel has the color that is nearest, so that the soft edge of a stroke is all of one color.
    """
    parts: dict[str, Tensor] = {}
    palette = _rgb(torch.tensor([WHITE, *COLORS.values()]))
    for layer in strokes:
        values = images.read_values(layer, colors=True)
        nearest = torch.cdist(_rgb(values).flatten(0, 1), palette).argmin(1).view(values.shape)
        for number, color in enumerate(COLORS, 1):
            mask = (nearest == number).float()
            if mask.any():
                parts[color] = torch.maximum(mask, parts[color]) if color in parts else mask
    return parts


def _rgb(values: Tensor) -> Tensor:
    """0xRRGGBB as (…, 3) in [0, 255]."""
    return torch.stack([values >> 16, (values >> 8) & 255, values & 255], -1).float()


@cache
def _segmenter(name: str, device: str) -> Segmenter:
    return load_segmenter(name, device)
