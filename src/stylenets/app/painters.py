"""The networks that the app offers: each is loaded when it is first chosen, and stays."""

import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from torch import Tensor

from stylenets import checkpoints, images, photos
from stylenets.app.settings import AppSettings
from stylenets.errors import UserError
from stylenets.inference.predicted import PredictedStylizer
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.styles import StyleBank

OWN = "your picture"  # the one style of a network for any style
STYLE_SIZE = 512  # pixels, the shortest side of a style picture, as Stylizer has it
TILE = 192  # pixels, the shortest side of what a style is shown by
SAMPLE = 3  # of the bundled photographs: the cup of coffee


class OfferedNetwork:
    """A network that can be chosen.

    Args:
        file: Where it is.
        device: Where it computes.
    """

    def __init__(self, file: Path, device: str) -> None:
        self.file = file
        self.device = device
        self.lock = threading.RLock()

    @property
    def painter(self) -> Stylizer:
        """What paints in its own styles; loaded once, whoever asks first."""
        with self.lock:
            return self._painter

    @property
    def takes_pictures(self) -> bool:
        """Whether its style is a picture."""
        return isinstance(self.painter.painter, PredictedStylizer | SwapStylizer)

    @property
    def styles(self) -> list[str]:
        """What can be chosen."""
        return [OWN] if self.takes_pictures else self.painter.styles

    @property
    def tiles(self) -> dict[str, Tensor]:
        """{style: a photograph in it}, by which to choose; none where the style is a picture."""
        with self.lock:
            return {} if self.takes_pictures else self._tiles

    def with_picture(self, picture: Tensor) -> Stylizer:
        """What paints in the style ``OWN``, that of a picture (3, H, W).

        Raises:
            UserError: The network has styles of its own alone.
        """
        painter = self.painter.painter
        if not isinstance(painter, PredictedStylizer | SwapStylizer):
            raise UserError("this network has styles of its own, and takes no picture")
        return Stylizer(painter.with_styles(StyleBank([OWN], [picture], [1.0])))

    @cached_property
    def _painter(self) -> Stylizer:
        return Stylizer.load(checkpoints.load(self.file), self.device)

    @cached_property
    def _tiles(self) -> dict[str, Tensor]:
        photo = images.read(photos.bundled_photos()[SAMPLE], TILE)
        return {style: self._painter(photo, style) for style in self._painter.styles}


def offered_networks(settings: AppSettings) -> dict[str, OfferedNetwork]:
    """The networks by their names; the first is loaded already, so that a mistake shows at once."""
    offered = {
        name: OfferedNetwork(file, settings.device) for name, file in settings.networks.items()
    }
    next(iter(offered.values())).painter  # noqa: B018  # is loaded by being asked for
    return offered


def chosen(offered: Mapping[str, OfferedNetwork], name: str) -> OfferedNetwork:
    """The network of this name. Raises UserError where it is not offered."""
    if name not in offered:
        raise UserError(f"unknown network {name!r}: choose one of {', '.join(offered)}")
    return offered[name]
