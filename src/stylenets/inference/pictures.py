"""From content pictures to files: which file each stylized picture goes to, and writing them with a contact sheet."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.errors import UserError
from stylenets.inference import regions
from stylenets.inference.stylizer import Stylizer, check_sides
from stylenets.inference.swapping import SwapStylizer

THUMBNAIL, COLUMNS = (
    320,
    4,
)  # of a contact sheet: pixels of a picture's shortest side, pictures in a row

Report = Callable[
    [Path, int, int, float], None
]  # called with a file just written, its height, width, and the seconds it took


@dataclass(frozen=True)
class Job:
    """A content picture, the file of each stylized picture by style (or "mix", or "regions"), those of the contact sheet and the masks if any."""

    content: Path
    files: dict[str, Path]
    sheet: Path | None
    masks: dict[str, Path]


def plan(
    contents: list[Path],
    root: Path,
    out: Path,
    names: list[str],
    extension: str,
    masks: Iterable[str] = (),
) -> list[Job]:
    """A job for every content: its files lie below ``out`` as the content lies below ``root``; a sheet where there are several names.

    ``masks``: labels of the masks written beside the pictures.

    Contents below ``out`` are left out where ``out`` is a folder in ``root``: they are an earlier run's pictures.
    Raises UserError where none is left, where two pictures would be written to one file, or one over a content.
    """
    if out.resolve() != root.resolve() and out.resolve().is_relative_to(root.resolve()):
        contents = [
            content for content in contents if not content.resolve().is_relative_to(out.resolve())
        ]
        if not contents:
            raise UserError(f"no picture in {root} but those in {out}, where this run would write")
    jobs, taken = [], {content.resolve(): content for content in contents}
    for content in contents:
        base = out / content.relative_to(root).parent
        *paths, sheet = (base / f"{content.stem}_{name}.{extension}" for name in [*names, "sheet"])
        by_label = {label: base / f"{content.stem}_mask_{label}.png" for label in masks}
        job = Job(
            content,
            dict(zip(names, paths, strict=True)),
            sheet if len(names) > 1 else None,
            by_label,
        )
        for path in filter(None, [*paths, job.sheet, *by_label.values()]):
            if other := taken.get(path.resolve()):
                raise UserError(
                    f"{path}, made from {content}, would overwrite {other} or what is made from it; rename one or give out="
                )
            taken[path.resolve()] = content
        jobs.append(job)
    return jobs


def read(path: Path, size: int | None) -> Tensor:
    """(3, H, W) in [0, 1]. Raises UserError where it cannot be read, or has a side that no network takes."""
    picture = images.read(path, size)
    check_sides(picture, str(path))
    return picture


def stylize(
    stylizer: Stylizer | SwapStylizer,
    job: Job,
    content: Tensor,
    weights: dict[str, Tensor],
    report: Report,
) -> None:
    """Write (3, H, W) ``content`` in every style of ``job``, then the contact sheet. Raises UserError where that fails."""
    shown = [("content", _thumbnail(content))]
    for name, path in job.files.items():
        start = time.perf_counter()
        picture = stylizer.stylize(content, weights[name])
        _write(path, picture, report, start)
        shown.append((name, _thumbnail(picture)))
    if job.sheet:
        start = time.perf_counter()
        _write(job.sheet, contact_sheet(shown), report, start)


def stylize_regions(
    stylizer: Stylizer | SwapStylizer,
    job: Job,
    content: Tensor,
    partition: Mapping[str, Tensor],
    looks: Mapping[str, Tensor | None],
    report: Report,
) -> None:
    """Write (3, H, W) ``content`` with a look for each region of ``partition``, then the masks. Raises UserError where that fails."""
    start = time.perf_counter()
    picture = regions.stylize(stylizer, content, partition, looks)
    for path in job.files.values():
        _write(path, picture, report, start)
    write_masks(partition, job.masks, report)


def write_masks(partition: Mapping[str, Tensor], files: Mapping[str, Path], report: Report) -> None:
    """Write the masks (H, W) as gray pictures into their files. Raises UserError where that fails."""
    for label, path in files.items():
        _write(path, partition[label].expand(3, -1, -1), report, time.perf_counter())


def contact_sheet(pictures: list[tuple[str, Tensor]]) -> Tensor:
    """Labels and their (3, h, w) pictures -> (3, H, W): rows of four on white, each picture below its label."""
    rows = [pictures[first : first + COLUMNS] for first in range(0, len(pictures), COLUMNS)]
    tables = [
        images.grid([[picture for _, picture in row]], column_labels=[label for label, _ in row])
        for row in rows
    ]
    return images.grid([[table] for table in tables], gap=0)


def _thumbnail(picture: Tensor) -> Tensor:
    return images.resize(picture, min(THUMBNAIL, *picture.shape[1:]))


def _write(path: Path, picture: Tensor, report: Report, start: float) -> None:
    images.write(path, picture)
    report(path, picture.shape[1], picture.shape[2], time.perf_counter() - start)
