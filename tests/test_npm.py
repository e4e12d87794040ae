"""A package comes from npm only with its pinned digest, and later out of the cache."""

import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pytest

from stylenets import npm
from stylenets.errors import UserError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the npm here is a shell script")


def archive() -> bytes:
    """A package with one file, as npm packs it."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as tar:
        member = tarfile.TarInfo("package/dist/run.js")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"run"))
    return memory.getvalue()


CONTENT = archive()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for all packages: the npm on the path takes them from there."""
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "tiny@1.0.0").write_bytes(CONTENT)
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    told = "echo 'npm error 404 not found' >&2; exit 1"
    program.write_text(f'#!/bin/sh\n/bin/cp "{folder}/$2" tiny.tgz 2>/dev/null || {{ {told}; }}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("STYLENETS_CACHE", str(tmp_path / "cache"))
    return folder


def test_a_package_is_cached_and_repaired(registry: Path) -> None:
    path = npm.fetch_package("tiny@1.0.0", SHA256)
    assert npm.members(path, ["dist/run.js"]) == {"dist/run.js": b"run"}
    path.write_bytes(b"half of it")
    assert npm.fetch_package("tiny@1.0.0", SHA256).read_bytes() == CONTENT
    (registry / "tiny@1.0.0").unlink()
    assert npm.fetch_package("tiny@1.0.0", SHA256) == path


def test_another_digest_is_refused_and_leaves_no_file(registry: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tiny@1\.0\.0 is not the package expected"):
        npm.fetch_package("tiny@1.0.0", "0" * 64)
    assert not list((tmp_path / "cache").glob("*"))


def test_a_package_that_is_not_there_is_one_line(registry: Path) -> None:
    with pytest.raises(UserError, match=r"cannot download tiny@2 with npm: npm error 404") as error:
        npm.fetch_package("tiny@2", SHA256)
    assert "\n" not in str(error.value)


def test_without_npm_it_says_what_to_install(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"tiny@1\.0\.0 is needed.*install Node\.js"):
        npm.fetch_package("tiny@1.0.0", SHA256)
