"""The measures of a picture's quality: what they are called, mean, and how they are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stylenets.evaluation.networks.spread import Spread
from stylenets.evaluation.quality.findings import JudgedPicture
from stylenets.evaluation.quality.grid import PERIODS

UNKNOWN = "–"


@dataclass(frozen=True)
class Measure:
    """One figure of a picture; of all of them, lower is better.

    Args:
        name: Its name in tables.
        unit: Of its values; "" where they have none.
        digits: Behind the point.
        meaning: What it says, in a sentence.
        value: Reads it off a judged picture; None where it was not measured.
    """

    name: str
    unit: str
    digits: int
    meaning: str
    value: Callable[[JudgedPicture], float | None]

    @property
    def title(self) -> str:
        """Name and unit."""
        return f"{self.name}, {self.unit}" if self.unit else self.name

    def written(self, pictures: Sequence[JudgedPicture]) -> str:
        """The mean over some pictures."""
        found = self.spread(pictures)
        if found is None:
            return UNKNOWN
        text = f"{found.mean:.{self.digits}f}"
        return text if float(text) else text.removeprefix("-")  # no "-0.0"

    def spread(self, pictures: Sequence[JudgedPicture]) -> Spread | None:
        """Mean and deviation over those pictures of which it was measured; None if of none."""
        values = [self.value(picture) for picture in pictures]
        known = [value for value in values if value is not None]
        return Spread.of(known) if known else None


def _grid_at(place: int) -> Callable[[JudgedPicture], float]:
    return lambda picture: picture.verdict.grid[place]


STYLE = Measure(
    "style",
    "",
    3,
    "Distance of the means and covariances of the loss network's features from the style's, over "
    "their energy: 0 is the style, 1 a black picture.",
    lambda picture: picture.verdict.distances[picture.style],
)
STRUCTURE = Measure(
    "structure",
    "",
    3,
    "What is lost of the photograph: 1 - correlation of instance-normalized features with its own.",
    lambda picture: picture.verdict.structure,
)
PALETTE = Measure(
    "palette",
    "",
    3,
    "Mean distance of the colors from the style's, of pixels and of squares of 8 pixels.",
    lambda picture: picture.verdict.palette,
)
CONTENT = Measure(
    "content",
    "",
    3,
    "Squared distance of features from the photograph's, over their energy; unlike structure it "
    "counts contrast and color.",
    lambda picture: picture.verdict.content,
)
GRID = tuple(
    Measure(
        f"grid {period}",
        "dB",
        1,
        f"How far a texture that repeats every {period} pixels stands out of the spectrum, beyond "
        "the photograph's own.",
        _grid_at(place),
    )
    for place, period in enumerate(PERIODS)
)
CLIPPED = Measure(
    "clipped",
    "%",
    2,
    "Values at black or full brightness, beyond the style's own share.",
    lambda picture: 100 * picture.verdict.clipped,
)
BORDER = Measure(
    "border",
    "",
    3,
    "How much more the pixels within 8 pixels of the border change than those inside when 32 "
    "pixels of the photograph are cut off each side.",
    lambda picture: picture.border,
)
ST_LPIPS = Measure(
    "ST-LPIPS",
    "",
    3,
    "How unlike the photograph it looks to people, by a network that no training saw.",
    lambda picture: picture.verdict.st_lpips,
)
OBJECTIVE = Measure(
    "objective",
    "",
    3,
    "The training objective itself.",
    lambda picture: picture.objective,
)
JUDGED = (STYLE, STRUCTURE, PALETTE, CONTENT, *GRID, CLIPPED, BORDER, ST_LPIPS)
MEASURES = (*JUDGED, OBJECTIVE)
