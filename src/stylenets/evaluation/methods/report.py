"""Optimized pictures side by side with what a feed-forward network makes of the same photograph, styles and regions in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.evaluation.methods.outcome import add_curves, add_sweep, segments_sheet
from stylenets.optimize.scene import Scene
from stylenets.optimize.stages import Row
from stylenets.report.page import Page
from stylenets.report.tables import Sheet


@dataclass(frozen=True)
class Painted:
    """A picture (3, H, W), how long it took in seconds, and its figures as ``optimized.measure`` gives them."""

    picture: Tensor
    seconds: float
    figures: dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A method's picture, its steps, and a network's picture of the same scene."""

    name: str
    optimized: Painted
    rows: list[Row]
    single_pass: Painted

    @property
    def times_faster(self) -> float:
        """Seconds of the optimization over those of the pass."""
        return self.optimized.seconds / self.single_pass.seconds


@dataclass(frozen=True)
class Run:
    """All pictures of a method: one, or one for each of ``values`` of the setting ``key``; ``network``: whose the passes are."""

    name: str
    scene: Scene
    network: str
    pairs: list[Pair]
    key: str | None
    values: list[float]


def overview(runs: Sequence[Run]) -> Sheet:
    """A row for each picture of a method and one for the pass beside it."""
    header = [
        "picture",
        "seconds",
        "times faster",
        "content loss",
        "own style",
        "nearest to their own",
        "leak",
        "border / elsewhere",
    ]
    rows = []
    for run in runs:
        for pair in run.pairs:
            passed = pair.single_pass
            rows.append(
                [pair.name, f"{pair.optimized.seconds:.1f}", "", *_cells(pair.optimized.figures)]
            )
            rows.append(
                [
                    f"{run.network}, one pass",
                    f"{passed.seconds:.2f}",
                    f"{pair.times_faster:.0f}",
                    *_cells(passed.figures),
                ]
            )
    return Sheet("Methods, and below each one pass of a network for the same", header, rows)


def figures(runs: Sequence[Run]) -> dict[str, Any]:
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


def page(runs: Sequence[Run], setting: str) -> str:
    """The report as HTML; ``setting``: how it was measured."""
    report = Page("Methods compared: " + ", ".join(dict.fromkeys(run.name for run in runs)))
    report.text(setting)
    report.table(overview(runs))
    for run in runs:
        report.heading(f"{run.name} by {run.key}" if run.key else run.name)
        if run.key:
            _add_sweep(report, run)
        else:
            _add_pair(report, run)
    return report.html()


def _add_sweep(report: Page, run: Run) -> None:
    """The strip of the method above that of the passes, and both curves of relative improvement (seed 004, figs. 5 and 6)."""
    strips = [
        [pair.optimized.picture for pair in run.pairs],
        [pair.single_pass.picture for pair in run.pairs],
    ]
    report.picture(
        images.grid(strips, None, [f"{run.key} {value}" for value in run.values]),
        f"Above {run.name}, below {run.network}.",
    )
    for what, side in (
        (run.name, [pair.optimized for pair in run.pairs]),
        (run.network, [pair.single_pass for pair in run.pairs]),
    ):
        report.text(f"{what}:")
        add_sweep(report, run.key, run.values, [painted.figures for painted in side])


def _add_pair(report: Page, run: Run) -> None:
    """The pictures, their segments' figures and the curves of every term."""
    (pair,) = run.pairs
    photo = run.scene.content[0].cpu()
    styles = [
        images.resize(style.cpu(), min(photo.shape[1:])) for style in run.scene.styles.values()
    ]
    labels = ["photograph", run.name, f"{run.network}, one pass", *run.scene.styles]
    report.picture(
        images.grid(
            [[photo, pair.optimized.picture, pair.single_pass.picture, *styles]], None, labels
        ),
        "",
    )
    for what, painted in (
        (run.name, pair.optimized),
        (f"{run.network}, one pass", pair.single_pass),
    ):
        if "style_in_segment" in painted.figures:
            report.text(f"{what}:")
            report.table(segments_sheet(painted.figures))
    add_curves(report, pair.rows, f"Every term of {run.name} before each step")


def _cells(figures: dict[str, Any]) -> list[str]:
    """Content loss; mean style loss of the segments to their own styles and how many are nearest to it, or RI; mean leak; border."""
    content = f"{figures['content']:.2f}"
    if "style_in_segment" not in figures:
        return [
            content,
            ", ".join(f"RI {value:.2f}" for value in figures["relative_improvement"].values()),
            "",
            "",
            "",
        ]
    losses, painted_in = figures["style_in_segment"], figures["painted_in"]
    own = {
        label: losses[label][style] for label, style in painted_in.items() if style in losses[label]
    }
    nearest = sum(value == min(losses[label].values()) for label, value in own.items())
    leak = f"{mean(figures['leak'].values()):.2f}" if figures["leak"] else ""
    style = f"{mean(own.values()):.3f}" if own else ""
    return [
        content,
        style,
        f"{nearest} of {len(own)}" if own else "",
        leak,
        f"{figures['gradient']['picture']['ratio']:.2f}",
    ]
