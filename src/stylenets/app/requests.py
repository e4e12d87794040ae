"""What somebody asks of the app, and the picture that ``stylenets.Stylizer`` makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from stylenets.app.deadline import deadline
from stylenets.app.painters import STYLE_SIZE, OfferedNetwork, chosen
from stylenets.app.regions import RegionChoice
from stylenets.app.settings import Limits
from stylenets.app.uploads import read_upload
from stylenets.errors import UserError
from stylenets.inference.stylizer import Stylizer

AS_IT_IS = "as it is"
SIZES = ("256", "512", "768", "1024", "1536", "2048", AS_IT_IS)  # shortest side in pixels


@dataclass(frozen=True)
class Look:
    """How to paint, as the page's controls say it, in their order.

    Attributes:
        network: The name of an offered network.
        style: One of its styles.
        second: Another, mixed in; "" for none.
        share: Of the second, from 0 to 1.
        style_picture: An uploaded file, for a network for any style.
        strength: From 0, the photograph, to 1.
        stroke: A factor on the size of strokes.
        colors: "style", "photo" or "match".
        size: One of ``SIZES``.
    """

    network: str
    style: str
    second: str
    share: float
    style_picture: str | None
    strength: float
    stroke: float
    colors: str
    size: str

    @property
    def mix(self) -> dict[str, float]:
        """{style: share} of what is shown."""
        if not self.style:
            raise UserError("choose a style")
        if not self.second or self.second == self.style or self.share == 0:
            return {self.style: 1.0}
        return {self.style: 1 - self.share, self.second: self.share}

    @property
    def shortest(self) -> int | None:
        """The shortest side to paint at; None: as the photograph is."""
        if self.size not in SIZES:
            raise UserError(f"size={self.size}: must be one of {', '.join(SIZES)}")
        return None if self.size == AS_IT_IS else int(self.size)

    @property
    def controls(self) -> dict[str, Any]:
        """What Stylizer takes by name."""
        return {"strength": self.strength, "colors": self.colors, "stroke": self.stroke}

    @property
    def title(self) -> str:
        """What the picture is called."""
        return "_".join(self.mix).replace(" ", "_")


class Easel:
    """Paints what is asked for, within the limits.

    Args:
        offered: The networks that can be chosen.
        limits: What one person may ask.
    """

    def __init__(self, offered: Mapping[str, OfferedNetwork], limits: Limits) -> None:
        self.offered = offered
        self.limits = limits

    def painter(self, look: Look) -> Stylizer:
        """The network of a look, with its style picture where it takes one."""
        network = chosen(self.offered, look.network)
        if not network.takes_pictures:
            return network.painter
        picture = read_upload(look.style_picture, self.limits, STYLE_SIZE, "a style picture")
        return network.with_picture(picture)

    def paint(
        self, photo: str | None, look: Look, choice: RegionChoice | None = None
    ) -> tuple[Tensor, Tensor]:
        """Paint an uploaded photograph -> it and its painting, (3, H, W) each.

        Args:
            photo: Where Gradio put it; None: nothing was uploaded.
            look: How to paint it.
            choice: What becomes of its regions.

        Raises:
            UserError: In one line, whatever was wrong.
        """
        with deadline(self.limits.seconds):
            picture = read_upload(photo, self.limits, look.shortest)
            painter = self.painter(look)
            masks = (choice or RegionChoice()).masks(picture, str(painter.painter.device))
            if choice is None or not masks:
                return picture, painter(picture, look.mix, **look.controls)
            looks = choice.looks(list(masks), look.mix)
            return picture, painter(picture, regions=looks, masks=masks, **look.controls)
