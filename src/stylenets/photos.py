"""The real photographs shipped inside scikit-image, found without importing it."""

from importlib.util import find_spec
from pathlib import Path

from stylenets.errors import UserError

PHOTOS = (
    "astronaut.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "hubble_deep_field.jpg",
    "motorcycle_left.png",
    "rocket.jpg",
)


def bundled_photos() -> list[Path]:
    """The seven photographs, sorted by name.

    Raises:
        UserError: Scikit-image or one of its photographs is missing.
    """
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise UserError(
            "the bundled photographs come with scikit-image, which is not installed:"
            " pip install scikit-image"
        )
    folder = Path(spec.origin).parent / "data"
    paths = [folder / name for name in PHOTOS]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise UserError(
            f"scikit-image's data folder {folder} lacks {', '.join(missing)}:"
            " pip install 'scikit-image>=0.25'"
        )
    return paths
