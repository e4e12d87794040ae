"""What somebody uploaded, read within the limits, or refused in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor

from stylenets import images
from stylenets.app.settings import Limits
from stylenets.errors import UserError


def read_upload(
    path: str | None, limits: Limits, size: int | None = None, what: str = "a photo"
) -> Tensor:
    """An uploaded picture -> (3, H, W) in [0, 1], refused by its header if it is too large.

    Args:
        path: Where Gradio put it; None: nothing was uploaded.
        limits: What is allowed.
        size: Shortest side in pixels to read it at; None: as it is.
        what: What should have been uploaded, for the error.

    Raises:
        UserError: There is none, it is no picture, or it has or would get too many pixels.
    """
    if not path:
        raise UserError(f"give {what} first")
    with told_by_name(Path(path)):
        height, width = images.sides(Path(path))
        check_pixels("the picture is", height, width, limits.megapixels)
        scale = 1.0 if size is None else size / min(height, width)
        sides = round(height * scale), round(width * scale)
        check_pixels("it would be painted at", *sides, limits.painted)
        return images.read(path, size)


def check_pixels(what: str, height: int, width: int, megapixels: int) -> None:
    """Raises UserError for a picture of more pixels than allowed."""
    if height * width > megapixels * 10**6:
        raise UserError(
            f"{what} {width} x {height}, and {megapixels} megapixels are the most: "
            "choose a smaller one, or a smaller size"
        )


@contextmanager
def told_by_name(path: Path) -> Iterator[None]:
    """In a UserError of the block a file goes by its name: where it lies is the server's own."""
    try:
        yield
    except UserError as error:
        raise UserError(str(error).replace(str(path), path.name)) from error
