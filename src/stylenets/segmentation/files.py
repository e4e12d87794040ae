"""Masks that are already there: a picture for each label, a label map, a matte, or the alpha channel of the content itself."""

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
            label: fit(_matte(file, label), picture, file) for label, file in self.files.items()
        }


@dataclass(frozen=True)
class Alpha:
    """The alpha channel of ``file`` as the mask of ``label``."""

    label: str
    file: Path

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Raises UserError where the file has no alpha channel or another shape than ``picture``."""
        try:
            alpha = images.read_alpha(self.file)[0]
        except UserError as error:
            raise UserError(
                f"no masks: {self.file} has no alpha channel; give masks=FILE, or segmenter= to find them"
            ) from error
        return {self.label: fit(alpha, picture, self.file)}


@dataclass(frozen=True)
class LabelMap:
    """One picture whose values stand for labels: {1: "person"} for gray values or a palette's indices, {"0xff0000": "dog"} for colors.

    Several values may have one label; values without one are background.
    """

    file: Path
    labels: Mapping[int | str, str]

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        """Raises UserError for an unreadable file, one of another shape than ``picture``, or one with none of the labels in it."""
        colors = any(isinstance(value, str) for value in self.labels)
        values = images.read_values(self.file, colors)
        names = {
            int(value, 16) if isinstance(value, str) else value: name
            for value, name in self.labels.items()
        }
        held = values.unique().tolist()
        if not set(held) & set(names):
            shown = ", ".join(f"0x{value:06x}" if colors else str(value) for value in held[:10])
            raise UserError(
                f"{self.file} holds none of the values in labels=, but {shown}{', …' if len(held) > 10 else ''}"
            )
        inside = {
            name: torch.isin(values, torch.tensor([v for v, own in names.items() if own == name]))
            for name in names.values()
        }
        return {name: fit(mask.float(), picture, self.file) for name, mask in inside.items()}


def from_files(
    source: Path | Mapping[str, Path] | None,
    labels: Mapping[int | str, str] | None,
    wanted: Sequence[str],
    content: Path,
) -> Segmenter:
    """The segmenter of one content: ``source`` is a file per label, one file, a folder of files by content, or None for its own alpha.

    ``labels``: the file is a label map; else it is the matte of the one label that is ``wanted``. A folder holds ``<content stem>.png``,
    or ``<content stem>_mask_<label>.png`` for each label. Raises UserError where there is no such file or one matte for several labels.
    """
    if isinstance(source, Mapping):
        return Mattes(source)
    if source is not None and source.is_dir():
        by_label = {label: source / f"{content.stem}_mask_{label}.png" for label in wanted}
        if labels is None and all(file.is_file() for file in by_label.values()):
            return Mattes(by_label)
        source = _named_like(content, source)
    if labels is not None:
        return LabelMap(source or content, labels)
    if len(wanted) > 1:
        raise UserError(
            f"one mask for {' and '.join(wanted)}: give masks={{{wanted[0]}: FILE, …}}, or labels= where it is a label map"
        )
    return Alpha(wanted[0], content) if source is None else Mattes({wanted[0]: source})


def fit(mask: Tensor, picture: Tensor, file: Path) -> Tensor:
    """(h, w) -> the height and width of ``picture``. Raises UserError, naming ``file``, where the shape differs by more than a pixel."""
    (h, w), (height, width) = mask.shape, picture.shape[-2:]
    if abs(h * width - w * height) > max(h, w, height, width):
        raise UserError(
            f"the mask {file} is {w} x {h} and its picture {width} x {height}: give one of the picture's shape"
        )
    return mask if (h, w) == (height, width) else masks.resize(mask, height, width)


def _named_like(content: Path, folder: Path) -> Path:
    files = sorted(
        file
        for file in folder.glob(f"{glob.escape(content.stem)}.*")
        if file.suffix.lower() in images.EXTENSIONS
    )
    if not files:
        raise UserError(f"no mask in {folder}: there is no {content.stem}.png")
    return files[0]


def _matte(file: Path, label: str) -> Tensor:
    matte = images.read_matte(file)
    if 0 < matte.max() < DARK:
        value = round(255 * float(matte.max()))
        raise UserError(
            f"the mask {file} is black, its largest value {value}: a label map? then say 'labels={{{value}: {label}}}'"
        )
    return matte
