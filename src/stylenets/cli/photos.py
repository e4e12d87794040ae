"""The photographs that a command measures on."""

from torch import Tensor

from stylenets import images
from stylenets.photos import bundled_photos
from stylenets.styles import central_square


def read_photos(
    folder: str | None, limit: int | None, size: int, square: bool = True
) -> dict[str, Tensor]:
    """Read the first ``limit`` pictures of a folder, or of the bundled photographs.

    Args:
        folder: Where the pictures are, in folders of their own or not; None: the bundled ones.
        limit: How many to read; None: all.
        size: Pixels of the shortest side.
        square: Whether to cut out the central square.

    Returns:
        {path below the folder: picture (3, H, W) in [0, 1]}.
    """
    if folder is None:
        paths = {path.name: path for path in bundled_photos()[:limit]}
    else:
        listed = images.list_pictures(folder)[:limit]
        paths = {path.relative_to(folder).as_posix(): path for path in listed}
    pictures = {name: images.read(path, size) for name, path in paths.items()}
    if not square:
        return pictures
    return {name: central_square(picture) for name, picture in pictures.items()}
