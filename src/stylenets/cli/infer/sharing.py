"""Several processes, on one machine or on several, that do the jobs of one folder between them.

A process claims a job by a lock on a file, which the system gives back when the process is killed:
what a killed one has left undone, another does. Whoever is the last to end tells how it went.
"""

import json
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

from stylenets.cli.locking import try_lock, wait_for_lock
from stylenets.files import write_text
from stylenets.inference.pictures import Job

FOLDER = ".shared"  # below the one that is written to


@dataclass(frozen=True)
class Tally:
    """What came of the jobs: how many were painted, and why others were not."""

    painted: int = 0
    failures: dict[str, str] = field(default_factory=dict)


class Sharing:
    """This process among those that share a folder; a context.

    Args:
        out: The folder that they all write to.
    """

    def __init__(self, out: Path) -> None:
        self.folder = out / FOLDER
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.held: list[tuple[Job, BinaryIO]] = []

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.own = try_lock(self.folder / f"{self.name}.member")
        assert self.own is not None  # nobody else has this name
        return self

    def __exit__(self, *error: object) -> None:
        self._release(finished=False)
        assert self.own is not None
        self.own.close()

    def claimed(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """The jobs that are this process's: neither done, nor being done by another."""
        for job in jobs:
            self._release(finished=True)
            place = self.folder / f"{_key(job)}.claim"
            file = try_lock(place)
            if file is None:
                continue
            if all(path.is_file() for path in job.outputs()) or self._has_failed(job):
                file.close()
                place.unlink(missing_ok=True)
                continue
            self.held.append((job, file))
            yield job

    def note_failure(self, job: Job, why: str) -> None:
        """Tell the others that nobody need try this job again."""
        write_text(self.folder / f"{_key(job)}.failed", json.dumps([str(job.content), why]))

    def summary(self, jobs: Sequence[Job]) -> Tally | None:
        """What came of all jobs, for the last process that asks; None for those before it."""
        self._release(finished=False)
        with wait_for_lock(self.folder / "end"):
            if self._others_are_at_work():
                (self.folder / f"{self.name}.member").unlink(missing_ok=True)
                return None
            told = [json.loads(path.read_text()) for path in self.folder.glob("*.failed")]
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()
        done = sum(all(path.is_file() for path in job.outputs()) for job in jobs)
        return Tally(done, dict(sorted(told)))

    def _has_failed(self, job: Job) -> bool:
        return (self.folder / f"{_key(job)}.failed").is_file()

    def _others_are_at_work(self) -> bool:
        for place in self.folder.glob("*.member"):
            if place.stem == self.name:
                continue
            file = try_lock(place)
            if file is None:
                return True
            file.close()
        return False

    def _release(self, finished: bool) -> None:
        """Give claims back: of what is written, or all."""
        kept = []
        for job, file in self.held:
            if finished and not (
                all(path.is_file() for path in job.outputs()) or self._has_failed(job)
            ):
                kept.append((job, file))
                continue
            (self.folder / f"{_key(job)}.claim").unlink(missing_ok=True)
            file.close()
        self.held = kept


def _key(job: Job) -> str:
    """A name for the job's files that is the same in every process."""
    first = next(job.outputs())
    return first.as_posix().replace("/", "%")[-200:]
