"""What of a clip is painted, how fast, and into what: the real command."""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")
sys.path.append(str(Path(__file__).parent))
from clips import moving_clip, pictures, times

from stylenets import images
from stylenets.cli.infer import command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["infer.py", *arguments, "swirl", "ckpt=small"])
    command.main()


def test_a_gif_becomes_a_gif_of_any_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving_clip(Path("clip.mp4"), 8, width=66, height=50, sound=False)
    run(monkeypatch, "clip.mp4", "out=a.gif", "size=49", "steady=off")
    assert [one.shape for one in pictures(Path("a.gif"))] == [(49, 65, 3)] * 8
    assert times(Path("a.gif")) == pytest.approx([0.04 * k for k in range(8)])
    run(monkeypatch, "a.gif", "out=b")
    assert len(pictures(Path("b/a_swirl.gif"))) == 8


def test_numbered_pictures_go_in_and_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving_clip(Path("clip.mp4"), 12)
    run(monkeypatch, "clip.mp4", "out=frames/%03d.png", "end=0.2")
    assert [one.name for one in sorted(Path("frames").glob("*.png"))] == [
        f"{k:03d}.png" for k in range(1, 6)
    ]
    run(monkeypatch, "frames/%03d.png", "out=b.mkv", "fps=10", "codec=vp9", "quality=40")
    assert times(Path("b.mkv")) == pytest.approx([0.1 * k for k in range(5)])
    third = images.read("frames/003.png")
    Path("frames/003.png").unlink()
    Path("frames/004.png").unlink()
    Path("frames/005.png").unlink()
    run(monkeypatch, "clip.mp4", "out=frames/%03d.png", "end=0.2", "resume=true")
    assert np.abs(images.read("frames/003.png") - third).max() == 0


def test_numbered_pictures_are_gone_on_with_as_they_were_begun(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moving_clip(Path("clip.mp4"), 6, sound=False)
    run(monkeypatch, "clip.mp4", "out=frames/%02d.png")
    Path("frames/05.png").unlink()
    painted = images.read("frames/04.png")
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, "clip.mp4", "out=frames/%02d.png", "strength=0.5", "resume=true")
    assert stopped.value.code == 2
    assert "frames/%02d.png was painted with other settings" in capsys.readouterr().err
    assert np.abs(images.read("frames/04.png") - painted).max() == 0
    run(monkeypatch, "clip.mp4", "out=frames/%02d.png", "strength=0.5", "end=0.08")
    assert [one.name for one in sorted(Path("frames").glob("*.png"))] == ["01.png", "02.png"]
    Path("frames/%02d.settings").unlink()
    with pytest.raises(SystemExit):
        run(monkeypatch, "clip.mp4", "out=frames/%02d.png", "resume=true")
    assert "what it was painted with is not noted" in capsys.readouterr().err


def test_a_part_of_a_clip_at_another_rate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving_clip(Path("clip.mp4"), 40)
    run(monkeypatch, "clip.mp4", "out=a.mp4", "start=0.4", "end=1.2", "fps=50", "steady=off")
    shown = times(Path("a.mp4"))
    assert shown == pytest.approx([k / 50 for k in range(len(shown))])
    assert len(shown) == pytest.approx(40, abs=1)


def test_pixels_that_are_not_square_stay_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import av

    moving_clip(Path("square.mp4"), 3)
    with av.open("square.mp4") as source, av.open("clip.mkv", "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        for frame in source.decode(video=0):
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    run(monkeypatch, "clip.mkv", "out=a.mkv")
    with av.open("a.mkv") as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["end=0.1", "start=0.2"], "end=0.1: must be later than start=0.2"),
        (["start=9"], "clip.mp4 lasts 0.32 s"),
        (["fps=0"], "fps=0: must be frames a second"),
        (["codec=vp9"], "codec=vp9: a .mp4 holds h264 or hevc or av1"),
        (["codec=h263"], "codec=h263: must be one of"),
        (["steady=flow"], "steady=flow: must be one of norms, before, after"),
        (["out=a.png"], "out=a.png is no clip"),
        (["no/%03d.png"], "no such picture or folder: no/%03d.png"),
    ],
)
def test_a_mistake_is_told(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    moving_clip(Path("clip.mp4"), 8, sound=False)
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, "clip.mp4", *arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert [file.name for file in folder.rglob("*.mp4")] == ["clip.mp4"]
