"""``infer.py clip.mp4``: a painted clip of each style, in the real command."""

import sys
from pathlib import Path

import pytest

from stylenets.cli import infer

av = pytest.importorskip("av")
sys.path.append(str(Path(__file__).parents[1] / "video"))
from test_clips import TIMES, heard, make_clip, shown  # noqa: E402


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["infer.py", *arguments])
    infer.main()


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["broken.mp4", "swirl"], "cannot read broken.mp4: it is damaged, or no clip"),
        (
            ["clip.mp4", "regions=object:swirl,background:keep", "segmenter=saliency"],
            "regions= are for pictures",
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
