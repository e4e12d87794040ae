"""A quality measurement as tables for the console and for markdown, and as a sheet of pictures."""

from dataclasses import asdict
from typing import Any

from torch import Tensor

from stylenets import images
from stylenets.evaluation.quality.measurement import NETWORK, PHOTO, Quality, typical
from stylenets.report.tables import Sheet


def sheets(quality: Quality) -> list[Sheet]:
    """Losses by style and method, distances between styles, and times."""
    return [_losses(quality), _nearest(quality), _times(quality)]


def figures(quality: Quality) -> dict[str, Any]:
    """Everything measured, as plain values for JSON."""
    return {
        "styles": quality.styles,
        "rows": [asdict(row) for row in quality.rows()],
        "confusion": quality.confusion(),
        "nearest": dict(zip(quality.styles, quality.nearest(), strict=True)),
        "seconds": {
            "network_picture": typical(quality.network_seconds),
            "lbfgs_iteration": typical(quality.iteration_seconds),
        },
        "samples": [asdict(sample) for sample in quality.samples],
    }


def pictures(quality: Quality) -> Tensor:
    """The first photo beside its pictures in every style (3, H, W): a row of the network's, a row of the longest L-BFGS."""
    photo = quality.shown[PHOTO]
    methods = dict.fromkeys([NETWORK, list(quality.shown)[-1]])
    return images.grid(
        [photo + quality.shown[method] for method in methods],
        list(methods),
        [PHOTO, *quality.styles],
    )


def _losses(quality: Quality) -> Sheet:
    header = ["style", "picture", "photographs", "content loss", "style loss", "objective"]
    rows = [
        [
            row.style or "all",
            row.method,
            str(row.photos),
            *map(_spread, (row.content, row.style_loss, row.total)),
        ]
        for row in quality.rows()
    ]
    return Sheet(
        "Losses: mean ± standard deviation over the photographs (for all: and the styles)",
        header,
        rows,
    )


def _nearest(quality: Quality) -> Sheet:
    count = sum(sample.method == NETWORK for sample in quality.samples)
    each = count // len(quality.styles)
    rows = [
        [name, *(f"{value:.3f}" for value in distances), f"{hits} of {each}"]
        for name, distances, hits in zip(
            quality.styles, quality.confusion(), quality.nearest(), strict=True
        )
    ]
    title = f"Style loss of the network's pictures to every style: {sum(quality.nearest())} of {count} are nearest to their own"
    return Sheet(
        title, ["picture in", *(f"to {name}" for name in quality.styles), "nearest to own"], rows
    )


def _times(quality: Quality) -> Sheet:
    times = {
        "network, one picture": typical(quality.network_seconds),
        "L-BFGS, one iteration": typical(quality.iteration_seconds),
    }
    return Sheet(
        "Time (median)",
        ["what", "seconds"],
        [[name, f"{seconds:.4f}"] for name, seconds in times.items() if seconds is not None],
    )


def _spread(values: tuple[float, float]) -> str:
    return f"{values[0]:.3f} ± {values[1]:.3f}" if values[1] else f"{values[0]:.3f}"
