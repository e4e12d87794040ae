"""A camera, or a clip that is played like one: the newest picture there is, never an old one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import torch
from torch import Tensor

from stylenets.errors import UserError
from stylenets.video.flow import load_opencv
from stylenets.video.reading import frames, look_into

LONGEST = 10.0  # seconds without a picture after which a camera is given up


class Camera:
    """Takes pictures in a thread of its own and keeps the newest; what nobody took is dropped.

    ``dropped`` counts those. A context: at its end the camera is let go.

    Args:
        source: The number of a camera, or the file of a clip, shown at its own times.

    Raises:
        UserError: There is no such camera, or the clip cannot be read.
    """

    def __init__(self, source: int | Path) -> None:
        self.pictures = _played(source) if isinstance(source, Path) else _taken(source)
        self.dropped = 0
        self.newest: Tensor | None = None
        self.ended = False
        self.failure: UserError | None = None
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __iter__(self) -> Iterator[Tensor]:
        """The newest picture (3, H, W) in [0, 1] whenever one is asked for, each once."""
        while True:
            with self.changed:
                if not self.changed.wait_for(lambda: self.ended or self._there(), LONGEST):
                    raise UserError(f"no picture came in {LONGEST:.0f} s")
                picture, self.newest = self.newest, None
            if picture is not None:
                yield picture
            elif self.failure:
                raise self.failure
            else:
                return

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended = True
        self.thread.join()

    def _there(self) -> bool:
        return self.newest is not None

    def _watch(self) -> None:
        try:
            for picture in self.pictures:
                with self.changed:
                    if self.ended:
                        return
                    self.dropped += self._there()
                    self.newest = picture
                    self.changed.notify()
        except UserError as error:
            self.failure = error
        finally:
            with self.changed:
                self.ended = True
                self.changed.notify()


def _played(path: Path) -> Iterator[Tensor]:
    """The frames of a clip, each at its time."""
    clip = look_into(path)

    def play() -> Iterator[Tensor]:
        begin = time.monotonic()
        for frame in frames(clip):
            wait = begin + float(frame.time * clip.tick) - time.monotonic()
            time.sleep(max(0.0, wait))
            yield frame.picture

    return play()


def _taken(number: int) -> Iterator[Tensor]:
    """The pictures of a camera."""
    cv2 = load_opencv()
    camera = cv2.VideoCapture(number)
    if not camera.isOpened():
        raise UserError(f"camera={number}: there is no such camera; give 0, or a clip")

    def take() -> Iterator[Tensor]:
        try:
            while True:
                there, pixels = camera.read()
                if not there:
                    return
                rgb = np.ascontiguousarray(pixels[..., ::-1])
                yield torch.from_numpy(rgb).permute(2, 0, 1).float() / 255
        finally:
            camera.release()

    return take()
