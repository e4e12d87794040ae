"""What stands in a comparison: how it paints, and plain facts on what it is."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from stylenets.evaluation.networks.training_facts import TrainingFacts
from stylenets.styles import StyleBank

# A photograph (3, H, W), a style's name, and what to call after each step -> (3, H, W).
Paint = Callable[[Tensor, str, Callable[[], None]], Tensor]


@dataclass(frozen=True)
class Facts:
    """What is known of an entry without a picture of it; None for what is not.

    Args:
        family: The kind of method, such as "multi-style".
        own_styles: Which it was trained in; None: it takes any picture.
        training: What is said of its training.
        parameters: Trained numbers, those of all its styles included.
        encoder_parameters: Numbers of the frozen VGG that it needs beside its own.
        bytes: The size of its files.
        style_bytes: And of a file for each style beside them.
        style_seconds: What a new style takes before the first picture.
    """

    family: str = ""
    own_styles: Sequence[str] | None = None
    training: TrainingFacts = field(default_factory=TrainingFacts)
    parameters: int | None = None
    encoder_parameters: int = 0
    bytes: int | None = None
    style_bytes: int | None = None
    style_seconds: float | None = None


@dataclass(frozen=True)
class Entry:
    """Something that paints photographs: a network, a peer, an optimizer.

    Args:
        name: Under which its pictures are judged.
        styles: In which it paints.
        paint: How it does.
        facts: On what it is.
        rescales: Whether it brings every picture to one size to paint it.
        photos: It paints only the first so many photographs; None: all of them.
        steps: How often ``paint`` calls what it is given.
        timed: The seconds of a picture of (3, H, W) in a style, where painting it whole would take
            too long; None: it is painted.
    """

    name: str
    styles: Sequence[str]
    paint: Paint
    facts: Facts = field(default_factory=Facts)
    rescales: bool = False
    photos: int | None = None
    steps: int = 1
    timed: Callable[[Tensor, str], float] | None = None

    def seconds(self, photo: Tensor) -> float:
        """Of a picture of (3, H, W) in its first style."""
        if self.timed is not None:
            return self.timed(photo, self.styles[0])
        start = time.perf_counter()
        self.paint(photo, self.styles[0], lambda: None)
        return time.perf_counter() - start

    def steps_for(self, photos: int) -> int:
        """How many steps its pictures of so many photographs take."""
        painted = photos if self.photos is None else min(photos, self.photos)
        return painted * len(self.styles) * self.steps


def in_one_step(paint: Callable[[Tensor, str], Tensor]) -> Paint:
    """What paints at once, as ``Entry`` takes it."""

    def painted(photo: Tensor, style: str, advance: Callable[[], None]) -> Tensor:
        picture = paint(photo, style)
        advance()
        return picture

    return painted


def painted_styles(entries: Sequence[Entry], bank: StyleBank) -> StyleBank:
    """Those styles of the bank that some entry paints, in the bank's order."""
    painted = {style for entry in entries for style in entry.styles}
    order = [number for number, name in enumerate(bank.names) if name in painted]
    return StyleBank(
        [bank.names[k] for k in order],
        [bank.pictures[k] for k in order],
        [bank.coefficients[k] for k in order],
    )
