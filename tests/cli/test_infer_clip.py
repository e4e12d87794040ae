"""``infer.py clip.mp4``: a painted clip of each style, in the real command."""

import sys
from pathlib import Path

import pytest

from stylenets.cli.infer import command

av = pytest.importorskip("av")
sys.path.append(str(Path(__file__).parents[1] / "video"))
from test_clips import CONTAINERS, TIMES, heard, make_clip, shown  # noqa: E402

TEN_SECONDS = [40 * number + 7 * (number % 3 == 2) for number in range(250)]  # milliseconds


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["infer.py", *arguments])
    command.main()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "clip.mp4")
    return tmp_path


def test_a_clip_in_two_styles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "clip.mp4", "swirl,ink", "ckpt=small", "out=painted", "strength=0.8")
    assert sorted(file.name for file in Path("painted").iterdir()) == [
        "clip_ink.mp4",
        "clip_swirl.mp4",
    ]
    for file in Path("painted").iterdir():
        assert len(shown(file)) == len(TIMES)
        assert heard(file) == heard(Path("clip.mp4"))


def lasts(path: Path) -> float:
    """Seconds, as the file says."""
    with av.open(str(path)) as container:
        return container.duration / 1e6


@pytest.mark.slow
@pytest.mark.parametrize("suffix", CONTAINERS)
def test_ten_seconds_with_sound_stay_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(Path(f"clip{suffix}"), times=TEN_SECONDS, seconds=10)
    run(monkeypatch, f"clip{suffix}", "swirl", "ckpt=small", "out=.")
    before, after = Path(f"clip{suffix}"), Path(f"clip_swirl{suffix}")
    assert [time for time, _ in shown(after)] == [time for time, _ in shown(before)]
    assert len(shown(after)) == len(TEN_SECONDS)
    assert lasts(after) == pytest.approx(lasts(before), abs=0.04)
    assert lasts(after) == pytest.approx(10, abs=0.05)
    assert heard(after) == heard(before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["broken.mp4", "swirl"], "cannot read broken.mp4: it is damaged, or no clip"),
        (
            ["clip.mp4", "regions=person:swirl,background:keep"],
            "clip.mp4 has no alpha channel; give masks=FILE",
        ),
        (["clip.mp4", "nosuch"], "unknown style 'nosuch'"),
    ],
)
def test_a_mistake_writes_no_clip(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    Path("broken.mp4").write_bytes(b"\0" * 100)
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, *arguments, "ckpt=small")
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert sorted(file.name for file in folder.rglob("*.mp4")) == ["broken.mp4", "clip.mp4"]
