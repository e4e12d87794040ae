"""A folder that a run writes into is that run's alone, until the run ends or is killed."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stylenets.errors import UserError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
LOCK = ".lock"
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
