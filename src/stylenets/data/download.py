"""Fetch and unpack a data set.

Downloads resume, archives are checked, and a folder appears whole or not at all.
"""

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
EXPANDING = 100  # times that what a zip holds may be larger than the zip
TIMEOUT = 30  # seconds without a byte before a download counts as interrupted


def download(url: str, target: Path, md5: str) -> Path:
    """Fetch a file, going on where an earlier try stopped; a complete file is kept.

    Args:
        url: Where it is.
        target: Where it goes. Until it is complete and checked it is ``target``.part.
        md5: Its checksum.

    Returns:
        ``target``.

    Raises:
        UserError: If the server cannot be reached or stops early, or the checksum is wrong; the
            part is then removed.
    """
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        fetch_rest(url, part)
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


def fetch_rest(url: str, part: Path) -> None:
    """Add to ``part`` what it lacks of the file at ``url``.

    Raises:
        OSError: If the connection breaks, or ends before the file does.
    """
    start = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={start}-"} if start else {}
    request = urllib.request.Request(url, headers=headers)
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the part was complete, only not yet checked
            return
        raise
    with response, byte_progress() as progress:
        if response.status != 206:  # a server without ranges sends the whole file again
            start = 0
        length = response.headers["Content-Length"]
        total = start + int(length) if length else None
        task = progress.add_task(f"downloading {part.stem}", total=total, completed=start)
        with part.open("ab" if start else "wb") as file:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                progress.advance(task, len(chunk))
    received = part.stat().st_size
    if total and received < total:
        raise OSError(f"{received} of {total} bytes received")


def verify(path: Path, md5: str) -> None:
    """Raises UserError unless the file's md5 is ``md5``."""
    digest = hashlib.md5(usedforsecurity=False)
    with (
        byte_progress() as progress,
        progress.open(path, "rb", description=f"checking {path.stem}") as file,
    ):
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    found = digest.hexdigest()
    if found != md5:
        raise UserError(
            f"wrong checksum: {path} has md5 {found} instead of {md5}; download it again"
        )


def unpack(archive: Path, root: Path, top: str) -> Path:
    """Unpack what a zip holds in one folder, which appears at once; an existing one is kept.

    Args:
        archive: The zip.
        root: Where the folder goes.
        top: The folder's name.

    Returns:
        ``root``/``top``.

    Raises:
        UserError: If it is no zip, is damaged, has nothing there, has an entry that would land
            outside of ``root``, or would fill the disk.
    """
    folder = root / top
    part = root / f"{top}.part"
    if folder.is_dir():
        return folder
    shutil.rmtree(part, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as file:
            extract(file, top, part)
        os.replace(part / top, folder)
    # of an encrypted entry zipfile raises RuntimeError, of an odd name ValueError
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise UserError(f"cannot unpack {archive} into {root}: {error}") from error
    shutil.rmtree(part)
    return folder


def extract(file: zipfile.ZipFile, top: str, part: Path) -> None:
    """Unpack the entries below ``top``/ into ``part``; refuse a zip that reaches outside.

    The folder may lie in others, such as Matting_Human_Half/: of several the outermost is taken.
    """
    for name in file.namelist():
        if os.path.isabs(name) or ".." in Path(name).parts:
            raise UserError(
                f"{file.filename} is refused: its entry {name!r} lies outside of the folder it is "
                "unpacked into"
            )
    above = folder_above(file.namelist(), top)
    if above is None:
        raise UserError(f"{file.filename} holds no folder {top}/")
    entries = [entry for entry in file.infolist() if entry.filename.startswith(f"{above}{top}/")]
    for entry in entries:
        entry.filename = entry.filename.removeprefix(above)
    packed = sum(entry.compress_size for entry in entries)
    if sum(entry.file_size for entry in entries) > EXPANDING * (packed + CHUNK):
        raise UserError(f"{file.filename} is refused: pictures do not get {EXPANDING} times larger")
    with byte_progress() as progress:
        total = sum(entry.file_size for entry in entries)
        task = progress.add_task(f"unpacking {top}", total=total)
        for entry in entries:
            file.extract(entry, part)
            progress.advance(task, entry.file_size)


def folder_above(names: list[str], top: str) -> str | None:
    """What comes before the outermost folder ``top``/ in the names of a zip, "" or "a/b/".

    None where there is no such folder.
    """
    inside = [name for name in names if f"/{top}/" in f"/{name}"]
    above = {f"/{name}".split(f"/{top}/")[0].removeprefix("/") for name in inside}
    outermost = min(above, key=lambda one: (one.count("/") + bool(one), one), default=None)
    return f"{outermost}/" if outermost else outermost


def byte_progress() -> Progress:
    """A bar on stderr with bytes, speed and time left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))
