"""What a network's file says of its training, read with care: nothing in metadata is taken for granted."""

from dataclasses import dataclass
from typing import Any

LONGEST = 200  # characters of a text from a file
LARGEST = 1e12  # of a number: 30,000 years in seconds


@dataclass(frozen=True)
class TrainingFacts:
    """How a network was trained; None for what its file does not tell."""

    seconds: float | None
    steps: float | None
    batch_size: float | None
    size: float | None
    photographs: float | None
    device: str | None
    precision: str | None
    about: str | None

    @property
    def images_per_second(self) -> float | None:
        """Photographs that went through the training in a second, over all of its time."""
        known = self.steps and self.batch_size and self.seconds
        return self.steps * self.batch_size / self.seconds if known else None


def read(metadata: Any) -> TrainingFacts:
    """Numbers that are positive and not absurd, and words of sensible length, out of whatever a file holds."""
    values = metadata if isinstance(metadata, dict) else {}

    def number(name: str) -> float | None:
        value = values.get(name)
        return value if type(value) in (int, float) and 0 < value < LARGEST else None

    def words(name: str) -> str | None:
        value = values.get(name)
        return " ".join(value[:LONGEST].split()) or None if isinstance(value, str) else None

    numbers = [number(name) for name in ("seconds", "steps", "batch_size", "size", "photographs")]
    return TrainingFacts(*numbers, *(words(name) for name in ("device", "precision", "about")))
