"""How frames become packets: which codec in which container, and how well."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from stylenets.errors import UserError
from stylenets.video import CODECS
from stylenets.video.clip import Clip, Frame

# encoder, the constant rate factor at which its loss is hardly seen, and what else it is told. They
# are told to be quick, for the cores are the network's: a frame of 640 x 480 takes 9 ms of one core
# with h264, 17 with vp9 and 35 with hevc, where their own settings take 33, 245 and 132 for a tenth
# fewer bytes
ENCODERS: dict[str, tuple[str, str, dict[str, str]]] = {
    # with its tree of macroblocks, x264 wrote another file in 7 of 100 runs
    "h264": ("libx264", "17", {"preset": "veryfast", "bf": "0", "x264-params": "mbtree=0"}),
    "hevc": (
        "libx265",
        "20",
        {"preset": "ultrafast", "x265-params": "bframes=0:log-level=error"},
    ),
    "vp9": ("libvpx-vp9", "24", {"deadline": "realtime", "cpu-used": "6", "b": "0"}),
    "av1": ("libsvtav1", "28", {"svtav1-params": "pred-struct=1"}),
    "gif": ("gif", "", {}),
}
EVEN = ("h264", "hevc", "av1")  # their colors are of 2 x 2 pixels: odd sides do not go
PALETTE = "new=1:dither=bayer"  # of each frame its own, and a pattern that stays where it is


@dataclass(frozen=True)
class Encoding:
    """What a person asks for: ``codec`` and ``quality`` None are the container's own.

    Attributes:
        codec: One of ENCODERS.
        quality: The constant rate factor: less is better and larger.
    """

    codec: str | None = None
    quality: int | None = None

    def codec_for(self, path: Path) -> str:
        """The codec in a file of this ending. Raises UserError where it cannot be there."""
        fitting = CODECS[path.suffix.lower()]
        if self.codec and self.codec not in fitting:
            raise UserError(f"codec={self.codec}: a {path.suffix} holds {' or '.join(fitting)}")
        return self.codec or fitting[0]


class Encoder:
    """A stream of pictures in a container that is open for writing.

    Args:
        container: Of PyAV.
        codec: One of ENCODERS.
        quality: As of an Encoding.
        first: A frame as large as all.
        source: The clip whose times they have.
    """

    def __init__(
        self, container: Any, codec: str, quality: int | None, first: Frame, source: Clip
    ) -> None:
        name, usual, options = ENCODERS[codec]
        self.codec = codec
        self.tick = source.tick
        height, width = self._pixels(first.picture).shape[:2]
        stream: Any = container.add_stream(name, rate=source.rate)
        stream.width = width
        stream.height = height
        stream.pix_fmt = "pal8" if codec == "gif" else "yuv420p"
        context = stream.codec_context
        context.time_base = source.tick
        stream.time_base = source.tick
        context.sample_aspect_ratio = source.aspect
        # the cores are the network's, which paints meanwhile
        context.thread_count = 1
        if codec == "av1":
            os.environ.setdefault("SVT_LOG", "1")  # of errors only, not of every setting
        if codec != "gif":
            chosen = usual if quality is None else str(quality)
            context.options = {"crf": chosen, **options}
        self.stream = stream
        self.palette = _palette_graph(width, height, source) if codec == "gif" else None

    def packets(self, frame: Frame) -> Iterator[Any]:
        """The packets that are there after a frame, whose time counts from the first."""
        import av

        image = av.VideoFrame.from_ndarray(self._pixels(frame.picture), format="rgb24")
        image.pts = frame.time
        image.time_base = self.tick
        if self.palette:
            self.palette.push(image)
            image = self.palette.pull()
        yield from self.stream.encode(image)

    def rest(self) -> Iterator[Any]:
        """The packets that are still to come at the end."""
        yield from self.stream.encode(None)

    def _pixels(self, picture: Tensor) -> np.ndarray[Any, Any]:
        """(3, H, W) in [0, 1] -> (h, w, 3) bytes; of some codecs without an odd row or column."""
        height, width = picture.shape[1:]
        if self.codec in EVEN:
            picture = picture[:, : height - height % 2, : width - width % 2]
        return (255 * picture).round().byte().permute(1, 2, 0).contiguous().numpy()


def _palette_graph(width: int, height: int, source: Clip) -> Any:
    """A filter that reduces each frame to 256 colors of its own."""
    import av

    graph = av.filter.Graph()
    pixels = av.VideoFormat("rgb24", width, height)
    start = graph.add_buffer(width=width, height=height, format=pixels, time_base=source.tick)
    split = graph.add("split")
    found = graph.add("palettegen", "stats_mode=single")
    used = graph.add("paletteuse", PALETTE)
    end = graph.add("buffersink")
    start.link_to(split)
    split.link_to(found, 0, 0)
    split.link_to(used, 1, 0)
    found.link_to(used, 0, 1)
    used.link_to(end)
    graph.configure()
    return graph
