"""The style pictures of a run under their names, in the order of their indices."""

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from stylenets import assets, images
from stylenets.errors import UserError
from stylenets.images import list_pictures

log = logging.getLogger(__name__)

MAX_NAME = 100  # bytes, since a file name of 255 also holds that of the content
PHOTO = "photo"  # the row of a network that paints the photograph as it is
SIX = ("swirl", "glass", "woodcut", "points", "facets", "ink")


@dataclass(frozen=True)
class StyleBank:
    """The styles of a run.

    Attributes:
        names: S unique names.
        pictures: S of (3, H, W) RGB in [0, 1].
        coefficients: S factors on the styles' losses.
    """

    names: list[str]
    pictures: list[Tensor]
    coefficients: list[float]

    def __len__(self) -> int:
        return len(self.names)


def load_styles(
    names: Sequence[str] = (),
    root: str | None = None,
    images: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    size: int = 384,
    crop: bool = False,
    coefficients: Mapping[str, float] | None = None,
    held_back: Sequence[str] = (),
    only_held_back: bool = False,
) -> StyleBank:
    """Your own style pictures, or bundled ones where you give none.

    Args:
        names: Of bundled styles.
        root: A folder, of which every picture is taken.
        images: Single files.
        files: {style: file}: a choice of the files below ``root``, under names of their own.
        size: Shortest side in pixels: the scale of the strokes. Pictures are never squashed.
        crop: Keep only the central square, so that pictures of any shape weigh about the same.
        coefficients: {style: factor on its losses}; 1 where it is not given.
        held_back: Names of files below ``root`` that are not taken, so that they can test what a
            network makes of styles that it never saw.
        only_held_back: Take them alone, to test it.

    Returns:
        The styles, each named as its file is without the ending, or as ``files`` has it.

    Raises:
        UserError: A name is unknown or taken twice, the size is out of bounds, or there is no
            picture.

    Example:
        >>> bank = load_styles(names=["swirl", "ink"], size=64)
        >>> bank.names, bank.pictures[0].shape
        (['swirl', 'ink'], torch.Size([3, 64, 64]))
    """
    if files:
        chosen = [Path(root or "", file) for file in files.values()]
        return picture_styles(chosen, size, crop, coefficients, list(files))
    below_root = list_pictures(root) if root else []
    if held_back:
        below_root = [one for one in below_root if (one.name in held_back) == only_held_back]
    paths = [*below_root, *map(Path, images)]
    if not paths:
        paths = [bundled_style(name) for name in names]
    if not paths:
        raise UserError("no style pictures: give styles.root=FOLDER or styles.images=[a.jpg,b.jpg]")
    return picture_styles(paths, size, crop, coefficients)


def bundled_style(name: str) -> Path:
    """The file of one of the original artworks that come with the project.

    Raises:
        UserError: There is none of that name.
    """
    if name not in SIX:
        raise UserError(f"unknown style {name}; the bundled ones are {', '.join(SIX)}")
    return assets.STYLES / f"{name}.jpg"


def picture_styles(
    paths: Sequence[Path],
    size: int,
    crop: bool,
    coefficients: Mapping[str, float] | None = None,
    names: Sequence[str] | None = None,
) -> StyleBank:
    """Read style pictures, never squashed.

    Args:
        paths: Their files.
        size: Shortest side in pixels, 16 to 4096.
        crop: Keep only the central square.
        coefficients: {style: factor on its losses}; 1 where it is not given.
        names: Of the styles; None takes the files' names without the ending.

    Raises:
        UserError: Two have the same name, a coefficient is of none of them, or the size is out of
            bounds.
    """
    if not 16 <= size <= 4096:
        raise UserError(f"styles.size={size}: between 16 and 4096 pixels")
    names = [name_of(path) for path in paths] if names is None else list(names)
    factors = dict(coefficients or {})
    _check_names(names, set(factors))
    pictures = [images.read(path, size) for path in paths]
    if crop:
        pictures = [central_square(picture) for picture in pictures]
    return StyleBank(names, pictures, [float(factors.get(name, 1.0)) for name in names])


def name_of(path: Path) -> str:
    """The name of a style: its file's without the ending, fit to be part of other files' names.

    Characters that do not print go, other spaces become plain ones, and a long name is cut, which
    is said.

    Raises:
        UserError: Nothing is left of it.
    """
    composed = unicodedata.normalize("NFC", path.stem)
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in composed)
    printed = "".join(one for one in spaced if one.isprintable()).replace("\\", "_")
    shortened = printed.encode()[:MAX_NAME].decode(errors="ignore")
    name = shortened.lstrip(". ").strip()
    if not name:
        raise UserError(f"no style can be called {path.stem!a:.80}: rename the file")
    if name != composed:
        log.info("the style picture %s goes by the name %s", ascii(path.name), name)
    return name


def _check_names(names: list[str], with_coefficients: set[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(
            f"two style pictures are named {', '.join(twice)}: styles go by file name, rename one"
        )
    if unknown := with_coefficients - set(names):
        raise UserError(
            f"styles.coefficients names {', '.join(sorted(unknown))}; the styles are"
            f" {', '.join(names)}"
        )


def central_square(picture: Tensor) -> Tensor:
    """(3, H, W) -> (3, m, m) with m = min(H, W), cut from the middle."""
    side = min(picture.shape[1:])
    top = (picture.shape[1] - side) // 2
    left = (picture.shape[2] - side) // 2
    return picture[:, top : top + side, left : left + side]


def one_hot(indices: Tensor, count: int) -> Tensor:
    """(B,) style indices -> (B, count) float weights.

    Example:
        >>> one_hot(torch.tensor([2, 0]), 3)
        tensor([[0., 0., 1.],
                [1., 0., 0.]])
    """
    return torch.nn.functional.one_hot(indices, count).float()
