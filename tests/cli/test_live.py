"""``live``: the newest picture of a camera is painted, older ones are dropped, keys change how."""

import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from torch import Tensor

pytest.importorskip("av")
pytest.importorskip("cv2")
sys.path.append(str(Path(__file__).parent))
from clips import moving_clip, pictures, times

from stylenets import Stylizer
from stylenets.cli import live
from stylenets.cli.live_run import LiveLook, paint_live
from stylenets.video.camera import Camera


def test_a_clip_as_the_camera_is_recorded_at_its_own_pace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    moving_clip(Path("clip.mp4"), 25, sound=False)
    monkeypatch.setattr(
        "sys.argv",
        ["live", "camera=clip.mp4", "size=48", "window=false", "record=live.mp4", "style=ink"],
    )
    live.main()
    told = capsys.readouterr().out
    shown = times(Path("live.mp4"))
    assert f"{len(shown)} frames were painted, {25 - len(shown)} dropped" in told
    assert "live.mp4" in told
    assert all(later > earlier for earlier, later in pairwise(shown))
    assert pictures(Path("live.mp4"))[0].shape == (48, 64, 3)


def test_pictures_are_dropped_rather_than_late(tmp_path: Path) -> None:
    moving_clip(tmp_path / "clip.mp4", 25, sound=False)
    begin = time.monotonic()
    taken = 0
    with Camera(tmp_path / "clip.mp4") as camera:
        for _ in camera:
            taken += 1
            time.sleep(0.2)  # five a second, of a clip of one second
    assert taken + camera.dropped == 25
    assert taken <= 8
    assert time.monotonic() - begin < 10


def test_keys_choose_the_style_and_the_strength() -> None:
    look = LiveLook(["a", "b"], "a", 0.95)
    for key in ("2", "Up", "9", "0", "x"):
        look.press(key)
    assert (look.style, look.strength, look.ended) == ("b", 1.0, False)
    for _ in range(12):
        look.press("Down")
    assert look.strength == 0
    look.press("q")
    assert look.ended


class Pressing:
    """A screen before which somebody presses one key after the other."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        self.titles: list[str] = []

    def show(self, picture: Tensor, title: str) -> list[str]:
        self.titles.append(title)
        return [self.keys.pop(0)]


def test_a_pressed_key_changes_what_is_painted_next(tmp_path: Path) -> None:
    moving_clip(tmp_path / "clip.mp4", 100, sound=False)
    stylizer = Stylizer.load("small")
    look = LiveLook(stylizer.styles, "swirl", 1.0)
    screen = Pressing(["6", "Down", "Escape"])
    with Camera(tmp_path / "clip.mp4") as camera:
        assert paint_live(camera, stylizer, look, 48, [screen]) == 3
    shown = [title.split(",")[0] for title in screen.titles]
    assert shown == ["swirl 100%", "ink 100%", "ink 90%"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["camera=no.mp4"], "camera=no.mp4: must be the number of a camera, or a clip"),
        (["window=false"], "nothing would be seen"),
        (["window=false", "record=a.png"], "record=a.png: must end in one of"),
        (["ckpt=no"], "no such checkpoint"),
    ],
)
def test_a_mistake_is_told_in_a_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["live", *arguments])
    with pytest.raises(SystemExit) as stopped:
        live.main()
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
