"""What the suite ``quality`` finds: verdicts on pictures, courses of L-BFGS, pictures to show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from statistics import median

from torch import Tensor

from stylenets.evaluation.quality.judge import PictureVerdict

PHOTOGRAPH = "photograph"  # stands for what made a picture where nothing did
WORST = 10  # pictures of each network that are kept
# of 255 levels: as dark, or with as little contrast, as if there were nothing to see
DARK = 10 / 255
FAINT = 10 / 255
CLIPPED_SHARE = 0.02  # share of the values, beyond the style's own


@dataclass(frozen=True)
class JudgedPicture:
    """A picture, and what was found of it.

    Args:
        maker: What made it: a network, a peer, L-BFGS, or ``PHOTOGRAPH`` for none.
        photo: Of which photograph.
        style: The index of the style that it was to be in.
        verdict: The judge's.
        border: ``border_error``; None where it was not measured.
        objective: The training objective; None where L-BFGS was not run.
    """

    maker: str
    photo: str
    style: int
    verdict: PictureVerdict
    border: float | None = None
    objective: float | None = None

    @property
    def nearest_to_own(self) -> bool:
        """Whether no other of the judge's styles is nearer than its own."""
        return self.verdict.distances[self.style] == min(self.verdict.distances)

    @property
    def fault(self) -> str:
        """What spoils the picture: "black", "gray" or "clipped"; "" if nothing does."""
        if self.verdict.brightness < DARK:
            return "black"
        if self.verdict.contrast < FAINT:
            return "gray"
        return "clipped" if self.verdict.clipped > CLIPPED_SHARE else ""


@dataclass(frozen=True)
class OptimizationCourse:
    """L-BFGS on one photograph in one style.

    Args:
        start: What made the picture that it began with.
        photo: Of which photograph.
        style: The style's index.
        objective: Before the first iteration, and after each.
        seconds: Of an iteration, the mean.
    """

    start: str
    photo: str
    style: int
    objective: list[float]
    seconds: float

    def iterations_to_reach(self, objective: float) -> float:
        """After how many iterations it is as low as this; infinite if it never is."""
        reached = (k for k, value in enumerate(self.objective) if value <= objective)
        return next(reached, float("inf"))


@dataclass(frozen=True)
class KeptPicture:
    """A judged picture (3, H, W) with its photograph (3, H, W)."""

    judged: JudgedPicture
    picture: Tensor
    photo: Tensor


@dataclass
class QualityFindings:
    """All that was found.

    Args:
        styles: Names of the judge's styles.
        networks: Names of the networks.
        peers: Names of the peers.
        iterations: After how many of L-BFGS its pictures were judged.
        pictures: Every judged picture.
        courses: Of L-BFGS.
        seconds: Of each picture, by what made it.
        shown: Pictures (3, H, W) by photograph, then by maker and style's index; the photograph
            itself has index 0.
        worst: Of each network, the pictures that lost the most structure, the worst first.
        notes: What readers must know, in sentences.
    """

    styles: list[str]
    networks: list[str]
    peers: list[str]
    iterations: list[int] = field(default_factory=list)
    pictures: list[JudgedPicture] = field(default_factory=list)
    courses: list[OptimizationCourse] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    shown: dict[str, dict[tuple[str, int], Tensor]] = field(default_factory=dict)
    worst: dict[str, list[KeptPicture]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def makers(self) -> list[str]:
        """The photograph, networks and peers, then L-BFGS by start and iterations."""
        found = [picture.maker for picture in self.pictures]
        return list(dict.fromkeys([PHOTOGRAPH, *self.networks, *self.peers, *found]))

    @property
    def optimized(self) -> list[str]:
        """The photographs that L-BFGS was run on."""
        return list(dict.fromkeys(course.photo for course in self.courses))

    def of(
        self, maker: str, style: int | None = None, photos: Collection[str] | None = None
    ) -> list[JudgedPicture]:
        """The pictures of one maker, if asked for only in a style or of some photographs."""
        return [
            one
            for one in self.pictures
            if one.maker == maker
            and style in (None, one.style)
            and (photos is None or one.photo in photos)
        ]

    def equal_iterations(self, pictures: Sequence[JudgedPicture]) -> float | None:
        """The median of how many L-BFGS iterations from the photograph equal these pictures.

        None where there are none to compare with.
        """
        from_photo = {(c.photo, c.style): c for c in self.courses if c.start == PHOTOGRAPH}
        reached = []
        for one in pictures:
            course = from_photo.get((one.photo, one.style))
            if course and one.objective is not None:
                reached.append(course.iterations_to_reach(one.objective))
        return median(reached) if reached else None

    def keep_if_worst(self, kept: KeptPicture) -> None:
        """Remember a network's picture if it is among those that lost the most structure."""
        worst = self.worst.setdefault(kept.judged.maker, [])
        worst.append(kept)
        worst.sort(key=lambda one: -one.judged.verdict.structure)
        del worst[WORST:]
