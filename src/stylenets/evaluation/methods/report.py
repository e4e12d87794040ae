"""Optimized pictures beside what a network makes of the same scene in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.evaluation.methods.page import add_curves, add_sweep, segments_table
from stylenets.optimize.saved_run import StepRecord
from stylenets.optimize.scene import Scene
from stylenets.report.page import Page
from stylenets.report.tables import Sheet

COLUMNS = (
    "seconds",
    "times faster",
    "content loss",
    "own style",
    "nearest to their own",
    "leak",
    "border / elsewhere",
)


@dataclass(frozen=True)
class Painted:
    """A picture (3, H, W), its seconds, and its figures as ``measure_picture`` gives them."""

    picture: Tensor
    seconds: float
    figures: dict[str, Any]


@dataclass(frozen=True)
class PaintedPair:
    """A method's picture, its steps, and a network's picture of the same scene."""

    name: str
    optimized: Painted
    rows: list[StepRecord]
    single_pass: Painted

    @property
    def times_faster(self) -> float:
        """Seconds of the optimization over those of the pass."""
        return self.optimized.seconds / self.single_pass.seconds


@dataclass(frozen=True)
class MethodRun:
    """All pictures of a method.

    Args:
        name: The method's.
        scene: What was painted.
        network: Whose the passes are.
        pairs: One, or one for each value of a swept setting.
        key: The swept setting; None: there is none.
        values: Its values.
    """

    name: str
    scene: Scene
    network: str
    pairs: list[PaintedPair]
    key: str | None
    values: list[float]

    @property
    def pass_name(self) -> str:
        """What the network's pictures are called."""
        return f"{self.network}, one pass"


def methods_table(runs: Sequence[MethodRun]) -> Sheet:
    """A row for each picture of a method, and one for the pass beside it."""
    rows = []
    for run in runs:
        for pair in run.pairs:
            optimized = pair.optimized
            passed = pair.single_pass
            faster = f"{pair.times_faster:.0f}"
            rows.append([pair.name, f"{optimized.seconds:.1f}", "", *_cells(optimized.figures)])
            rows.append([run.pass_name, f"{passed.seconds:.2f}", faster, *_cells(passed.figures)])
    title = "Methods, and below each one pass of a network for the same"
    return Sheet(title, ["picture", *COLUMNS], rows)


def methods_figures(runs: Sequence[MethodRun]) -> dict[str, Any]:
    """Everything measured, as plain numbers by the pictures' names."""
    return {
        pair.name: {
            "seconds": pair.optimized.seconds,
            "optimized": pair.optimized.figures,
            "network": run.network,
            "single_pass_seconds": pair.single_pass.seconds,
            "single_pass": pair.single_pass.figures,
            "times_faster": pair.times_faster,
        }
        for run in runs
        for pair in run.pairs
    }


def methods_page(runs: Sequence[MethodRun], setting: str) -> str:
    """The report as HTML; ``setting``: how it was measured."""
    page = Page("Methods compared: " + ", ".join(dict.fromkeys(run.name for run in runs)))
    page.text(setting)
    page.table(methods_table(runs))
    for run in runs:
        if run.key is None:
            page.heading(run.name)
            _add_pair(page, run)
        else:
            page.heading(f"{run.name} by {run.key}")
            _add_sweep(page, run, run.key)
    return page.html()


def _add_sweep(page: Page, run: MethodRun, key: str) -> None:
    """The strip of the method above that of the passes, and both curves of relative improvement.

    As in "Mixed Neural Style Transfer", figs. 5 and 6.
    """
    sides = {
        run.name: [pair.optimized for pair in run.pairs],
        run.network: [pair.single_pass for pair in run.pairs],
    }
    strips = [[painted.picture for painted in side] for side in sides.values()]
    labels = [f"{key} {value}" for value in run.values]
    page.picture(images.grid(strips, None, labels), f"Above {run.name}, below {run.network}.")
    for what, side in sides.items():
        page.text(f"{what}:")
        add_sweep(page, key, run.values, [painted.figures for painted in side])


def _add_pair(page: Page, run: MethodRun) -> None:
    """The pictures, their segments' figures and the curves of every term."""
    (pair,) = run.pairs
    sides = {run.name: pair.optimized, run.pass_name: pair.single_pass}
    photo = run.scene.content[0].cpu()
    size = min(photo.shape[1:])
    styles = [images.resize(style.cpu(), size) for style in run.scene.styles.values()]
    pictures = [photo, *(painted.picture for painted in sides.values()), *styles]
    labels = ["photograph", *sides, *run.scene.styles]
    page.picture(images.grid([pictures], None, labels), "")
    for what, painted in sides.items():
        if "style_in_segment" in painted.figures:
            page.text(f"{what}:")
            page.table(segments_table(painted.figures))
    add_curves(page, pair.rows, f"Every term of {run.name} before each step")


def _cells(figures: dict[str, Any]) -> list[str]:
    """Content loss; then what is known of segments, or the relative improvements.

    Of segments: mean style loss to their own styles, how many are nearest to it, mean leak, and
    the gradient at the borders.
    """
    content = f"{figures['content']:.2f}"
    if "style_in_segment" not in figures:
        improvements = figures["relative_improvement"].values()
        return [content, ", ".join(f"RI {value:.2f}" for value in improvements), "", "", ""]
    losses = figures["style_in_segment"]
    own = {
        label: losses[label][style]
        for label, style in figures["painted_in"].items()
        if style in losses[label]
    }
    nearest = sum(value == min(losses[label].values()) for label, value in own.items())
    return [
        content,
        f"{mean(own.values()):.3f}" if own else "",
        f"{nearest} of {len(own)}" if own else "",
        f"{mean(figures['leak'].values()):.2f}" if figures["leak"] else "",
        f"{figures['gradient']['picture']['ratio']:.2f}",
    ]
