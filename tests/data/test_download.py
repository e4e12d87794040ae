"""Downloads resume and are checked; archives unpack whole, inside their folder, or not at all."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from omegaconf import OmegaConf

from stylenets import images
from stylenets.cli.prepare_data import prepare_data
from stylenets.data.download import download, folder_above, unpack
from stylenets.errors import UserError

CONF = Path(__file__).parents[2] / "conf" / "commands" / "prepare_data.yaml"


class Ranges(BaseHTTPRequestHandler):
    """Serves ``content`` from the asked offset; the first ``breaks`` answers stop in the middle."""

    content = b""
    breaks = 0
    starts: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        type(self).starts = [*self.starts, start]
        if start >= len(self.content):
            self.send_error(416)
            return
        rest = self.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.breaks:
            type(self).breaks -= 1
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[type[Ranges]]:
    for i in range(3):
        images.write(tmp_path / "source" / "val2017" / f"{i}.png", torch.rand(3, 40, 40))
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as file:
        for path in sorted((tmp_path / "source").rglob("*.png")):
            file.write(path, path.relative_to(tmp_path / "source"))
    handler = type(
        "Handler", (Ranges,), {"content": (tmp_path / "source.zip").read_bytes(), "starts": []}
    )
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    handler.url = f"http://127.0.0.1:{http.server_port}"
    handler.md5 = hashlib.md5(handler.content).hexdigest()
    yield handler
    http.shutdown()
    http.server_close()


def test_an_interrupted_download_goes_on_where_it_stopped(
    server: type[Ranges], tmp_path: Path
) -> None:
    server.breaks = 1
    target = tmp_path / "val2017.zip"
    with pytest.raises(UserError, match="run the same command again"):
        download(f"{server.url}/val2017.zip", target, server.md5)
    assert not target.exists()
    assert download(f"{server.url}/val2017.zip", target, server.md5).read_bytes() == server.content
    assert server.starts == [0, len(server.content) // 2]
    download(f"{server.url}/val2017.zip", target, server.md5)
    assert len(server.starts) == 2  # what is complete is not fetched again


def test_a_part_that_was_complete_is_only_checked(server: type[Ranges], tmp_path: Path) -> None:
    (tmp_path / "val2017.zip.part").write_bytes(server.content)
    assert (
        download(f"{server.url}/val2017.zip", tmp_path / "val2017.zip", server.md5).read_bytes()
        == server.content
    )


def test_a_wrong_checksum_is_refused_and_the_next_try_starts_afresh(
    server: type[Ranges], tmp_path: Path
) -> None:
    (tmp_path / "val2017.zip.part").write_bytes(b"something else")
    with pytest.raises(UserError, match="wrong checksum"):
        download(f"{server.url}/val2017.zip", tmp_path / "val2017.zip", server.md5)
    assert not list(tmp_path.glob("val2017.zip*"))
    download(f"{server.url}/val2017.zip", tmp_path / "val2017.zip", server.md5)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"download of http://127\.0\.0\.1:1/a\.zip stopped"):
        download("http://127.0.0.1:1/a.zip", tmp_path / "a.zip", "")


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", "val2017/../../evil.txt"])
def test_an_entry_outside_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as file:
        file.writestr("val2017/a.txt", "a")
        file.writestr(name, "evil")
    with pytest.raises(UserError, match="refused"):
        unpack(tmp_path / "evil.zip", tmp_path / "root", "val2017")
    assert not (tmp_path / "root").exists()


def test_an_encrypted_archive_and_one_that_would_fill_the_disk_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr("val2017/a.txt", bytes(200 * 2**20))
    with pytest.raises(UserError, match="is refused: pictures do not get 100 times larger"):
        unpack(bomb, tmp_path / "root", "val2017")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("val2017/a.txt", "a")
    flagged = bytearray((tmp_path / "a.zip").read_bytes())
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted entry
    (tmp_path / "a.zip").write_bytes(flagged)
    with pytest.raises(UserError, match=r"cannot unpack .*a\.zip into .*password"):
        unpack(tmp_path / "a.zip", tmp_path / "root", "val2017")
    assert not (tmp_path / "root" / "val2017").exists()


def test_a_damaged_archive_leaves_no_folder(server: type[Ranges], tmp_path: Path) -> None:
    damaged = bytearray(server.content)
    damaged[200] ^= 255
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(UserError, match="cannot unpack"):
        unpack(tmp_path / "damaged.zip", tmp_path / "root", "val2017")
    assert not (tmp_path / "root" / "val2017").exists()
    (tmp_path / "damaged.zip").write_bytes(server.content)
    assert (
        len(images.list_pictures(unpack(tmp_path / "damaged.zip", tmp_path / "root", "val2017")))
        == 3
    )


def test_prepare_coco_downloads_unpacks_and_skips_what_is_done(
    server: type[Ranges], tmp_path: Path
) -> None:
    settings = {
        "split": "val2017",
        "root": str(tmp_path / "coco"),
        "coco": {"url": server.url, "md5": {"val2017": server.md5}},
    }
    cfg = OmegaConf.merge(OmegaConf.load(CONF), settings)
    prepare_data(cfg)
    assert [path.name for path in sorted((tmp_path / "coco").iterdir())] == ["val2017"]
    prepare_data(cfg)
    assert server.starts == [0]


def test_prepare_tells_what_it_needs(tmp_path: Path) -> None:
    cfg = OmegaConf.merge(OmegaConf.load(CONF), {"root": str(tmp_path)})
    for change, message in {
        ("dataset", "imagenet"): "must be one of coco, matting_human",
        ("dataset", "matting_human"): "kaggle.com.*archive=",
        ("split", "test2017"): "must be one of train2017, val2017",
        ("split", 7): "must be a list of some of train2017, val2017",
        ("split", ()): "choose one of train2017, val2017",
        ("keep_archive", "maybe"): "keep_archive=maybe: must be true or false",
        ("archive", 7): "no such archive: 7",
        ("archive", str(tmp_path / "missing.zip")): "no such archive",
    }.items():
        with pytest.raises(UserError, match=message):
            prepare_data(OmegaConf.merge(cfg, dict([change])))


@pytest.mark.parametrize(
    ("names", "above"),
    [
        (["clip_img/1/a.jpg", "Half/clip_img/1/a.jpg"], ""),
        (["Matting_Human_Half/clip_img/1/a.jpg", "Matting_Human_Half/x"], "Matting_Human_Half/"),
        (["a/b/clip_img/1/a.jpg"], "a/b/"),
        (["my_clip_img/1/a.jpg"], None),
    ],
)
def test_a_folder_is_found_where_an_archive_has_it(names: list[str], above: str | None) -> None:
    assert folder_above(names, "clip_img") == above


def test_an_archive_with_a_root_of_its_own_is_unpacked_without_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as file:
        file.writestr("Matting_Human_Half/clip_img/1/a.txt", "a")
    folder = unpack(tmp_path / "half.zip", tmp_path / "root", "clip_img")
    assert (folder / "1" / "a.txt").read_text() == "a"


def test_prepare_matting_human_takes_both_folders_out_of_a_local_zip(tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", torch.rand(3, 4, 4))
    with zipfile.ZipFile(tmp_path / "human.zip", "w") as file:
        for name in (
            "clip_img/1/clip_0/a.png",
            "matting/1/matting_0/a.png",
            "matting_human_half/clip_img/1/clip_0/a.png",
        ):
            file.write(tmp_path / "a.png", name)
    cfg = {
        "dataset": "matting_human",
        "root": str(tmp_path / "human"),
        "archive": str(tmp_path / "human.zip"),
    }
    prepare_data(OmegaConf.merge(OmegaConf.load(CONF), cfg))
    assert sorted(path.name for path in (tmp_path / "human").iterdir()) == ["clip_img", "matting"]
