"""From content pictures to files: what is written where, and the sheet that shows it all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.errors import UserError
from stylenets.inference.inputs import check_sides

# of a contact sheet
THUMBNAIL = 320  # pixels of a picture's shortest side
COLUMNS = 4


@dataclass(frozen=True)
class Job:
    """A content picture and the files that are made from it.

    Args:
        content: The picture's file.
        files: Of each stylized picture, by style, or by "mix" or "regions".
        sheet: Of the contact sheet, if there is one.
        masks: Of each region's mask, by label.
    """

    content: Path
    files: dict[str, Path]
    sheet: Path | None
    masks: dict[str, Path]

    def outputs(self) -> Iterator[Path]:
        """All files that the job writes."""
        yield from self.files.values()
        if self.sheet:
            yield self.sheet
        yield from self.masks.values()


def plan_jobs(
    contents: list[Path],
    root: Path,
    out: Path,
    names: list[str],
    extension: str,
    masks: Sequence[str] = (),
) -> list[Job]:
    """A job for every content: its files lie below ``out`` as the content lies below ``root``.

    Contents below ``out`` are left out where ``out`` is a folder in ``root``: they are an earlier
    run's pictures.

    Args:
        contents: Files.
        root: A folder that they all lie in.
        out: The folder to write to.
        names: Of the pictures made from each content; of several there is a contact sheet, too.
        extension: Of the pictures, as in "png".
        masks: Labels of the masks written beside the pictures.

    Raises:
        UserError: If no content is left, or a file would be written twice or over a content.
    """
    contents = _without_earlier_pictures(contents, root, out)
    jobs = []
    taken = {content.resolve(): content for content in contents}
    for content in contents:
        stem = out / content.relative_to(root).parent / content.stem
        job = Job(
            content,
            {name: Path(f"{stem}_{name}.{extension}") for name in names},
            Path(f"{stem}_sheet.{extension}") if len(names) > 1 else None,
            {label: Path(f"{stem}_mask_{label}.png") for label in masks},
        )
        for path in job.outputs():
            other = taken.get(path.resolve())
            if other:
                raise UserError(
                    f"{path}, made from {content}, would overwrite {other} or what is made "
                    "from it; rename one or give out="
                )
            taken[path.resolve()] = content
        jobs.append(job)
    return jobs


def _without_earlier_pictures(contents: list[Path], root: Path, out: Path) -> list[Path]:
    folder = out.resolve()
    if folder == root.resolve() or not folder.is_relative_to(root.resolve()):
        return contents
    left = [content for content in contents if not content.resolve().is_relative_to(folder)]
    if not left:
        raise UserError(f"no picture in {root} but those in {out}, where this run would write")
    return left


def read_checked(path: Path, size: int | None) -> Tensor:
    """(3, H, W) in [0, 1], with ``size`` its shortest side.

    Raises:
        UserError: If it cannot be read, or has a side that no network takes.
    """
    picture = images.read(path, size)
    check_sides(picture, str(path))
    return picture


def contact_sheet(pictures: list[tuple[str, Tensor]]) -> Tensor:
    """Labels and their (3, h, w) pictures -> (3, H, W): rows on white, each below its label."""
    rows = [pictures[first : first + COLUMNS] for first in range(0, len(pictures), COLUMNS)]
    tables = []
    for row in rows:
        labels = [label for label, _ in row]
        tables.append(images.grid([[picture for _, picture in row]], column_labels=labels))
    return images.grid([[table] for table in tables], gap=0)


def thumbnail(picture: Tensor) -> Tensor:
    """(3, H, W) -> the picture as small as a contact sheet shows it."""
    return images.resize(picture, min(THUMBNAIL, *picture.shape[1:]))
