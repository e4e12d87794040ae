"""Masks that are already there: a mask for each label, a label map, a matte, an alpha channel."""

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from stylenets import images, masks
from stylenets.errors import UserError
from stylenets.segmentation import Segmenter

DARK = 0.1  # a matte that is nowhere brighter was hardly meant as one


@dataclass(frozen=True)
class Mattes:
    """A mask file for each label: opaque, or where nothing is transparent white, is inside."""

    files: Mapping[str, Path]

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Raises UserError for an unreadable file or one of another shape than ``picture``."""
        return {
            label: _fit(_read_matte(file, label), picture, file)
            for label, file in self.files.items()
        }


@dataclass(frozen=True)
class Alpha:
    """The alpha channel of ``file`` as the mask of ``label``."""

    label: str
    file: Path

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Raises UserError for a file without an alpha channel or of another shape."""
        try:
            alpha = images.read_alpha(self.file)[0]
        except UserError as error:
            raise UserError(
                f"no masks: {self.file} has no alpha channel;"
                " give masks=FILE, or segmenter= to find them"
            ) from error
        return {self.label: _fit(alpha, picture, self.file)}


@dataclass(frozen=True)
class LabelMap:
    """One picture whose values stand for labels.

    {1: "person"} are gray values or a palette's indices, {"0xff0000": "dog"} are colors. Several
    values may have one label; values without one are background.
    """

    file: Path
    labels: Mapping[int | str, str]

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Raises UserError for a file that is unreadable, of another shape, or without labels."""
        colors = any(isinstance(value, str) for value in self.labels)
        values = images.read_values(self.file, colors)
        wanted: dict[str, list[int]] = {}
        for value, label in self.labels.items():
            number = int(value, 16) if isinstance(value, str) else value
            wanted.setdefault(label, []).append(number)
        self._check_held(values, wanted, colors)
        found = {}
        for label, numbers in wanted.items():
            mask = torch.isin(values, torch.tensor(numbers)).float()
            found[label] = _fit(mask, picture, self.file)
        return found

    def _check_held(self, values: Tensor, wanted: Mapping[str, list[int]], colors: bool) -> None:
        held = values.unique().tolist()
        if held == [0] or any(number in held for some in wanted.values() for number in some):
            return
        shown = ", ".join(f"0x{value:06x}" if colors else str(value) for value in held[:10])
        more = ", …" if len(held) > 10 else ""
        raise UserError(f"{self.file} holds none of the values in labels=, but {shown}{more}")


def from_files(
    source: Path | Mapping[str, Path] | None,
    labels: Mapping[int | str, str] | None,
    wanted: Sequence[str],
    content: Path,
) -> Segmenter:
    """The segmenter of one content image whose masks are files.

    Args:
        source: A file for each label, one file, a folder of files by content, or None for the
            content's own alpha channel. A folder holds ``<content stem>.png``, or
            ``<content stem>_mask_<label>.png`` for each label.
        labels: What the values of a label map stand for; None: the file is the matte of the one
            label that is wanted.
        wanted: The labels to find.
        content: The content image's file.

    Raises:
        UserError: There is no such file, or there is one matte for several labels.
    """
    if isinstance(source, Mapping):
        return Mattes(source)
    if source is not None and source.is_dir():
        by_label = {label: source / f"{content.stem}_mask_{label}.png" for label in wanted}
        if labels is None and all(file.is_file() for file in by_label.values()):
            return Mattes(by_label)
        source = _find_named_like(content, source)
    if labels is not None:
        return LabelMap(source or content, labels)
    if len(wanted) > 1:
        raise UserError(
            f"one mask for {' and '.join(wanted)}: give masks={{{wanted[0]}: FILE, …}},"
            " or labels= where it is a label map"
        )
    return Alpha(wanted[0], content) if source is None else Mattes({wanted[0]: source})


def _fit(mask: Tensor, picture: Tensor, file: Path) -> Tensor:
    """Resize a mask (h, w) to a picture, if their shapes differ by no more than a pixel."""
    own_height, own_width = mask.shape
    height, width = picture.shape[-2:]
    difference = abs(own_height * width - own_width * height)
    if difference > max(own_height, own_width, height, width):
        raise UserError(
            f"the mask {file} is {own_width} x {own_height} and its picture {width} x {height}:"
            " give one of the picture's shape"
        )
    same = (own_height, own_width) == (height, width)
    return mask if same else masks.resize(mask, height, width)


def _find_named_like(content: Path, folder: Path) -> Path:
    files = sorted(
        file
        for file in folder.glob(f"{glob.escape(content.stem)}.*")
        if file.suffix.lower() in images.EXTENSIONS
    )
    if not files:
        raise UserError(f"no mask in {folder}: there is no {content.stem}.png")
    return files[0]


def _read_matte(file: Path, label: str) -> Tensor:
    matte = images.read_matte(file)
    if 0 < matte.max() < DARK:
        value = round(255 * float(matte.max()))
        raise UserError(
            f"the mask {file} is black, its largest value {value}: a label map?"
            f" then say 'labels={{{value}: {label}}}'"
        )
    return matte
