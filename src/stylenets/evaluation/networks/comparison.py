"""Everything that paints, on the same photographs and styles: what is compared, and found."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from stylenets.evaluation.networks.entry import Entry
from stylenets.evaluation.quality.findings import PHOTOGRAPH, JudgedPicture, QualityFindings
from stylenets.styles import StyleBank


@dataclass(frozen=True)
class NetworkComparison:
    """All that was measured.

    Args:
        entries: What paints.
        bank: The judge's styles: all that some entry paints.
        compared: Those of them that all are compared in; the others are painted by networks that
            know none of these.
        findings: Of every picture.
        seconds: Of each inference, by entry and size.
    """

    entries: Sequence[Entry]
    bank: StyleBank
    compared: Sequence[str]
    findings: QualityFindings
    seconds: dict[tuple[str, int], list[float]]

    def of_photographs(self) -> list[JudgedPicture]:
        """The photographs themselves, as if each were in each of the compared styles."""
        numbers = {self.bank.names.index(style) for style in self.compared_and_painted}
        return [one for one in self.findings.of(PHOTOGRAPH) if one.style in numbers]

    @property
    def compared_and_painted(self) -> list[str]:
        """The compared styles that some entry paints; all painted ones where it is none."""
        return [name for name in self.bank.names if name in self.compared] or self.bank.names

    def is_apart(self, entry: Entry) -> bool:
        """Whether it paints in styles of its own only, which the others do not paint."""
        return not set(entry.styles) & set(self.compared)

    def seconds_of(self, entry: Entry, size: int) -> float:
        """The median for a picture, which a slow one does not move."""
        return median(self.seconds[entry.name, size])

    def sizes(self) -> list[int]:
        """Sides of the pictures that were timed."""
        return list(dict.fromkeys(size for _, size in self.seconds))
