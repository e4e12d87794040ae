"""Write a clip frame by frame, with the sound of another untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from torch import Tensor

from stylenets.errors import UserError
from stylenets.video.reading import Clip, Frame, open_av

CODECS = {".webm": "libvpx-vp9"}  # of the others: H.264, which everything plays
# In fragments of their own, so that what is written can be played whatever happens then.
FRAGMENTS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    "avoid_negative_ts": "disabled",  # sound may begin before 0
}
SECONDS = 2  # from one key frame to the next: so much a kill can cost
QUALITY = {"libx264": "18", "libvpx-vp9": "24"}  # constant rate factors: hardly to be told apart


class ClipWriter:
    """A clip in the making, under a name of its own until it is whole.

    Args:
        path: Its file in the end; the ending says the container.
        source: The clip whose times and sound it has.

    Raises:
        UserError: It cannot be written.
    """

    def __init__(self, path: Path, source: Clip) -> None:
        self.path = path
        self.part = path.with_name(f"{path.stem}.part{path.suffix}")
        self.source = source
        self.stream: Any = None
        self.closing = ExitStack()
        self.sound: Iterator[tuple[float, Any]] = iter(())
        self.waiting: tuple[float, Any] | None = None

    def __enter__(self) -> ClipWriter:
        import av

        self.path.parent.mkdir(parents=True, exist_ok=True)
        options = FRAGMENTS if self.path.suffix in (".mp4", ".m4v", ".mov") else {}
        try:
            self.container = av.open(str(self.part), "w", options=options)
        except (av.FFmpegError, OSError) as error:
            raise UserError(f"cannot write {self.part}: {error}") from error
        self.closing.callback(self.container.close)
        return self

    def write(self, frame: Frame) -> None:
        """Add a painted frame; the first one says how large the clip is."""
        import av

        if self.stream is None:
            self._begin(frame.picture)
        pixels = _even(frame.picture)
        image = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        image.pts = frame.time
        image.time_base = self.source.tick
        self._mux_sound(float(frame.time * self.source.tick))
        for packet in self.stream.encode(image):
            self.container.mux(packet)

    def _begin(self, picture: Tensor) -> None:
        codec = CODECS.get(self.path.suffix, "libx264")
        height, width = _even(picture).shape[:2]
        stream: Any = self.container.add_stream(codec, rate=self.source.rate)
        stream.width = width
        stream.height = height
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = self.source.tick
        stream.codec_context.gop_size = max(1, round(SECONDS * self.source.rate))
        stream.codec_context.options = {"crf": QUALITY[codec], "b": "0", "bf": "0"}
        self.stream = stream
        self.sound = self._sound()
        self.waiting = next(self.sound, None)

    def _sound(self) -> Iterator[tuple[float, Any]]:
        """The packets of the source's sound and when they are heard, in seconds."""
        source = self.closing.enter_context(open_av(self.source.path))
        if not source.streams.audio:
            return
        stream = source.streams.audio[0]
        copied = self.container.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None:
                continue
            time = float(packet.dts * packet.time_base)
            packet.stream = copied
            yield time, packet

    def _mux_sound(self, until: float) -> None:
        while self.waiting is not None and self.waiting[0] <= until:
            self.container.mux(self.waiting[1])
            self.waiting = next(self.sound, None)

    def finish(self, whole: bool = True) -> Path:
        """Write what is left, and give the file its name if it is ``whole``.

        Returns:
            Where it is.
        """
        if self.stream is not None:
            for packet in self.stream.encode():
                self.container.mux(packet)
            if whole:
                self._mux_sound(float("inf"))
        self.closing.close()
        return self.part.replace(self.path) if whole else self.part

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.close()


def _even(picture: Tensor) -> np.ndarray[Any, Any]:
    """(3, H, W) in [0, 1] -> (h, w, 3) bytes; an odd last row or column goes, for H.264."""
    height, width = picture.shape[1:]
    cut = picture[:, : height - height % 2, : width - width % 2]
    return (255 * cut).round().byte().permute(1, 2, 0).contiguous().numpy()
