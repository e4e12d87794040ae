"""A failed write leaves the old file and nothing else; a written one has any new file's rights."""

import os
from pathlib import Path

import pytest

from stylenets import files
from stylenets.errors import UserError


def test_what_is_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    files.write_text(tmp_path / "new" / "a.txt", "größer")
    assert (tmp_path / "new" / "a.txt").read_text(encoding="utf-8") == "größer"
    files.write_bytes(tmp_path / "new" / "a.txt", b"smaller")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"smaller"
    assert os.listdir(tmp_path / "new") == ["a.txt"]


def test_an_error_inside_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    files.write_bytes(path, b"old")
    with pytest.raises(ZeroDivisionError), files.replacing(path) as file:
        file.write(b"half of it")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.bin"]


def test_what_the_disk_says_is_one_line(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "a.bin", b"old")
    with pytest.raises(UserError, match=r"^cannot write .*/a\.bin/below: "):
        files.write_bytes(tmp_path / "a.bin" / "below", b"new")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=r"^cannot write .*/folder: "):
        files.write_bytes(tmp_path / "folder", b"new")
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "folder"]


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_file_has_the_rights_of_any_new_file(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        files.write_bytes(tmp_path / "a.bin", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a.bin").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("flush", [True, False])
def test_the_bytes_are_flushed_before_the_file_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: bool
) -> None:
    calls = []
    replace, fsync = os.replace, os.fsync
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("move"), replace(*paths)))
    monkeypatch.setattr(os, "fsync", lambda number: (calls.append("flush"), fsync(number)))
    with files.replacing(tmp_path / "a.bin", flush) as file:
        file.write(b"new")
    assert calls == (["flush", "move", "flush"] if flush else ["move"])


def test_a_long_name_is_no_obstacle(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / ("a" * 255), b"new")
    assert os.listdir(tmp_path) == ["a" * 255]
