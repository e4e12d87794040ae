"""Batches and clips, whole or in part, and training runs, by the running app."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from visitor import LOOK, PHOTO, RefusedError, Visitor, pixels

from stylenets import Stylizer, images

av = pytest.importorskip("av")
MP4 = "clip.mp4"


def test_a_batch_is_painted_but_for_what_cannot_be(visitor: Visitor, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    files = [visitor.upload(PHOTO), visitor.upload(bad), visitor.upload(PHOTO)]
    _, archive, told = visitor.call("batch", files, *(LOOK | {"style": "ink"}).values())
    assert told == "not a picture: bad.png"
    with zipfile.ZipFile(io.BytesIO(visitor.download(archive["value"]))) as opened:
        assert opened.namelist() == ["01_photo_ink.png", "03_photo_ink.png"]
        found = pixels(opened.read("03_photo_ink.png"))
    assert np.array_equal(found, np.asarray(Stylizer.load("small")(PHOTO, "ink", size=256)))


def test_too_many_photos_are_refused(visitor: Visitor) -> None:
    with pytest.raises(RefusedError, match="up to 3 photographs, not 4"):
        visitor.call("batch", [visitor.upload(PHOTO)] * 4, *LOOK.values())


def clip(file: Path, frames: int) -> Path:
    """A moving ramp."""
    ramp = np.tile(np.arange(128, dtype=np.uint8), (96, 1))
    with av.open(str(file), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(frames):
            picture = np.stack([np.roll(ramp, 4 * number, 1)] * 3, -1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return file


def test_a_clip_is_painted_frame_by_frame(visitor: Visitor, tmp_path: Path) -> None:
    look = (LOOK | {"size": "as it is"}).values()
    (painted,) = visitor.call("clip", visitor.upload(clip(tmp_path / MP4, 10)), *look)
    with av.open(io.BytesIO(visitor.download(painted))) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(shown) == 10
    with av.open(str(tmp_path / MP4)) as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24")
    expected = Stylizer.load("small")(first, "swirl")
    # what H.264 loses at its constant rate factor
    assert np.abs(shown[0].astype(float) - expected).mean() < 8


def test_a_clip_that_is_too_long_or_none_is_refused(visitor: Visitor, tmp_path: Path) -> None:
    long = visitor.upload(clip(tmp_path / MP4, 13))
    with pytest.raises(RefusedError, match="13 frames or more, and 12 are the most"):
        visitor.call("clip", long, *LOOK.values())
    (tmp_path / MP4).write_text("no clip")
    with pytest.raises(RefusedError, match=r"cannot read clip.mp4: it is damaged, or no clip"):
        visitor.call("clip", visitor.upload(tmp_path / MP4), *LOOK.values())


def test_runs_are_shown_by_name_and_nothing_else_is(visitor: Visitor, runs: Path) -> None:
    for name, value in (("day/first", 0.5), ("day/second", 0.25)):
        samples = runs / name / "samples"
        images.write(samples / "step_000010.png", torch.full((3, 8, 12), value))
        rows = f"step,figure,value\n0,yardstick/style,1\n10,yardstick/style,{value}\n"
        (runs / name / "yardstick.csv").write_text(rows)
    grids, curves = visitor.call("runs", ["day/first", "day/second"])
    assert [one["caption"] for one in grids] == [
        "day/first, step 000010",
        "day/second, step 000010",
    ]
    assert pixels(visitor.download(grids[1]["image"])).shape == (8, 12, 3)
    assert curves.count("<polyline") == 2 and "yardstick/style by step" in curves
    for name in ("day", "../..", "/etc", str(runs / "day/first")):
        with pytest.raises(RefusedError, match="there is no run"):
            visitor.call("runs", [name])
