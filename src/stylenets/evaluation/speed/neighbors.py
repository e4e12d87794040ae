"""The table of a pass beside other processes."""

from collections.abc import Mapping, Sequence
from statistics import median

from stylenets.report.tables import Sheet

ALONE = "alone"


def neighbors_table(seconds: Mapping[str, Sequence[float]]) -> Sheet:
    """A row for each neighbor: {name: seconds of each pass}; ``ALONE`` is what the others face."""
    idle = median(seconds[ALONE])
    rows = [
        [name, f"{median(times):.2f}", f"{median(times) / idle:.2f}"]
        for name, times in seconds.items()
    ]
    return Sheet("A pass beside other processes", ["", "seconds", "times alone"], rows)
