"""From content pictures to files: what is written where, and the sheet that shows it all."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.errors import UserError
from stylenets.inference.inputs import check_sides
from stylenets.inference.photo import Photo

OUTPUTS = "outputs"  # the folder below which all commands write by default
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


def find_contents(given: Sequence[Path], out: Path) -> dict[Path, Path]:
    """The pictures among files and folders, and where below ``out`` what is made of each lies.

    That is as the picture lies below its folder, without its ending. Of several of one name each
    keeps its ending in the name; if that does not tell them apart, its folder, too. What lies below
    ``out``, where that is a folder among the contents, are an earlier run's pictures.

    Raises:
        UserError: If no picture is left.
    """
    stems: dict[Path, Path] = {}
    for path in given:
        if path.is_dir():
            files = _without_earlier_pictures(images.list_pictures(path), path, out)
            stems |= {file: file.relative_to(path).with_suffix("") for file in files}
        else:
            stems[path] = Path(path.stem)
    stems = _renamed(stems, lambda file, stem: stem.with_name(f"{stem.name}_{file.suffix[1:]}"))
    return _renamed(stems, lambda file, stem: Path(file.absolute().parent.name, stem))


def _renamed(stems: dict[Path, Path], rename: Callable[[Path, Path], Path]) -> dict[Path, Path]:
    """The same, with those renamed that several files have."""
    counts = Counter(stems.values())
    return {file: rename(file, stem) if counts[stem] > 1 else stem for file, stem in stems.items()}


def plan_jobs(
    contents: Mapping[Path, Path],
    out: Path,
    names: list[str],
    extension: str,
    masks: Sequence[str] = (),
) -> list[Job]:
    """A job for every content.

    Args:
        contents: {file: where below ``out`` its pictures lie, without style and ending}.
        out: The folder to write to.
        names: Of the pictures made from each content; of several there is a contact sheet, too.
        extension: Of the pictures, as in "png".
        masks: Labels of the masks written beside the pictures.

    Raises:
        UserError: If a file would be written twice or over a content.
    """
    jobs = []
    taken = {_resolved(content): content for content in contents}
    for content, below in contents.items():
        stem = out / below
        job = Job(
            content,
            {name: Path(f"{stem}_{name}.{extension}") for name in names},
            Path(f"{stem}_sheet.{extension}") if len(names) > 1 else None,
            {label: Path(f"{stem}_mask_{label}.png") for label in masks},
        )
        _check_taken(job, taken)
        jobs.append(job)
    return jobs


def plan_one(contents: Mapping[Path, Path], file: Path, names: list[str]) -> list[Job]:
    """The job of the one picture that is made, in a file of its own name.

    Raises:
        UserError: If there are several, or the file is the content.
    """
    if len(contents) > 1 or len(names) > 1:
        raise UserError(
            f"out={file} is one picture, and this makes {len(contents)} x {len(names)}: "
            "choose a content and a style, or give a folder"
        )
    (content,) = contents
    job = Job(content, {names[0]: file}, None, {})
    _check_taken(job, {_resolved(content): content})
    return [job]


def _check_taken(job: Job, taken: dict[Path, Path]) -> None:
    """Raises UserError for a file that is ``taken``; what the job writes is then taken, too."""
    for path in job.outputs():
        other = taken.get(_resolved(path))
        if other:
            raise UserError(
                f"{path}, made from {job.content}, would overwrite {other} or what is made "
                "from it; rename one or give out="
            )
        taken[_resolved(path)] = job.content


def _without_earlier_pictures(contents: list[Path], root: Path, out: Path) -> list[Path]:
    top = _resolved(root)
    own = _resolved(out)
    # a default folder lies beside those of the runs before it
    folders = [own, *(parent for parent in own.parents if parent.name == OUTPUTS)]
    below = [one for one in folders if one != top and one.is_relative_to(top)]
    left = [one for one in contents if not any(map(_resolved(one).is_relative_to, below))]
    if not left:
        raise UserError(f"no picture in {root} but those in {out}, where this run would write")
    return left


def _resolved(path: Path) -> Path:
    """Without links, as far as they lead anywhere: a link to itself stays."""
    return Path(os.path.realpath(path))


def read_checked(path: Path, size: int | tuple[int, int] | None, deep: bool = False) -> Photo:
    """A picture, with ``size`` its shortest side, or the width and height to fit into.

    With ``deep`` it keeps 16 bits a color, where it has them.

    Raises:
        UserError: If it cannot be read, or has a side that no network takes.
    """
    photo = Photo(images.read_photo(path, size, deep))
    check_sides(photo.height, photo.width, str(path))
    return photo


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


def thumbnail_size(photo: Photo) -> tuple[int, int]:
    """Height and width of its thumbnail."""
    return images.shortest_side(
        photo.height, photo.width, min(THUMBNAIL, photo.height, photo.width)
    )
