"""What a network's file says of its training; nothing in metadata is taken for granted."""

from dataclasses import dataclass
from typing import Any

LONGEST = 200  # characters of a text from a file
LARGEST = 1e12  # of a number: 30,000 years in seconds


@dataclass(frozen=True)
class TrainingFacts:
    """How a network was trained; None for what its file does not tell."""

    seconds: float | None = None
    steps: float | None = None
    batch_size: float | None = None
    size: float | None = None
    photographs: float | None = None
    device: str | None = None
    precision: str | None = None
    about: str | None = None

    @property
    def images_per_second(self) -> float | None:
        """Photographs that went through the training in a second, over all of its time."""
        if self.steps is None or self.batch_size is None or self.seconds is None:
            return None
        return self.steps * self.batch_size / self.seconds


def read_training_facts(metadata: Any) -> TrainingFacts:
    """Read positive numbers that are not absurd, and short words, out of whatever a file holds."""
    values = metadata if isinstance(metadata, dict) else {}
    return TrainingFacts(
        seconds=_number(values.get("seconds")),
        steps=_number(values.get("steps")),
        batch_size=_number(values.get("batch_size")),
        size=_number(values.get("size")),
        photographs=_number(values.get("photographs")),
        device=_words(values.get("device")),
        precision=_words(values.get("precision")),
        about=_words(values.get("about")),
    )


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if 0 < value < LARGEST else None


def _words(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(value[:LONGEST].split()) or None
