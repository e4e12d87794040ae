"""The one place that reads and writes weights: plain data only, checked before memory is taken."""

from stylenets.checkpoints.loading import load
from stylenets.checkpoints.network import FORMAT, LIMITS, Network, check_metadata
from stylenets.checkpoints.reading import load_plain, locate
from stylenets.checkpoints.saving import save

__all__ = [
    "FORMAT",
    "LIMITS",
    "Network",
    "check_metadata",
    "load",
    "load_plain",
    "locate",
    "save",
]
