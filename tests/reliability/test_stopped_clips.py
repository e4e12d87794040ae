"""A clip that is killed, stopped or damaged: what was painted is kept, and gone on with."""

import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("av")
sys.path.append(str(Path(__file__).parents[1] / "cli"))
from clips import PAINT, moving_clip, pictures, start

pytestmark = pytest.mark.reliability
FRAMES = 180
PART = 50  # frames of two seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    moving_clip(tmp_path / "clip.mp4", FRAMES)
    return tmp_path


def stop_after_parts(folder: Path, count: int, how: signal.Signals) -> tuple[int, str]:
    """Start to paint, and send a signal once so many parts are whole: status and stderr."""
    process = start(folder, "clip.mp4", *PAINT)
    deadline = time.monotonic() + 120
    while len(list((folder / "p" / "clip_swirl.part").glob("0*.mp4"))) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    return process.returncode, told


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_is_gone_on_with_is_the_clip_that_was_never_stopped(
    folder: Path, how: signal.Signals
) -> None:
    status, told = stop_after_parts(folder, 2, how)
    out = folder / "p" / "clip_swirl.mp4"
    assert not out.exists()
    for part in (folder / "p" / "clip_swirl.part").glob("0*.mp4"):
        assert len(pictures(part)) == PART
    if how == signal.SIGINT:
        assert status == 130
        kept = folder / "p" / "clip_swirl.part.mp4"
        count = len(pictures(kept))
        assert 2 * PART <= count < FRAMES
        assert f"note: {count} frames were painted and are in p/clip_swirl.part.mp4" in told
    resumed = start(folder, "clip.mp4", *PAINT, "resume=true")
    _, told = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, told
    again = start(folder, "clip.mp4", "swirl", "ckpt=small", "out=whole")
    assert again.wait(120) == 0
    whole = pictures(folder / "whole" / "clip_swirl.mp4")
    assert len(whole) == FRAMES
    pairs = zip(pictures(out), whole, strict=True)
    assert [k for k, (one, other) in enumerate(pairs) if (one != other).any()] == []


def test_other_settings_do_not_go_on(folder: Path) -> None:
    stop_after_parts(folder, 1, signal.SIGKILL)
    other = start(folder, "clip.mp4", *PAINT, "strength=0.5", "resume=true")
    _, told = other.communicate(timeout=60)
    assert other.returncode == 2
    assert "was painted with other settings" in told


def test_of_a_clip_that_breaks_off_all_that_can_be_decoded_is_kept(folder: Path) -> None:
    moving_clip(folder / "clip.mkv", FRAMES)
    content = (folder / "clip.mkv").read_bytes()
    (folder / "clip.mkv").write_bytes(content[: len(content) // 3])
    process = start(folder, "clip.mkv", *PAINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 2
    kept = len(pictures(folder / "p" / "clip_swirl.part.mkv"))
    assert 0 < kept < FRAMES / 2
    assert f"{kept} frames were painted and are in p/clip_swirl.part.mkv" in told
    assert "clip.mkv is damaged: it should last 7.2" in told
    assert not (folder / "p" / "clip_swirl.mkv").exists()


def test_a_clip_with_a_hole_is_told_where_it_is(folder: Path) -> None:
    content = bytearray((folder / "clip.mp4").read_bytes())
    begin = content.index(b"mdat") + 5000
    content[begin : begin + 3000] = b"\xff" * 3000
    (folder / "clip.mp4").write_bytes(content)
    process = start(folder, "clip.mp4", *PAINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "could not be decoded" in told
    assert len(pictures(folder / "p" / "clip_swirl.part.mp4")) < FRAMES
