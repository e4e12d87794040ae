"""What a method is given: the photograph, the style pictures, and who paints which region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.errors import UserError
from stylenets.low_level import match_low_level
from stylenets.optimize.style_picture import StylePicture
from stylenets.regions import BACKGROUND, KEEP

MIN_STYLE_SIDE = 16  # pixels: the deepest layers still have a feature


@dataclass(frozen=True)
class Scene:
    """Everything that a method paints from.

    Args:
        content: The photograph, (1, 3, H, W) RGB in [0, 1].
        styles: {name: (3, h, w)}.
        start: The picture to begin with, like ``content``.
        regions: A partition {label: (H, W)}; empty where the picture is one.
        painted_in: {label: the name of a style, or "keep"}, with the same labels.
        areas: {name of a style: (h, w)} of those of which only a part counts.
    """

    content: Tensor
    styles: dict[str, Tensor]
    start: Tensor
    regions: dict[str, Tensor] = field(default_factory=dict)
    painted_in: dict[str, str] = field(default_factory=dict)
    areas: dict[str, Tensor] = field(default_factory=dict)

    def style_pictures(self) -> dict[str, StylePicture]:
        """The styles by name, each with the part of it that counts."""
        return {
            name: StylePicture(pixels, self.areas.get(name)) for name, pixels in self.styles.items()
        }

    def with_areas(self, areas: Mapping[str, Tensor]) -> Scene:
        """The scene with only a part of some styles: {style, or region that is painted in one}.

        A region's part becomes a style of its own, so that one painting can serve two regions.
        """
        styles = dict(self.styles)
        painted_in = dict(self.painted_in)
        known: dict[str, Tensor] = {}
        for key, area in areas.items():
            name = key
            if key not in styles:
                whole = painted_in[key]
                name = painted_in[key] = f"{whole} {key}"
                styles[name] = self.styles[whole]
            known[name] = area.to(self.content)
        replaced = set(self.painted_in.values()) - set(painted_in.values())
        left = {name: picture for name, picture in styles.items() if name not in replaced}
        return replace(self, styles=left, painted_in=painted_in, areas=known)

    def require_styles(self, method: str, count: int) -> list[StylePicture]:
        """The ``count`` style pictures of ``method``. Raises UserError for fewer or more."""
        if len(self.styles) != count:
            given = ", ".join(self.styles) or "none"
            raise UserError(
                f"method={method} takes {count} style picture{'s' * (count > 1)}, "
                f"and styles= gives {len(self.styles)}: {given}"
            )
        return list(self.style_pictures().values())

    def segments(self, method: str) -> dict[str, tuple[Tensor, StylePicture]]:
        """The regions that are painted.

        Returns:
            {label: (mask (H, W), style picture)}, "background" first.

        Raises:
            UserError: If there are none, one is empty, or one names a style that was not given.
        """
        if not self.regions:
            raise UserError(
                f"method={method} paints regions: "
                "give them, as in 'regions={person:STYLE,background:STYLE}'"
            )
        for label, style in self.painted_in.items():
            self._check_region(label, style)
        styles = self.style_pictures()
        labels = sorted(self.regions, key=lambda label: label != BACKGROUND)
        return {
            label: (self.regions[label], styles[self.painted_in[label]])
            for label in labels
            if self.painted_in[label] != KEEP
        }

    def _check_region(self, label: str, style: str) -> None:
        if style not in (KEEP, *self.styles):
            known = ", ".join(self.styles)
            raise UserError(f"region {label} is to be painted in {style}; the styles are {known}")
        if not float(self.regions[label].max()) > 0.5:
            raise UserError(f"the region {label} is empty: no pixel of the picture belongs to it")

    def with_kept_regions(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W) with the photograph put back in the regions that are kept.

        This is "Mixed Neural Style Transfer", sec. 3.4.
        """
        kept = torch.zeros(picture.shape[-2:], device=self.content.device)
        for label, mask in self.regions.items():
            if self.painted_in[label] == KEEP:
                kept = kept + mask
        return torch.lerp(picture, self.content, kept.to(picture))

    def start_matched(self, match: str) -> Scene:
        """The scene with a start that has the low-level statistics of the styles.

        Each region that is painted gets those of its style; a picture without regions gets those
        of all styles, in equal shares.

        Args:
            match: As of ``match_low_level``.
        """
        photo = self.content[0]
        styles = self.style_pictures()
        parts: dict[str, tuple[Tensor | None, StylePicture | None]]
        if self.regions:
            parts = {
                label: (mask, styles.get(self.painted_in[label]))
                for label, mask in self.regions.items()
            }
        else:
            parts = {name: (None, style) for name, style in styles.items()}
        start = torch.zeros_like(photo)
        for mask, style in parts.values():
            share = 1 / len(parts) if mask is None else mask
            part = photo
            if style is not None:
                part = match_low_level(photo, style.pixels, match, mask, style.area)
            start = start + share * part
        return replace(self, start=start.clamp(0, 1)[None])

    def at_size(self, size: int, start: Tensor | None = None) -> Scene:
        """The scene with everything resized, so that the photograph's shortest side is ``size``.

        Args:
            size: Pixels.
            start: A picture of any size in place of the scene's own start.
        """
        content = images.resize(self.content, size)
        height, width = content.shape[-2:]
        scale = size / min(self.content.shape[-2:])

        def style_side(picture: Tensor) -> int:
            return max(MIN_STYLE_SIDE, round(min(picture.shape[1:]) * scale))

        styles = {
            name: images.resize(picture, style_side(picture))
            for name, picture in self.styles.items()
        }
        regions = {label: masks.resize(mask, height, width) for label, mask in self.regions.items()}
        areas = {
            name: masks.resize(area, *styles[name].shape[1:]) for name, area in self.areas.items()
        }
        start = _stretch(self.start if start is None else start, height, width)
        resized = replace(self, content=content, styles=styles, start=start)
        return replace(resized, regions=regions, areas=areas)


def starting_picture(init: str | Tensor, content: Tensor, seed: int = 0) -> Tensor:
    """The picture to begin with.

    Args:
        init: "content", "noise" (uniform) or a picture (3, h, w), which is stretched to fit.
        content: The photograph, (1, 3, H, W).
        seed: Of the noise.

    Returns:
        (1, 3, H, W), like ``content``.
    """
    if isinstance(init, Tensor):
        return _stretch(init[None].to(content), *content.shape[-2:])
    if init == "noise":
        return torch.rand(content.shape, generator=torch.Generator().manual_seed(seed)).to(content)
    return content.clone()


def composite(pictures: Mapping[str, Tensor], regions: Mapping[str, Tensor]) -> Tensor:
    """{label: (1, 3, H, W)} put together by a partition {label: (H, W)} with the same labels."""
    whole = torch.zeros_like(next(iter(pictures.values())))
    for label, picture in pictures.items():
        whole = whole + regions[label].to(picture) * picture
    return whole


def _stretch(picture: Tensor, height: int, width: int) -> Tensor:
    if picture.shape[-2:] == (height, width):
        return picture
    stretched = torch.nn.functional.interpolate(
        picture, (height, width), mode="bicubic", antialias=True
    )
    return stretched.clamp(0, 1)
