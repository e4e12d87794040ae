"""What the controls of a picture do, measured: strength, the photograph's colors, strokes, refine.

Strokes are measured by the spectrum of what is painted onto a photograph (Fourier power of the
change in luminance, by cycles a side). A bump in it is strokes of that width.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

import torch
from torch import Tensor

from stylenets.evaluation.quality.judge import Judge
from stylenets.inference.colors import luminance
from stylenets.inference.settings import Controls
from stylenets.report.tables import Sheet

Painted = Callable[[Controls], Tensor]  # a picture (3, H, W) of a photograph in a style
COARSEST = 24  # cycles a side: what is larger are the picture's own tones
FINEST = 240  # of 256 at 512 pixels
STEP = 1 / 12  # octaves from one frequency to the next
SMOOTHING = 1 / 8  # octaves, deviation of the window that the power is seen through
NEAR = 0.15  # of one width: what counts as the same
LEVELS = 255


@dataclass(frozen=True)
class StrengthCourse:
    """What the judge finds of a picture by its strength.

    Args:
        photo: The photograph's name.
        style: The style's.
        strengths: Rising.
        content: Distance from the photograph at each.
        distance: Distance from the style at each.
    """

    photo: str
    style: str
    strengths: list[float]
    content: list[float]
    distance: list[float]

    @property
    def is_monotonic(self) -> bool:
        """Whether each step goes away from the photograph and towards the style."""
        away = all(one < other for one, other in pairwise(self.content))
        return away and all(one > other for one, other in pairwise(self.distance))


@dataclass(frozen=True)
class KeptColors:
    """How near ``colors=photo`` comes to the photograph's chrominance, in levels of 255.

    Args:
        photo: The photograph's name.
        style: The style's.
        room: Share of the pixels whose painted luminance can have it.
        within: The largest difference there.
        beyond: The largest elsewhere.
        light: The largest difference of the luminance from the painting's.
    """

    photo: str
    style: str
    room: float
    within: float
    beyond: float
    light: float


@dataclass(frozen=True)
class StrokePeaks:
    """Where the spectrum of the strokes peaks highest, in cycles a side; None: it does nowhere.

    Args:
        photo: The photograph's name.
        style: The style's.
        small: At the small size.
        large: At the large size.
    """

    photo: str
    style: str
    small: float | None
    large: float | None


def strength_course(
    painted: Painted,
    judge: Judge,
    photo: Tensor,
    names: tuple[str, str],
    strengths: Sequence[float],
    style: int,
) -> StrengthCourse:
    """Judge a picture at each strength; ``names`` of photograph and style, ``style`` its index."""
    seen = judge.see(photo)
    looks = [judge.look(painted(Controls(strength=one)), seen, [style])[0] for one in strengths]
    content = [look.content for look in looks]
    distance = [look.distances[style] for look in looks]
    return StrengthCourse(*names, list(strengths), content, distance)


def kept_colors(painted: Painted, photo: Tensor, names: tuple[str, str]) -> KeptColors:
    """Compare the chrominance of a picture in the photograph's colors with the photograph's."""
    picture = painted(Controls(colors="photo"))
    light = luminance(picture)
    wanted = photo - luminance(photo)
    possible = light + wanted
    room = ((possible >= 0) & (possible <= 1)).all(0)
    difference = LEVELS * (picture - light - wanted).abs().amax(0)
    lights = LEVELS * (light - luminance(painted(Controls()))).abs()
    return KeptColors(
        *names,
        room=float(room.float().mean()),
        within=_largest(difference[room]),
        beyond=_largest(difference[~room]),
        light=float(lights.max()),
    )


def stroke_peaks(
    small: tuple[Tensor, Tensor], large: tuple[Tensor, Tensor], names: tuple[str, str]
) -> StrokePeaks:
    """Where strokes peak in (painting, photograph), squares of two sizes."""
    both = [spectrum_peaks(*pair) for pair in (small, large)]
    return StrokePeaks(*names, *(max(peaks, key=peaks.__getitem__, default=None) for peaks in both))


def spectrum_peaks(painting: Tensor, photo: Tensor) -> dict[float, float]:
    """{cycles a side: power an octave} of each local maximum of the spectrum of what is painted.

    Args:
        painting: (3, N, N).
        photo: (3, N, N).

    Returns:
        Places between the frequencies looked at, by a parabola through three of them.
    """
    change = luminance(painting - photo)[0]
    side = len(change)
    window = torch.hann_window(side, periodic=False)
    power = torch.fft.rfft2((change - change.mean()) * window * window[:, None]).abs().square()
    down = torch.fft.fftfreq(side)[:, None] * side
    across = torch.fft.rfftfreq(side)[None] * side
    octave = torch.hypot(down, across).clamp(min=0.1).log2()
    near = (octave > math.log2(COARSEST) - 1) & (octave < math.log2(FINEST) + 1)
    octave, power = octave[near], power[near]
    places = torch.arange(math.log2(COARSEST), math.log2(FINEST), STEP).tolist()
    seen = [float((power * _window(octave - place)).sum()) for place in places]
    return dict(_local_maxima(places, seen))


def _window(octaves: Tensor) -> Tensor:
    return torch.exp(-0.5 * (octaves / SMOOTHING).square())


def _local_maxima(places: list[float], seen: list[float]) -> list[tuple[float, float]]:
    logarithms = [math.log(max(one, 1e-30)) for one in seen]
    found = []
    for k in range(1, len(places) - 1):
        before, here, after = logarithms[k - 1 : k + 2]
        if before < here >= after:
            off = 0.5 * (before - after) / (before - 2 * here + after)
            found.append((2 ** (places[k] + off * STEP), seen[k]))
    return found


def _largest(values: Tensor) -> float:
    return float(values.max()) if len(values) else 0.0


def strength_table(courses: Sequence[StrengthCourse]) -> Sheet:
    """Means over all pictures by strength, and how many rise and fall with every step."""
    rows = []
    for k, strength in enumerate(courses[0].strengths):
        content = mean(course.content[k] for course in courses)
        distance = mean(course.distance[k] for course in courses)
        rows.append([f"{strength:g}", f"{content:.3f}", f"{distance:.3f}"])
    count = sum(course.is_monotonic for course in courses)
    title = f"By strength; {count} of {len(courses)} pictures rise and fall with every step"
    return Sheet(title, ["strength", "from the photograph", "from the style"], rows)


def colors_table(found: Sequence[KeptColors]) -> Sheet:
    """The largest differences in chrominance from the photograph's, by style."""
    rows = []
    for style in dict.fromkeys(one.style for one in found):
        of_style = [one for one in found if one.style == style]
        rows.append(
            [
                style,
                f"{mean(one.room for one in of_style):.1%}",
                f"{max(one.within for one in of_style):.5f}",
                f"{max(one.beyond for one in of_style):.0f}",
                f"{max(one.light for one in of_style):.5f}",
            ]
        )
    header = ["", "pixels with room", "difference there", "elsewhere", "of luminance"]
    return Sheet("colors=photo: largest difference, of 255", header, rows)


def strokes_table(found: Sequence[StrokePeaks], sizes: Sequence[int]) -> Sheet:
    """Width of the strokes at the large size over that at the small one, by style."""
    rows = []
    for style in dict.fromkeys(one.style for one in found):
        of_style = [one for one in found if one.style == style]
        pairs = [(one.small, one.large) for one in of_style if one.small and one.large]
        ratios = [small / large for small, large in pairs] or [math.nan]
        rows.append(
            [
                style,
                f"{len(pairs)} of {len(of_style)}",
                f"{mean(small for small, _ in pairs) if pairs else math.nan:.0f}",
                f"{min(ratios):.3f} to {max(ratios):.3f}",
                f"{sum(abs(ratio - 1) <= NEAR for ratio in ratios)} of {len(pairs)}",
            ]
        )
    small, large = sizes
    header = ["", "with a peak", "cycles a side", "ratio of widths", f"within {NEAR:.0%}"]
    return Sheet(f"stroke=auto: strokes at {large} px beside {small} px", header, rows)
