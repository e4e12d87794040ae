"""Write a clip part by part, so that a kill costs no more than a part.

``clip.mp4`` in the making is a folder, ``clip.part``, of clips of two seconds each, which can be
played and are encoded each by itself. With each lies what the next frame depends on, so that a
clip that is taken up again becomes the same as one that was never stopped. At the end the parts'
packets are put into one file, with the sound of the source.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

import safetensors.torch

from stylenets.errors import UserError
from stylenets.files import write_bytes, write_text
from stylenets.video.clip import Clip, Frame
from stylenets.video.encoding import Encoder, Encoding
from stylenets.video.joining import Part, container_to_write, join, part_name, parts_in
from stylenets.video.resuming import check_same_settings
from stylenets.video.steady import PaintedFrame, State

SECONDS = 2  # of a part: so much a kill can cost
SETTINGS = "settings.txt"


class ClipWriter:
    """A clip in the making, in a folder beside it until it is whole.

    ``done`` is the number of frames that lie in whole parts, ``count`` that of all.

    Args:
        path: Its file in the end; the ending says the container.
        source: The clip whose times and sound it has.
        encoding: Codec and quality.
        settings: What the frames depend on, in words: what was painted with others is not taken up.
        resume: Whether to go on with what lies there.

    Raises:
        UserError: It cannot be written, or what lies there has other settings.
    """

    def __init__(
        self,
        path: Path,
        source: Clip,
        encoding: Encoding | None = None,
        settings: str = "",
        resume: bool = False,
    ) -> None:
        self.path = path
        self.source = source
        encoding = encoding or Encoding()
        self.codec = encoding.codec_for(path)
        self.quality = encoding.quality
        self.folder = path.with_name(f"{path.stem}.part")
        self.unfinished = self.folder / f"unfinished{path.suffix}"
        # each frame of a GIF is drawn over the one before: it is a single part
        self.length = 0 if self.codec == "gif" else max(1, round(SECONDS * source.rate))
        self.container: Any = None
        self.frames = 0  # in the part that is open
        self.time = 0  # of its first
        self.settings = settings
        self._take_up(resume)
        self.done = self.length * len(self.parts)
        self.count = self.done

    def __enter__(self) -> ClipWriter:
        return self

    def state(self) -> State:
        """What the frame after those that are done depends on."""
        file = self.parts[-1].path.with_suffix(".state") if self.parts else None
        return safetensors.torch.load_file(file) if file and file.is_file() else {}

    def write(self, frame: PaintedFrame) -> None:
        """Add a painted frame."""
        if self.container is None:
            self._begin_part(frame)
        for packet in self.encoder.packets(Frame(frame.picture, frame.time - self.time)):
            self.container.mux(packet)
        self.frames += 1
        self.count += 1
        if self.frames == self.length:
            name = part_name(len(self.parts), self.time)
            if frame.state:
                write_bytes(self.folder / f"{name}.state", safetensors.torch.save(frame.state))
            self._end_part(self.folder / f"{name}{self.path.suffix}")

    def finish(self, whole: bool = True) -> Path:
        """Put the parts together.

        Args:
            whole: Whether these are all frames. If not, the parts stay, to be gone on with.

        Returns:
            The clip's own file, or where what there is can be played.

        Raises:
            UserError: There are no frames, or the container does not take the sound.
        """
        if self.container is not None:
            self._end_part(self.unfinished)
        if not self.parts:
            raise UserError(f"{self.source.path}: no frame of it could be decoded")
        joined = self.path.with_name(f"{self.folder.name}{self.path.suffix}")
        join(self.parts, joined, self.source, whole)
        if not whole:
            self.unfinished.unlink(missing_ok=True)
            return joined
        joined.replace(self.path)
        shutil.rmtree(self.folder)
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.container is not None:
            self.container.close()

    def _take_up(self, resume: bool) -> None:
        """Find the whole parts that lie there, or clear them away."""
        if not resume and self.folder.exists():
            shutil.rmtree(self.folder)
        self.parts = parts_in(self.folder, self.path.suffix)
        if self.parts:
            check_same_settings(self.folder / SETTINGS, self.settings, self.folder)

    def _begin_part(self, frame: Frame) -> None:
        if not self.parts:
            write_text(self.folder / SETTINGS, self.settings)
        self.frames = 0
        self.time = frame.time
        self.container = container_to_write(self.unfinished)
        self.encoder = Encoder(self.container, self.codec, self.quality, frame, self.source)

    def _end_part(self, path: Path) -> None:
        for packet in self.encoder.rest():
            self.container.mux(packet)
        self.container.close()
        self.container = None
        self.unfinished.replace(path)
        self.parts.append(Part(path, self.time))
