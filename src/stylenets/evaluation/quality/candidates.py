"""What paints the pictures that are judged: networks, and peers of others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from stylenets.evaluation.networks.comparison import Entry
from stylenets.styles import StyleBank

Paint = Callable[[Tensor, str], Tensor]  # a photograph (3, H, W) and a style's name -> (3, H, W)


@dataclass(frozen=True)
class Candidate:
    """Something that paints photographs.

    Args:
        name: Under which its pictures are judged.
        styles: In which it paints.
        paint: How it does.
        rescales: Whether it brings every picture to one size to paint it.
    """

    name: str
    styles: list[str]
    paint: Paint
    rescales: bool = False

    def in_style(self, style: str) -> Callable[[Tensor], Tensor]:
        """What paints a photograph in that style."""
        return lambda photo: self.paint(photo, style)


def network_candidate(entry: Entry) -> Candidate:
    """A network of any family as a candidate."""
    stylizer = entry.stylizer

    def paint(photo: Tensor, style: str) -> Tensor:
        return stylizer.stylize(photo, stylizer.weights({style: 1.0}))

    return Candidate(entry.name, entry.styles, paint)


def painted_styles(networks: Sequence[Candidate], bank: StyleBank) -> StyleBank:
    """Those styles of the bank that some network paints, in the bank's order."""
    painted = {style for network in networks for style in network.styles}
    order = [number for number, name in enumerate(bank.names) if name in painted]
    return StyleBank(
        [bank.names[k] for k in order],
        [bank.pictures[k] for k in order],
        [bank.coefficients[k] for k in order],
    )
