"""What the running app paints is what Python paints, and what it is given may be anything."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from visitor import LOOK, PHOTO, RefusedError, Visitor, pixels

from stylenets import Stylizer
from stylenets.app.requests import Easel, Look
from stylenets.app.server import Server
from stylenets.app.settings import Limits
from stylenets.errors import UserError

STYLE = PHOTO.with_name("six.jpg")


def test_a_mix_is_what_python_paints(visitor: Visitor) -> None:
    found = visitor.paint(
        PHOTO, style="ink", second="swirl", share=0.25, strength=0.5, colors="photo", stroke=2
    )
    expected = Stylizer.load("small")(
        PHOTO, {"ink": 0.75, "swirl": 0.25}, strength=0.5, colors="photo", stroke=2, size=256
    )
    assert np.array_equal(pixels(found), np.asarray(expected))


@pytest.mark.slow
def test_a_style_picture_is_what_python_paints(visitor: Visitor) -> None:
    style = visitor.upload(STYLE)
    found = visitor.paint(
        PHOTO, network="any", style="your picture", style_picture=style, size="256"
    )
    expected = Stylizer.load("any")(PHOTO, STYLE, size=256)
    assert np.array_equal(pixels(found), np.asarray(expected))


def bad_upload(file: Path) -> Path:
    """Write one of the files that are no pictures, or too large."""
    if file.name == "huge.png":
        Image.new("1", (20_000, 10_000)).save(file, compress_level=1)
    elif file.name == "broken.jpg":
        file.write_bytes(PHOTO.read_bytes()[:2000])
    elif file.name == "script.svg":
        script = "<script>alert(1)</script>"
        file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">{script}</svg>')
    else:
        file.write_text("" if file.name == "empty.png" else "no picture at all")
    return file


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("text.png", "not a picture: text.png"),
        ("empty.png", "not a picture: empty.png"),
        ("huge.png", "huge.png is larger than 178 megapixels"),
        ("broken.jpg", "damaged picture: broken.jpg"),
        ("script.svg", "not a picture: script.svg"),
    ],
)
def test_a_bad_upload_gets_one_line(
    visitor: Visitor, tmp_path: Path, name: str, answer: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        visitor.paint(bad_upload(tmp_path / name))
    assert answer in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert "/tmp" not in str(refused.value) and "\n" not in str(refused.value)


def test_a_script_in_an_upload_is_never_run(visitor: Visitor, tmp_path: Path) -> None:
    file = visitor.upload(bad_upload(tmp_path / "script.svg"))
    answer = visitor.http.get(f"/file={file['path']}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


def test_too_many_bytes_are_not_taken(visitor: Visitor, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(b"\0" * 2_100_000)
    with pytest.raises(RefusedError, match=r"^413 "):
        visitor.upload(large)


def test_what_would_be_painted_too_large_is_refused(visitor: Visitor) -> None:
    with pytest.raises(RefusedError, match="painted at 2048 x 2048, and 2 megapixels are the most"):
        visitor.paint(PHOTO, size="2048")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "{root}/pyproject.toml",
        "{uploaded}/../../../../etc/passwd",
        "{uploaded}/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "{uploaded}%00/../../etc/passwd",
        "file:///etc/passwd",
    ],
)
def test_no_file_of_the_server_can_be_read(visitor: Visitor, path: str) -> None:
    uploaded = Path(visitor.upload(PHOTO)["path"]).parent
    asked = path.format(root=PHOTO.parents[1], uploaded=uploaded)
    answer = visitor.http.get(f"/file={asked}")
    assert answer.status_code in (400, 403, 404)
    assert "root:" not in answer.text and "[project]" not in answer.text
    # neither as a photograph that was never uploaded
    with pytest.raises(RefusedError) as refused:
        visitor.paint({"path": asked, "meta": {"_type": "gradio.FileData"}})
    assert "root:" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_is_fetched_from_elsewhere(visitor: Visitor, scheme: str) -> None:
    address = f"{scheme}://192.0.2.1/photo.png"  # nobody's
    for path in (f"/file={address}", f"/proxy={address}", "/file=%68ttps://192.0.2.1/photo.png"):
        answer = visitor.http.get(path)
        assert answer.status_code == 403
        assert answer.text == "nothing is fetched from elsewhere"
    given = {"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}
    for settings in ({}, {"style": given}):  # a list takes no file, and fetches none either
        with pytest.raises(RefusedError, match="give a file, not an address"):
            visitor.paint(given, **settings)


def test_what_takes_too_long_is_stopped(server: Server) -> None:
    hurried = Easel(server.easel.offered, Limits(seconds=0))
    with pytest.raises(UserError, match="stopped after 0 seconds"):
        hurried.paint(str(PHOTO), Look(**LOOK))
    server.easel.paint(str(PHOTO), Look(**LOOK))  # and nothing of that stays


def test_twenty_at_once_are_all_answered(server: Server) -> None:
    expected = np.asarray(Stylizer.load("small")(PHOTO, "glass", size=256))

    def visit(_: int) -> bytes:
        with Visitor(server.url) as one:
            return one.paint(PHOTO, style="glass")

    with ThreadPoolExecutor(20) as pool:
        for found in pool.map(visit, range(20)):
            assert np.array_equal(pixels(found), expected)


def test_one_more_than_may_wait_is_refused(server: Server) -> None:
    """The page shows this line; who waits already is still served."""
    queue = server.page._queue
    allowed = queue.max_size
    queue.max_size = 1
    try:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: attempt(server.url), range(6)))
    finally:
        queue.max_size = allowed
    refused = [answer for answer in answers if isinstance(answer, str)]
    assert 0 < len(refused) < 6
    assert all("Queue is full" in answer for answer in refused)


def attempt(url: str) -> bytes | str:
    """A painting, or what was said instead."""
    with Visitor(url) as one:
        try:
            return one.paint(PHOTO)
        except RefusedError as refused:
            return str(refused)
