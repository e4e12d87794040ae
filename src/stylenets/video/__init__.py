"""Clips: frames in, frames out, with their times and their sound. The only user of PyAV."""

import re

# the codecs that a file of this ending may hold, its own first
CODECS = {
    ".mp4": ("h264", "hevc", "av1"),
    ".m4v": ("h264", "hevc"),
    ".mov": ("h264", "hevc"),
    ".mkv": ("h264", "hevc", "vp9", "av1"),
    ".webm": ("vp9", "av1"),
    ".gif": ("gif",),
}
STEADY = ("norms", "before", "after")  # what keeps a painted clip from flickering
NUMBER = re.compile(r"%0?\d*d")  # in the name of numbered pictures, as in frames/%04d.png


def is_numbered(name: str) -> bool:
    """Whether a name stands for numbered pictures."""
    return NUMBER.search(name) is not None
