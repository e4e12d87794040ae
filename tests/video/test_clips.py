"""PaintedFrame clips: the same frames at the same times, with the sound as it was."""

import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from stylenets.errors import UserError
from stylenets.video import CODECS
from stylenets.video.encoding import Encoding
from stylenets.video.pipeline import Behind, at_once, prefetched
from stylenets.video.reading import Damage, frames, look_into
from stylenets.video.steady import PaintedFrame
from stylenets.video.writing import ClipWriter

av = pytest.importorskip("av")

CONTAINERS = {
    ".mp4": ("libx264", "aac"),
    ".mov": ("libx264", "aac"),
    ".mkv": ("libx264", "aac"),
    ".webm": ("libvpx-vp9", "libopus"),
}
TICK = Fraction(1, 1000)
TIMES = [0, 40, 87, 120, 167, 200, 240, 287, 320, 360, 407, 440]  # of a variable frame rate


def make_clip(
    path: Path,
    width: int = 64,
    height: int = 48,
    times: Sequence[int] = TIMES,
    seconds: float = 0.5,
) -> None:
    """A gray that brightens, shown at ``times`` in milliseconds, and a tone of so many seconds."""
    codec, sound_codec = CONTAINERS[path.suffix]
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25)
        video.width = width
        video.height = height
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = TICK
        sound = container.add_stream(sound_codec, rate=48000)
        for number, time in enumerate(times):
            pixels = np.full((height, width, 3), 20 * number % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = time
            frame.time_base = TICK
            container.mux(video.encode(frame))
        tone = np.sin(np.arange(int(48000 * seconds)) / 17).astype(np.float32)
        for start in range(0, len(tone) - 960, 960):
            part = av.AudioFrame.from_ndarray(tone[None, start : start + 960], "fltp", "mono")
            part.sample_rate = 48000
            part.pts = start
            container.mux(sound.encode(part))
        for stream in (video, sound):
            container.mux(stream.encode(None))


def shown(path: Path) -> list[tuple[Fraction, float]]:
    """When each frame is shown, and its brightness."""
    with av.open(str(path)) as container:
        return [
            (frame.pts * frame.time_base, float(frame.to_ndarray(format="rgb24").mean()))
            for frame in container.decode(video=0)
        ]


def heard(path: Path) -> list[tuple[Fraction, bytes]]:
    """When each packet of the sound is heard, and what is in it."""
    with av.open(str(path)) as container:
        return [
            (packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux(audio=0)
            if packet.size
        ]


def repaint(source: Path, out: Path, stop_at: int | None = None) -> Path:
    clip = look_into(source)
    with ClipWriter(out, clip) as writer:
        for number, frame in enumerate(frames(clip)):
            if number == stop_at:
                return writer.finish(whole=False)
            writer.write(PaintedFrame(1 - frame.picture, frame.time))
        return writer.finish()


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_frames_times_and_sound_are_kept(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / f"clip{suffix}"
    make_clip(source)
    out = repaint(source, tmp_path / f"out{suffix}")
    before = shown(source)
    after = shown(out)
    assert [time for time, _ in after] == [time for time, _ in before]
    for (_, gray), (_, inverted) in zip(before, after, strict=True):
        assert inverted == pytest.approx(255 - gray, abs=4)
    assert heard(out) == heard(source)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"clip{suffix}", f"out{suffix}"]


@pytest.mark.parametrize("codec", CODECS[".mkv"])
def test_every_codec_keeps_every_frame(tmp_path: Path, codec: str) -> None:
    make_clip(tmp_path / "clip.mkv", width=80, height=80)
    clip = look_into(tmp_path / "clip.mkv")
    with ClipWriter(tmp_path / "out.mkv", clip, Encoding(codec)) as writer:
        for frame in frames(clip):
            writer.write(PaintedFrame(frame.picture, frame.time))
        writer.finish()
    before = shown(tmp_path / "clip.mkv")
    for (time, gray), (own, painted) in zip(before, shown(tmp_path / "out.mkv"), strict=True):
        assert (own, painted) == (time, pytest.approx(gray, abs=4))


def test_what_was_painted_before_a_stop_can_be_played(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4")
    out = tmp_path / "out.mp4"
    kept = repaint(tmp_path / "clip.mp4", out, stop_at=7)
    assert len(shown(kept)) == 7
    assert kept != out
    assert not out.exists()


def test_an_odd_row_and_column_go(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4")
    clip = look_into(tmp_path / "clip.mp4")
    with ClipWriter(tmp_path / "out.mp4", clip) as writer:
        for frame in frames(clip):
            writer.write(PaintedFrame(frame.picture[:, :33, :51], frame.time))
        writer.finish()
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (50, 32)


def test_a_damaged_clip_is_told_after_what_can_be_decoded(tmp_path: Path) -> None:
    whole = tmp_path / "clip.mkv"
    make_clip(whole)
    content = whole.read_bytes()
    (tmp_path / "cut.mkv").write_bytes(content[: len(content) // 3])
    damage = Damage()
    decoded = list(frames(look_into(tmp_path / "cut.mkv"), damage))
    assert 0 < len(decoded) < len(TIMES)
    assert "it should last 0.5" in str(damage)


def test_what_is_no_clip_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("words")
    with pytest.raises(UserError, match="damaged, or no clip"):
        look_into(tmp_path / "a.mp4")


def test_the_size_and_the_place_of_pixels_are_kept(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", width=80, height=46)
    pictures = [frame.picture for frame in frames(look_into(tmp_path / "clip.mp4"))]
    assert {tuple(picture.shape) for picture in pictures} == {(3, 46, 80)}


def test_reading_ahead_keeps_the_order_and_the_error() -> None:
    def numbers() -> Iterator[int]:
        yield from range(20)
        raise UserError("no more")

    seen = []
    with pytest.raises(UserError, match="no more"):
        for number in prefetched(numbers(), 3):
            seen.append(number)
    assert seen == list(range(20))


def test_what_is_made_at_once_comes_in_order_by_a_share_of_the_threads() -> None:
    threads = torch.get_num_threads()
    together = threading.Barrier(2)

    def work(number: int) -> int:
        if threads > 1:
            together.wait(10)  # two are at work, or this breaks
        return torch.get_num_threads()

    made = list(at_once(range(20), work, 2))
    assert made == [(number, max(1, threads // 2)) for number in range(20)]
    assert torch.get_num_threads() == threads


def test_what_fails_behind_is_told() -> None:
    def fail(number: int) -> None:
        raise UserError(f"cannot write {number}")

    with pytest.raises(UserError, match="cannot write 1"), Behind(fail) as call:
        call(1)
    written: list[int] = []
    with Behind(written.append, 2) as call:
        for number in range(9):
            call(number)
    assert written == list(range(9))


def test_torch_keeps_frames_in_range(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4")
    for frame in frames(look_into(tmp_path / "clip.mp4")):
        assert frame.picture.dtype is torch.float32
        assert 0 <= frame.picture.min() <= frame.picture.max() <= 1
