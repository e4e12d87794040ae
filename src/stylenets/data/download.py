"""Fetch and unpack a data set: downloads resume, archives are checked, and a folder appears whole or not at all."""

import hashlib
import os
import shutil
import urllib.error
import urllib.request
import zipfile
import zlib
from http.client import HTTPException
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from stylenets.errors import UserError

CHUNK = 1 << 20
TIMEOUT = 30  # seconds without a byte before a download counts as interrupted


def download(url: str, target: Path, md5: str) -> Path:
    """Fetch ``url`` into ``target``, going on where an earlier try stopped (``target``.part); a complete file is kept.

    Raises UserError where the server cannot be reached or stops early, or the checksum is wrong (the part is then removed).
    """
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        _fetch(url, part)
    except (OSError, HTTPException) as error:
        raise UserError(
            f"download of {url} stopped: {error}; run the same command again to go on with it"
        ) from error
    try:
        verify(part, md5)
    except UserError:
        part.unlink()
        raise
    os.replace(part, target)
    return target


def verify(path: Path, md5: str) -> None:
    """Raises UserError where the file's md5 is not ``md5``."""
    digest = hashlib.md5(usedforsecurity=False)
    with (
        _progress() as progress,
        progress.open(path, "rb", description=f"checking {path.stem}") as file,
    ):
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != md5:
        raise UserError(
            f"wrong checksum: {path} has md5 {digest.hexdigest()} instead of {md5}; download it again"
        )


def unpack(archive: Path, root: Path, top: str) -> Path:
    """Unpack what a zip holds below ``top``/ -> ``root``/``top``, which appears at once; an existing one is kept.

    Raises UserError for what is no zip, is damaged, has nothing there, or has an entry that would land outside of ``root``.
    """
    folder, part = root / top, root / f"{top}.part"
    if folder.is_dir():
        return folder
    shutil.rmtree(part, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as file:
            _extract(file, top, part)
        os.replace(part / top, folder)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise UserError(f"cannot unpack {archive} into {root}: {error}") from error
    shutil.rmtree(part)
    return folder


def _fetch(url: str, part: Path) -> None:
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if (
            error.code == 416
        ):  # nothing is left to fetch: the part was complete, only not yet checked
            return
        raise
    with response, _progress() as progress:
        start = (
            start if response.status == 206 else 0
        )  # a server without ranges sends the whole file again
        length = response.headers["Content-Length"]
        total = start + int(length) if length else None
        task = progress.add_task(f"downloading {part.stem}", total=total, completed=start)
        with part.open("ab" if start else "wb") as file:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                progress.advance(task, len(chunk))
        if total and part.stat().st_size < total:
            raise OSError(f"{part.stat().st_size} of {total} bytes received")


def _extract(file: zipfile.ZipFile, top: str, part: Path) -> None:
    for name in file.namelist():
        if os.path.isabs(name) or ".." in Path(name).parts:
            raise UserError(
                f"{file.filename} is refused: its entry {name!r} lies outside of the folder it is unpacked into"
            )
    entries = [entry for entry in file.infolist() if entry.filename.startswith(f"{top}/")]
    if not entries:
        raise UserError(f"{file.filename} holds no folder {top}/")
    with _progress() as progress:
        task = progress.add_task(
            f"unpacking {top}", total=sum(entry.file_size for entry in entries)
        )
        for entry in entries:
            file.extract(entry, part)
            progress.advance(task, entry.file_size)


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))
