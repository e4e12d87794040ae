"""What comes with the package: style pictures and trained networks."""

from pathlib import Path

STYLES = Path(__file__).parent / "styles"
NETWORKS = Path(__file__).parent / "networks"
SIX = NETWORKS / "six.safetensors"
SMALL = NETWORKS / "small.safetensors"
MUSEUM = NETWORKS / "museum.safetensors"
ANY = NETWORKS / "any.safetensors"
INVERSE = NETWORKS / "inverse.safetensors"
JOHNSON_SWIRL = NETWORKS / "johnson_swirl.safetensors"
JOHNSON_POINTS = NETWORKS / "johnson_points.safetensors"
ATTENTION = Path(__file__).parent / "attention.safetensors"  # what segmenter=saliency knows


def network_file(name: str) -> Path:
    """The file meant by the name of a bundled network, or by a path, which is given back as it is.

    The bundled ones are "six", "small", "museum", "any", "inverse", "johnson_swirl" and
    "johnson_points". A file of such a name comes first, and so does a folder with a run in it.
    """
    path = Path(name)
    bundled = NETWORKS / f"{name}.safetensors"
    return bundled if bundled.is_file() and not _holds_network(path) else path


def _holds_network(path: Path) -> bool:
    own = (path / "network.safetensors").is_file() or (path / "checkpoints").is_dir()
    return path.is_file() or own or any(path.glob("*.ckpt"))
