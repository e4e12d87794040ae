"""L-BFGS on the training objective, beside which networks stand (Johnson et al. 2016, sec. 4.1)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stylenets.evaluation.networks.entry import Entry, Facts
from stylenets.evaluation.quality.findings import PHOTOGRAPH, OptimizationCourse
from stylenets.evaluation.quality.yardstick import Yardstick
from stylenets.losses.perceptual import PerceptualLoss
from stylenets.optimize.lbfgs import BoundedLBFGS
from stylenets.optimize.loop import optimize

FROM_PHOTO = "photo"
FROM_NETWORK = "network"


@dataclass(frozen=True)
class OptimizationPlan:
    """How L-BFGS is run.

    Args:
        criterion: The training objective, on the device to work on; its styles are the judge's.
        photos: On the first so many photographs.
        iterations: After how many iterations its picture is judged.
        starts: From where: the photograph (``FROM_PHOTO``), each network's picture
            (``FROM_NETWORK``), or both.
    """

    criterion: PerceptualLoss
    photos: int
    iterations: Sequence[int]
    starts: Sequence[str]

    def makers_to_start_from(self, networks: Sequence[str]) -> list[str]:
        """Whose pictures it starts from."""
        photo = [PHOTOGRAPH] if FROM_PHOTO in self.starts else []
        return [*photo, *(networks if FROM_NETWORK in self.starts else [])]


def lbfgs_name(iterations: int, start: str) -> str:
    """What a picture is said to be made by, after so many iterations from what ``start`` made."""
    method = f"L-BFGS {iterations}"
    return method if start == PHOTOGRAPH else f"{start} + {method}"


def optimize_picture(
    yardstick: Yardstick,
    style: int,
    start: Tensor,
    iterations: Sequence[int],
    advance: Callable[[], None],
) -> tuple[dict[int, Tensor], list[float], float]:
    """Run L-BFGS from a picture (3, H, W).

    Returns:
        The pictures (3, H, W) by the iterations they are after; the objective before the first
        iteration and after each; and the seconds of an iteration.
    """
    steps = max(iterations)
    begun = time.perf_counter()
    result = optimize(
        yardstick.objective(style),
        start[None].to(yardstick.photo.device),
        steps,
        BoundedLBFGS,  # with unit steps it runs away from some networks' pictures
        snapshots=iterations,
        on_step=advance,
    )
    seconds = (time.perf_counter() - begun) / steps
    course = [sum(terms) for terms in zip(*result.curves.values(), strict=True)]
    course.append(objective_of(yardstick, result.picture[0], style))
    pictures = {count: result.snapshots[count][0].cpu() for count in iterations}
    return pictures, course, seconds


@torch.no_grad()
def objective_of(yardstick: Yardstick, picture: Tensor, style: int) -> float:
    """The training objective of a picture (3, H, W)."""
    terms = yardstick.objective(style)(picture[None])
    return sum(float(value) for value in terms.values())


def optimize_photo(
    plan: OptimizationPlan,
    yardstick: Yardstick,
    photo: str,
    starts: dict[tuple[str, int], Tensor],
    advance: Callable[[], None],
) -> tuple[dict[tuple[str, int], Tensor], list[OptimizationCourse]]:
    """Run L-BFGS on one photograph from each of the pictures given.

    Args:
        plan: How.
        yardstick: The objective on that photograph.
        photo: The photograph's name.
        starts: (3, H, W) by what made it and style's index.
        advance: Called after each iteration.

    Returns:
        Pictures (3, H, W) by maker and style's index; and the courses.
    """
    pictures = {}
    courses = []
    for (maker, style), start in starts.items():
        snapshots, objective, seconds = optimize_picture(
            yardstick, style, start, plan.iterations, advance
        )
        for count, picture in snapshots.items():
            pictures[lbfgs_name(count, maker), style] = picture
        courses.append(OptimizationCourse(maker, photo, style, objective, seconds))
    return pictures, courses


def optimization_entry(
    criterion: PerceptualLoss, styles: Sequence[str], iterations: int, photos: int
) -> Entry:
    """L-BFGS from the photograph as an entry of a comparison.

    A picture is timed by one iteration, and takes as many times that.

    Args:
        criterion: What is lowered, on the device to work on.
        styles: Names of its styles.
        iterations: Of each picture.
        photos: On the first so many photographs.
    """

    def run(
        photo: Tensor, style: str, count: int, advance: Callable[[], None]
    ) -> tuple[Tensor, float]:
        """The picture after so many iterations, and the seconds of one."""
        number = styles.index(style)
        yardstick = Yardstick(criterion, photo)
        found, _, seconds = optimize_picture(yardstick, number, photo, [count], advance)
        return found[count], seconds

    return Entry(
        "optimization",
        styles,
        lambda photo, style, advance: run(photo, style, iterations, advance)[0],
        Facts(family=f"L-BFGS, {iterations} iterations"),
        photos=photos,
        steps=iterations,
        timed=lambda photo, style: iterations * run(photo, style, 1, lambda: None)[1],
    )
