"""How well ``segmenter=saliency`` finds what a person segmenter finds, beside other guesses.

Its overlap is measured against the reference, and against itself on the picture turned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import mean
from typing import Any

from torch import Tensor

from stylenets.evaluation.quality.guesses import guesses
from stylenets.evaluation.quality.turning import Turn, agreement, found_object, iou
from stylenets.report.tables import Sheet
from stylenets.segmentation import Segmenter
from stylenets.segmentation.saliency import Saliency, expected_overlap

COVERAGE = (0.1, 0.7)  # something to find: more than a speck, and a background is left
OWN = "saliency"


@dataclass
class SaliencyOverlap:
    """How far guesses agree with a reference, and with themselves.

    Attributes:
        coverage: {photograph: share of it that the reference marks}.
        overlap: {guess: {photograph: IoU}}.
        confidence: {photograph: of the saliency's answer}; below its bound it abstained.
        agreement: {guess: {turn: {photograph: IoU with itself}}}.
        skipped: Photographs of another coverage than COVERAGE.
    """

    coverage: dict[str, float] = field(default_factory=dict)
    overlap: dict[str, dict[str, float]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    agreement: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Plain values for JSON, the means included."""
        means = {guess: mean(values.values()) for guess, values in self.overlap.items() if values}
        return {
            "coverage": self.coverage,
            "iou": self.overlap,
            "mean_iou": means,
            "confidence": self.confidence,
            "agreement": self.agreement,
            "skipped": self.skipped,
        }

    def tables(self) -> list[Sheet]:
        """The same as tables, the means last."""
        return [self._overlaps(), *([self._agreements()] if self.agreement else [])]

    def _overlaps(self) -> Sheet:
        rows = []
        for photo, share in self.coverage.items():
            found = [f"{values[photo]:.3f}" for values in self.overlap.values()]
            rows.append([photo, f"{share:.2f}", f"{self.confidence[photo]:.2f}", *found])
        if rows:
            shares = f"{mean(self.coverage.values()):.2f}"
            sure = f"{mean(self.confidence.values()):.2f}"
            means = [f"{mean(values.values()):.3f}" for values in self.overlap.values()]
            rows.append(["mean", shares, sure, *means])
        title = (
            f"Overlap (IoU) with the person segmenter on {len(self.coverage)} photographs; "
            f"{len(self.skipped)} others skipped"
        )
        return Sheet(title, ["photograph", "its share", "confidence", *self.overlap], rows)

    def _agreements(self) -> Sheet:
        turns = list(next(iter(self.agreement.values())))
        rows = []
        for turn in turns:
            of_each = [by_turn[turn].values() for by_turn in self.agreement.values()]
            rows.append([turn, *(f"{mean(of):.3f} ({min(of):.3f})" for of in of_each)])
        count = len(next(iter(self.agreement.values()))[turns[0]])
        title = f"Agreement (IoU) with itself on {count} photographs turned: mean (worst)"
        return Sheet(title, ["turn", *self.agreement], rows)


def compare_saliency(
    photos: Mapping[str, Tensor],
    person: Segmenter,
    saliency: Saliency,
    turns: Sequence[Turn],
    turned_photos: int,
    advance: Callable[[], None],
) -> SaliencyOverlap:
    """Measure the guesses on the photographs where the reference finds something.

    Args:
        photos: (3, H, W) by name.
        person: The reference: what it marks as "person".
        saliency: What is measured.
        turns: What is done to a photograph, to see whether a guess agrees with itself.
        turned_photos: On so many, the first ones.
        advance: Called after each photograph.
    """
    found = SaliencyOverlap()
    all_guesses: dict[str, Segmenter] = {OWN: saliency, **guesses()}
    found.overlap = {guess: {} for guess in all_guesses}
    for name, picture in photos.items():
        reference = person(picture)["person"] > 0.5
        share = float(reference.float().mean())
        if COVERAGE[0] <= share <= COVERAGE[1]:
            found.coverage[name] = share
            chance = saliency.chance(picture)
            found.confidence[name] = expected_overlap(chance)
            more = turns if len(found.coverage) <= turned_photos else ()
            for guess, segmenter in all_guesses.items():
                seen = partial(saliency.decide, chance) if guess == OWN else segmenter
                own = found_object(seen, picture)
                found.overlap[guess][name] = iou(own, reference)
                for turn in more:
                    by_turn = found.agreement.setdefault(guess, {}).setdefault(f"{turn}", {})
                    by_turn[name] = agreement(segmenter, picture, own, turn)
        else:
            found.skipped.append(name)
        advance()
    return found
