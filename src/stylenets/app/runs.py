"""Training runs to look at: their grids of samples, and their curves over each other."""

from collections.abc import Sequence
from pathlib import Path

from stylenets import images
from stylenets.app.kept import keep_picture
from stylenets.errors import UserError
from stylenets.evaluation.networks.run_curves import read_run_curves
from stylenets.report import plot

CURVES = "yardstick.csv"
SAMPLES = "samples"
MOST = 200  # runs that are listed, the newest first
HELD = 8  # runs that are shown at once: as many as there are colors


def list_runs(root: Path) -> dict[str, Path]:
    """{name: folder} of the runs below a folder, the newest first; a name is the path from it."""
    folders = {file.parent for file in root.rglob(CURVES)}
    folders |= {folder.parent for folder in root.rglob(SAMPLES) if folder.is_dir()}
    newest = sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)[:MOST]
    return {folder.relative_to(root).as_posix(): folder for folder in newest}


def chosen_runs(root: Path, names: Sequence[str]) -> dict[str, Path]:
    """Those of these names. Raises UserError for one that is not listed, or too many."""
    known = list_runs(root)
    if unknown := [name for name in names if name not in known]:
        raise UserError(f"there is no run {unknown[0]!r}: look again")
    if len(names) > HELD:
        raise UserError(f"{len(names)} runs: {HELD} at once are the most")
    return {name: known[name] for name in names}


def grids(runs: dict[str, Path]) -> list[tuple[str, str]]:
    """The last grid of samples of each run, kept for the page, with its caption."""
    shown = []
    for name, folder in runs.items():
        steps = sorted((folder / SAMPLES).glob("step_*.png"))
        if steps:
            grid = keep_picture(images.read(steps[-1]), "grid.jpg")
            shown.append((grid, f"{name}, {steps[-1].stem.replace('_', ' ')}"))
    return shown


def curves(runs: dict[str, Path]) -> str:
    """Each figure of the yardstick by step, all runs over each other, as HTML."""
    read = {name: read_run_curves(folder / CURVES) for name, folder in runs.items()}
    parts = []
    for figure in dict.fromkeys(figure for one in read.values() for figure in one):
        series = {
            name: [(float(step), value) for step, value in sorted(one[figure].items())]
            for name, one in read.items()
            if figure in one
        }
        drawing = plot.draw(series, "step", figure)
        parts.append(plot.standalone(drawing, list(series)))
    return "\n".join(parts)
