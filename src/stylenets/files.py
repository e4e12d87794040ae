"""Write a file whole or not at all: a crash or a kill leaves the old file or the new one."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stylenets.errors import UserError

PART = ".part-"  # how the name of an unfinished file begins


@contextmanager
def replacing(path: str | Path, flush: bool = True) -> Iterator[BinaryIO]:
    """Open a new file beside ``path`` that takes its place when the block ends without an error.

    Missing folders are made. After an error the new file is removed and ``path`` is as it was.

    Args:
        path: The file to write or to replace.
        flush: Wait until the disk has it. Without that a power cut may leave an empty file, which
            is good enough for what can be made again.

    Yields:
        A binary file, open for writing, with the permissions of any new file of this user.

    Raises:
        OSError: It cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{PART}{os.urandom(8).hex()}")
    try:
        with open(part, "xb") as file:
            yield file
            if flush:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    if flush:
        _flush_folder(path.parent)


def write_bytes(path: str | Path, content: bytes | memoryview) -> None:
    """Write ``content`` to ``path``, whole or not at all. Raises UserError where it cannot be."""
    try:
        with replacing(path) as file:
            file.write(content)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error


def write_text(path: str | Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all. Raises UserError where it cannot be."""
    write_bytes(path, text.encode())


def digest(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_folder(folder: Path) -> None:
    """Make a renamed file's new name survive a power cut, too."""
    if os.name != "posix":  # Windows cannot open a folder, and journals the renaming itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot flush a folder
            raise
    finally:
        os.close(descriptor)
