"""Clips to paint, the command as a process of its own, and what is in what it wrote."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

ROOT = Path(__file__).parents[2]
PAINT = ["swirl", "ckpt=small", "out=p"]


def moving_clip(
    path: Path, count: int, width: int = 64, height: int = 48, sound: bool = True
) -> None:
    """A smooth pattern that moves to the left, at 25 frames a second, and a tone."""
    rows, columns = np.mgrid[:height, :width]
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.options = {"preset": "ultrafast"}
        voice = container.add_stream("aac", rate=48000) if sound else None
        for number in range(count):
            waves = [np.sin((columns + number) / 5 + k) * np.cos(rows / (4 + k)) for k in range(3)]
            pixels = (127 + 100 * np.stack(waves, -1)).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if voice:
            tone = np.sin(np.arange(1920 * count) / 17).astype(np.float32)
            for start in range(0, len(tone) - 960, 960):
                part = av.AudioFrame.from_ndarray(tone[None, start : start + 960], "fltp", "mono")
                part.sample_rate, part.pts = 48000, start
                container.mux(voice.encode(part))
            container.mux(voice.encode(None))


def start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """The command on its way, in ``folder``."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "infer.py"), *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pictures(path: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    """The frames of a clip."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def times(path: Path) -> list[float]:
    """When they are shown, in seconds."""
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
