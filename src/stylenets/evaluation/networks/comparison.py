"""Networks of every family on the same photographs and styles: what is compared, and found."""

from dataclasses import dataclass, field
from statistics import median

from torch import Tensor

from stylenets.checkpoints import Network
from stylenets.evaluation.networks.training_facts import TrainingFacts, read_training_facts
from stylenets.inference.rows import RowStylizer
from stylenets.inference.swapping import SwapStylizer
from stylenets.styles import StyleBank

PHOTO = ("", "")  # stands for the photograph among the shown pictures of (entry, style)


@dataclass(frozen=True)
class Entry:
    """A network in the comparison.

    Args:
        name: Under which it is compared.
        network: The network itself.
        stylizer: What paints with it.
        styles: In which of the compared styles.
        bytes: The size of its file.
    """

    name: str
    network: Network
    stylizer: RowStylizer | SwapStylizer
    styles: list[str]
    bytes: int

    @property
    def family(self) -> str:
        """per-style, multi-style or arbitrary-style."""
        return self.network.family

    @property
    def training(self) -> TrainingFacts:
        """From the network's metadata, of which nothing is taken for granted."""
        return read_training_facts(self.network.training)

    @property
    def parameters(self) -> int:
        """Trained numbers, those of all its styles included."""
        return sum(parameter.numel() for parameter in self.stylizer.net.parameters())

    @property
    def encoder_parameters(self) -> int:
        """Numbers of the frozen VGG that it needs beside its own; 0 where it needs none."""
        if not isinstance(self.stylizer, SwapStylizer):
            return 0
        vgg = self.stylizer.vgg
        last = self.stylizer.net.layer.removeprefix("relu")
        names = [layer.removeprefix("conv") for layer in vgg.layers if layer.startswith("conv")]
        needed = names[: names.index(last) + 1]
        tensors = [getattr(vgg, f"{kind}{name}") for name in needed for kind in ("kernel", "bias")]
        return sum(tensor.numel() for tensor in tensors)


@dataclass(frozen=True)
class PictureLosses:
    """Losses of weight 1 of one picture.

    Args:
        entry: The network that made it; None: it is the photograph itself.
        style: In which style; None: the photograph.
        photo: From which photograph.
        content: Content loss.
        distances: Style loss to each compared style.
    """

    entry: str | None
    style: str | None
    photo: str
    content: float
    distances: list[float]


@dataclass
class NetworkComparison:
    """All that was measured.

    Args:
        entries: The networks.
        bank: The compared styles.
        losses: Of every picture.
        seconds: Of each inference, by entry and size.
        shown: Pictures (3, H, W) by photograph, then by entry and style; PHOTO: the photograph.
    """

    entries: list[Entry]
    bank: StyleBank
    losses: list[PictureLosses] = field(default_factory=list)
    seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    shown: dict[str, dict[tuple[str, str], Tensor]] = field(default_factory=dict)

    @property
    def styles(self) -> list[str]:
        """Names of the compared styles, in the order of ``PictureLosses.distances``."""
        return self.bank.names

    def of(self, entry: Entry, style: str) -> list[PictureLosses]:
        """The losses of one network's pictures in one style."""
        wanted = (entry.name, style)
        return [one for one in self.losses if (one.entry, one.style) == wanted]

    def of_photographs(self) -> list[PictureLosses]:
        """The losses of the photographs themselves."""
        return [one for one in self.losses if one.entry is None]

    def pairs(self) -> list[tuple[Entry, str]]:
        """Every network with each of its styles."""
        return [(entry, style) for entry in self.entries for style in entry.styles]

    def milliseconds(self, entry: Entry, size: int) -> float:
        """The median for a picture, which a slow one does not move."""
        return 1000 * median(self.seconds[entry.name, size])

    def sizes(self) -> list[int]:
        """Sides of the pictures that were timed."""
        return list(dict.fromkeys(size for _, size in self.seconds))

    def painted_styles(self) -> list[str]:
        """The compared styles that some network paints."""
        painted = {style for entry in self.entries for style in entry.styles}
        return [style for style in self.styles if style in painted]
