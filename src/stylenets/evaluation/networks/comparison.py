"""Trained networks of every family side by side on the same photographs and styles: losses, and time by size of the picture."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import torch
from torch import Tensor

from stylenets import images
from stylenets.checkpoints import Network
from stylenets.errors import UserError
from stylenets.evaluation.networks.training_facts import TrainingFacts, read
from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.inference.stylizer import Stylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.styles import StyleBank

FAMILIES = {
    "johnson": "per-style",
    "cin": "multi-style",
    "inverse": "arbitrary-style",
}  # by the network's name in NETS


@dataclass(frozen=True)
class Entry:
    """A network in the comparison: under which name, what paints with it, in which of the compared ``styles``, and its file's size."""

    name: str
    network: Network
    stylizer: Stylizer | SwapStylizer
    styles: list[str]
    bytes: int

    @property
    def family(self) -> str:
        """per-style, multi-style or arbitrary-style."""
        return FAMILIES[self.network.name]

    @property
    def training(self) -> TrainingFacts:
        """From the network's metadata, of which nothing is taken for granted."""
        return read(self.network.training)

    @property
    def parameters(self) -> int:
        """Trained numbers, those of all its styles included."""
        return sum(parameter.numel() for parameter in self.stylizer.net.parameters())

    @property
    def encoder_parameters(self) -> int:
        """Numbers of the frozen VGG that an inverse network needs beside its own; 0 for the other families."""
        if not isinstance(self.stylizer, SwapStylizer):
            return 0
        vgg, last = self.stylizer.vgg, self.stylizer.net.layer.removeprefix("relu")
        names = [layer.removeprefix("conv") for layer in vgg.layers if layer.startswith("conv")]
        needed = names[: names.index(last) + 1]
        return sum(
            getattr(vgg, f"{kind}{name}").numel() for name in needed for kind in ("kernel", "bias")
        )


@dataclass(frozen=True)
class Sample:
    """A picture made from ``photo``: losses of weight 1; ``distances``: to each compared style. Without entry: the photo itself."""

    entry: str | None
    style: str | None
    photo: str
    content: float
    distances: list[float]


@dataclass
class Comparison:
    """All that was measured; ``seconds`` by entry and size; ``shown``: pictures by photo, entry and style; ("", "") is the photo."""

    entries: list[Entry]
    bank: StyleBank
    samples: list[Sample] = field(default_factory=list)
    seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    shown: dict[str, dict[tuple[str, str], Tensor]] = field(default_factory=dict)

    @property
    def styles(self) -> list[str]:
        """Names of the compared styles, in the order of ``Sample.distances``."""
        return self.bank.names

    def of(self, entry: str | None, style: str | None) -> list[Sample]:
        """The samples of one network in one style; of None and None, the photographs."""
        return [sample for sample in self.samples if (sample.entry, sample.style) == (entry, style)]

    def pictures(self) -> list[tuple[Entry, str]]:
        """Every network with each of its styles."""
        return [(entry, style) for entry in self.entries for style in entry.styles]

    def milliseconds(self, entry: str, size: int) -> float:
        """The median for a picture, which a slow one does not move."""
        return 1000 * median(self.seconds[entry, size])

    def sizes(self) -> list[int]:
        """Sides of the pictures that were timed."""
        return list(dict.fromkeys(size for _, size in self.seconds))


def own_styles(name: str, network: Network, compared: Sequence[str]) -> list[str]:
    """Those of the compared styles that a network paints. Raises UserError, naming it ``name``, where there is none."""
    if network.name == "inverse":
        return list(compared)
    if not (shared := [style for style in compared if style in network.styles]):
        raise UserError(
            f"{name} knows {', '.join(network.styles)}, none of the compared styles {', '.join(compared)}: give styles.images= or styles.root="
        )
    return shared


def steps(entries: Sequence[Entry], photos: int, sizes: Sequence[int], repeats: int) -> int:
    """How often ``measure`` and ``measure_time`` together will call ``advance``."""
    return photos * sum(len(entry.styles) for entry in entries) + len(entries) * len(sizes) * (
        repeats + 1
    )


def measure_time(
    entries: Sequence[Entry],
    photo: Tensor,
    sizes: Sequence[int],
    repeats: int,
    advance: Callable[[], None] = lambda: None,
) -> dict[tuple[str, int], list[float]]:
    """{(entry, size): seconds of each of ``repeats`` whole inferences} of the square photo (3, m, m) at each size.

    The entries take turns, so that what else the machine does falls on all of them; a first turn is not counted. A picture goes to the
    device and comes back; an inverse network reads the style picture's features anew. Raises UserError where the memory does not suffice.
    """
    seconds: dict[tuple[str, int], list[float]] = {}
    for size in sizes:
        picture = images.resize(photo, size)
        for repeat in range(repeats + 1):
            for entry in entries:
                taken = _seconds(entry, picture)
                if repeat:
                    seconds.setdefault((entry.name, size), []).append(taken)
                advance()
    return seconds


def measure(
    entries: Sequence[Entry],
    bank: StyleBank,
    criterion: PerceptualLoss,
    photos: dict[str, Tensor],
    show: int,
    advance: Callable[[], None] = lambda: None,
) -> Comparison:
    """The losses of every entry's picture of every photo (3, H, W) in each of its styles, to each of ``bank``, the criterion's own.

    ``show``: of how many photos the pictures are kept.
    """
    comparison = Comparison(list(entries), bank)
    for photo_name, photo in photos.items():
        yardstick, shown = Yardstick(criterion, photo), {("", ""): photo}
        comparison.samples.append(_sample(yardstick, None, None, photo_name, photo))
        for entry in entries:
            for style in entry.styles:
                picture = entry.stylizer.stylize(photo, entry.stylizer.weights({style: 1.0}))
                comparison.samples.append(
                    _sample(yardstick, entry.name, style, photo_name, picture)
                )
                shown[entry.name, style] = picture
                advance()
        if len(comparison.shown) < show:
            comparison.shown[photo_name] = shown
    return comparison


@torch.no_grad()
def _sample(
    yardstick: Yardstick, entry: str | None, style: str | None, photo: str, picture: Tensor
) -> Sample:
    losses = yardstick.losses(picture[None], list(range(len(yardstick.criterion.coefficients))))
    return Sample(entry, style, photo, float(losses["content"]), losses["style"].tolist())


def _seconds(entry: Entry, picture: Tensor) -> float:
    weights = entry.stylizer.weights({entry.styles[0]: 1.0})
    start = time.perf_counter()
    try:
        entry.stylizer.stylize(picture, weights)
    except UserError as error:
        raise UserError(f"{entry.name} at sizes=[{picture.shape[1]}]: {error}") from error
    return time.perf_counter() - start
