"""What comes with the package: style pictures and trained networks."""

from pathlib import Path

STYLES = Path(__file__).parent / "styles"
NETWORKS = Path(__file__).parent / "networks"
SIX, SMALL, INVERSE = (NETWORKS / f"{name}.safetensors" for name in ("six", "small", "inverse"))


def network_file(name: str) -> Path:
    """A path as it is, or the file of a network that comes with the package: "six", "small", "inverse". A path of that name comes first."""
    bundled = NETWORKS / f"{name}.safetensors"
    return bundled if bundled.is_file() and not Path(name).exists() else Path(name)
