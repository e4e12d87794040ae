"""A folder that a run writes into is that run's alone, until the run ends or is killed."""

import errno
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from stylenets.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
LOCK = ".lock"
WAIT = 0.05  # seconds between two tries
TAKEN = (errno.EACCES, errno.EAGAIN)
# What a launcher calls the number of a process; the first one holds the folder for all.
NUMBERS = ("RANK", "LOCAL_RANK", "NODE_RANK", "GROUP_RANK", "SLURM_PROCID")


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold a folder while the block runs; the system gives it back when the process is killed.

    File systems that know no locks, such as some on a network, go without.

    Raises:
        UserError: Another process holds it.
    """
    if fcntl is None or any(os.environ.get(name, "0") != "0" for name in NUMBERS):
        yield
        return
    file = folder / LOCK
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(descriptor, folder)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def try_lock(place: Path) -> BinaryIO | None:
    """The file, made and locked until it is closed; None where another process has it.

    Raises:
        UserError: The system has no locks.
    """
    if fcntl is None:
        raise UserError("share=true needs file locks, which this system does not have")
    file = place.open("ab")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def wait_for_lock(place: Path) -> BinaryIO:
    """As ``try_lock``, as soon as nobody has it."""
    while (file := try_lock(place)) is None:
        time.sleep(WAIT)
    return file


def _take(descriptor: int, folder: Path) -> None:
    try:
        # one of the process, which its children do not inherit
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in TAKEN:
            raise UserError(
                f"another run is writing into {folder}: wait for it, or choose another out="
            ) from error
        log.info("%s cannot be locked (%s)", folder, error.strerror)
