"""The table of pictures from file to file, by their size."""

from typing import Any

from stylenets.report.tables import Sheet


def picture_table(records: list[Any]) -> Sheet:
    """A row for each."""
    rows = [
        [
            f"{one['width']} x {one['height']}",
            one["painter"],
            one["tiling"],
            f"{one['bytes'] / 1e6:.0f}" if "bytes" in one else "ran out",
            f"{one['seconds']:.0f}" if "seconds" in one else "",
        ]
        for one in records
    ]
    title = "A picture from file to file: all that is resident, in MB"
    return Sheet(title, ["pixels", "by", "tiling", "peak", "core seconds"], rows)
