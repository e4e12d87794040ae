"""The style pictures of a run under their names, in the order of their indices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from stylenets import assets, images
from stylenets.errors import UserError

PHOTO = "photo"  # the row of a network that paints the photograph as it is
SIX = ("swirl", "glass", "woodcut", "points", "facets", "ink")


@dataclass(frozen=True)
class StyleBank:
    """Style pictures and what they are called.

    Args:
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
    size: int = 384,
    crop: bool = False,
    coefficients: Mapping[str, float] | None = None,
) -> StyleBank:
    """Read style pictures: your own, or the bundled ones.

    Args:
        names: Which of the bundled ones, where neither ``root`` nor ``images`` is given.
        root: A folder, of which every picture is a style.
        images: Single pictures. Styles go by file name without ending.
        size: Shortest side in pixels: the scale of the strokes. Pictures are never squashed.
        crop: Keep the central square only, so that every shape has about the same weight.
        coefficients: Factors on the styles' losses by name; 1 where none is given.

    Raises:
        UserError: For an unknown name, or where there is no picture.

    Example:
        >>> bank = load_styles(names=["swirl", "ink"], size=64)
        >>> bank.names, bank.pictures[0].shape
        (['swirl', 'ink'], torch.Size([3, 64, 64]))
    """
    paths = [*(_pictures_below(root) if root else []), *map(Path, images)]
    if not paths:
        paths = [bundled_style(name) for name in names]
    if not paths:
        raise UserError("no style pictures: give styles.root=FOLDER or styles.images=[a.jpg,b.jpg]")
    return picture_styles(paths, size, crop, coefficients)


def bundled_style(name: str) -> Path:
    """The file of one of the original artworks that come with the project.

    Raises:
        UserError: For an unknown name.
    """
    if name not in SIX:
        raise UserError(f"unknown style {name}; the bundled ones are {', '.join(SIX)}")
    return assets.STYLES / f"{name}.jpg"


def picture_styles(
    paths: Sequence[Path], size: int, crop: bool, coefficients: Mapping[str, float] | None = None
) -> StyleBank:
    """The pictures in ``paths`` as styles; the other arguments are those of ``load_styles``."""
    if not 16 <= size <= 4096:
        raise UserError(f"styles.size={size}: between 16 and 4096 pixels")
    names = [path.stem for path in paths]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UserError(
            f"two style pictures are named {', '.join(twice)}: styles go by file name, rename one"
        )
    coefficients = dict(coefficients or {})
    if unknown := set(coefficients) - set(names):
        raise UserError(
            f"styles.coefficients names {', '.join(sorted(unknown))}; the styles are {', '.join(names)}"
        )
    pictures = [images.read(path, size) for path in paths]
    if crop:
        pictures = [central_square(picture) for picture in pictures]
    return StyleBank(names, pictures, [float(coefficients.get(name, 1.0)) for name in names])


def central_square(picture: Tensor) -> Tensor:
    """(3, H, W) -> (3, m, m) with m = min(H, W), cut from the middle."""
    side = min(picture.shape[1:])
    top, left = (picture.shape[1] - side) // 2, (picture.shape[2] - side) // 2
    return picture[:, top : top + side, left : left + side]


def one_hot(indices: Tensor, count: int) -> Tensor:
    """(B,) style indices -> (B, count) float weights.

    Example:
        >>> one_hot(torch.tensor([2, 0]), 3)
        tensor([[0., 0., 1.],
                [1., 0., 0.]])
    """
    return torch.nn.functional.one_hot(indices, count).float()


def _pictures_below(root: str) -> list[Path]:
    return images.list_pictures(root)
