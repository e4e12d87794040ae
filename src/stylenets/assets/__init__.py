"""What comes with the package: style pictures and trained networks."""

from pathlib import Path

STYLES = Path(__file__).parent / "styles"
NETWORKS = Path(__file__).parent / "networks"
SIX = NETWORKS / "six.safetensors"
SMALL = NETWORKS / "small.safetensors"
INVERSE = NETWORKS / "inverse.safetensors"


def network_file(name: str) -> Path:
    """The file meant by the name of a bundled network, or by a path, which is given back as it is.

    The bundled ones are "six", "small" and "inverse". A path of such a name comes first.
    """
    path = Path(name)
    bundled = NETWORKS / f"{name}.safetensors"
    return bundled if bundled.is_file() and not path.exists() else path
