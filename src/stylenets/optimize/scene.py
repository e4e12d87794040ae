"""What a method is given: the photograph, the style pictures, who paints which region, and the picture to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.errors import UserError
from stylenets.regions import BACKGROUND, KEEP


@dataclass(frozen=True)
class Scene:
    """content and start: (1, 3, H, W) RGB in [0, 1]; styles: {name: (3, h, w)}.

    regions: a partition {label: (H, W)}, empty where the picture is one; painted_in: {label: style name or "keep"} for the same labels.
    """

    content: Tensor
    styles: dict[str, Tensor]
    start: Tensor
    regions: dict[str, Tensor] = field(default_factory=dict)
    painted_in: dict[str, str] = field(default_factory=dict)

    def only_styles(self, method: str, count: int) -> list[Tensor]:
        """The ``count`` style pictures that ``method`` takes. Raises UserError where there are fewer or more."""
        if len(self.styles) != count:
            given = ", ".join(self.styles) or "none"
            raise UserError(
                f"method={method} takes {count} style picture{'s' * (count > 1)}, and styles= gives {len(self.styles)}: {given}"
            )
        return list(self.styles.values())

    def segments(self, method: str) -> dict[str, tuple[Tensor, Tensor]]:
        """{label: (mask (H, W), style picture (3, h, w))} of the regions that are painted, "background" first.

        Raises UserError where there are none, one is empty, or one names a style that was not given.
        """
        if not self.regions:
            raise UserError(
                f"method={method} paints regions: give them, as in 'regions={{person:STYLE,background:STYLE}}'"
            )
        for label, style in self.painted_in.items():
            if style not in (KEEP, *self.styles):
                raise UserError(
                    f"region {label} is to be painted in {style}; the styles are {', '.join(self.styles)}"
                )
            if not float(self.regions[label].max()) > 0.5:
                raise UserError(
                    f"the region {label} is empty: no pixel of the picture belongs to it"
                )
        labels = sorted(self.regions, key=lambda label: label != BACKGROUND)
        return {
            label: (self.regions[label], self.styles[self.painted_in[label]])
            for label in labels
            if self.painted_in[label] != KEEP
        }

    def finish(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W) -> the same with the photograph put back in the regions that are kept (seed 004, sec. 3.4)."""
        kept = sum(
            (mask for label, mask in self.regions.items() if self.painted_in[label] == KEEP),
            torch.zeros(picture.shape[-2:]),
        )
        return torch.lerp(picture, self.content, kept.to(picture))

    def at_size(self, size: int, start: Tensor | None) -> Scene:
        """Everything smaller or larger so that the photograph's shortest side is ``size``; ``start`` (any size) in place of this start."""
        content = images.resize(self.content, size)
        scale = size / min(self.content.shape[-2:])
        height, width = content.shape[-2:]
        return replace(
            self,
            content=content,
            start=_fitted(self.start if start is None else start, height, width),
            styles={
                name: images.resize(picture, max(16, round(min(picture.shape[1:]) * scale)))
                for name, picture in self.styles.items()
            },
            regions={
                label: masks.resize(mask, height, width) for label, mask in self.regions.items()
            },
        )


def beginning(init: str | Tensor, content: Tensor, seed: int = 0) -> Tensor:
    """ "content", "noise" (uniform, from ``seed``) or a picture (3, h, w), stretched to fit -> a start like ``content`` (1, 3, H, W)."""
    if isinstance(init, Tensor):
        return _fitted(init[None].to(content), *content.shape[-2:])
    if init == "noise":
        return torch.rand(content.shape, generator=torch.Generator().manual_seed(seed)).to(content)
    return content.clone()


def composite(pictures: Mapping[str, Tensor], regions: Mapping[str, Tensor]) -> Tensor:
    """{label: (1, 3, H, W)} put together by a partition {label: (H, W)} with the same labels."""
    return sum(regions[label].to(picture) * picture for label, picture in pictures.items())


def _fitted(picture: Tensor, height: int, width: int) -> Tensor:
    if picture.shape[-2:] == (height, width):
        return picture
    return torch.nn.functional.interpolate(
        picture, (height, width), mode="bicubic", antialias=True
    ).clamp(0, 1)
