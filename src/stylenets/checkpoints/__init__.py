"""The one place that reads and writes weights: plain data only, checked before memory is taken."""

from stylenets.checkpoints.loading import load
from stylenets.checkpoints.network import FORMAT, LIMITS, Network, check_metadata
from stylenets.checkpoints.reading import load_plain, locate
from stylenets.checkpoints.saving import save
from stylenets.checkpoints.style_files import (
    belongs_to,
    check_replaceable,
    save_style,
    with_style_files,
)

__all__ = [
    "FORMAT",
    "LIMITS",
    "Network",
    "belongs_to",
    "check_metadata",
    "check_replaceable",
    "load",
    "load_plain",
    "locate",
    "save",
    "save_style",
    "with_style_files",
]
