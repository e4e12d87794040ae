"""All pictures of the command ``infer``: the next is read while one is painted."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import Progress

from stylenets.cli.entry import of_the_machine
from stylenets.cli.infer.request import Request
from stylenets.cli.infer.sharing import Sharing
from stylenets.cli.infer.work import Content, RegionWork, StyleWork, build_work
from stylenets.cli.streams import visible
from stylenets.cli.writing import Writer
from stylenets.errors import UserError
from stylenets.inference import pictures
from stylenets.inference.pictures import Job

TOLD = 5  # of the reasons why pictures were not stylized

READ_AHEAD = 1  # pictures that are read while another is painted


def stylize_all(request: Request) -> None:
    """Stylize every content; one that cannot be read is left out and told at the end.

    Raises:
        UserError: If nothing can be done, a picture cannot be written, or some could not be read.
    """
    contents = pictures.find_contents(request.contents, request.out)
    work = build_work(request)
    jobs = plan(request, contents, work)
    if request.files.shared:
        stylize_share(work, jobs, request)
        return
    if request.files.resume:
        jobs = left_to_do(jobs)
    tell_replaced(jobs)
    failures: dict[str, str] = {}
    paint_all(work, jobs, len(jobs), lambda job, why: failures.update({str(job.content): why}))
    raise_failures(failures, len(jobs))


def stylize_share(work: StyleWork | RegionWork, jobs: list[Job], request: Request) -> None:
    """Stylize what no other process does, and tell the end of it all where this is the last one.

    Raises:
        UserError: As ``stylize_all``, of the pictures of all processes.
    """
    with Sharing(request.out) as sharing:
        paint_all(work, sharing.claimed(jobs), len(jobs), sharing.note_failure)
        tally = sharing.summary(jobs)
    if tally:
        sys.stderr.write(f"note: {tally.painted} of {len(jobs)} pictures are there\n")
        raise_failures(tally.failures, len(jobs))


def paint_all(
    work: StyleWork | RegionWork,
    jobs: Iterable[Job],
    count: int,
    tell: Callable[[Job, str], object],
) -> None:
    """Do ``jobs``, of which there are ``count`` at most; ``tell`` why one could not be done."""
    done = []
    with PictureBar(count) as bar, Writer(work.files) as writer:
        for job, content in read_ahead(work, jobs):
            done.append(job)
            with bar.of_next() as advance:
                if isinstance(content, UserError):
                    tell(job, str(content))
                    continue
                try:
                    work.paint(job, content, writer, advance)
                except (MemoryError, RuntimeError) as error:
                    tell(job, str(told_of_machine(job, error)))
    for job in done:
        unwritten = [writer.failures[path] for path in job.outputs() if path in writer.failures]
        if unwritten:
            tell(job, "; ".join(unwritten))


def raise_failures(failures: Mapping[str, str], count: int) -> None:
    """Raises UserError with the first that went wrong; the others are lines of their own before."""
    if failures:
        counted = f"{len(failures)} of {count} pictures were not stylized: " if count > 1 else ""
        reasons = [*dict.fromkeys(failures.values())]
        for reason in reasons[TOLD:]:
            sys.stderr.write(f"note: {visible(reason)}\n")
        more = [f"and {len(reasons) - TOLD} more"] if len(reasons) > TOLD else []
        raise UserError(counted + "; ".join([*reasons[:TOLD], *more]))


def told_of_machine(job: Job, error: MemoryError | RuntimeError) -> UserError:
    """What is said where the machine could not do a job; raises an error that is another."""
    told = of_the_machine(error)
    if told is None:
        raise error
    return UserError(f"{job.content}: {told}")


def read_ahead(
    work: StyleWork | RegionWork, jobs: Iterable[Job]
) -> Iterator[tuple[Job, Content | UserError]]:
    """Each job with its content, or with what is wrong with it; the next is read meanwhile."""

    def read(job: Job) -> Content | UserError:
        try:
            return work.read(job)
        except UserError as error:
            return error
        except (MemoryError, RuntimeError) as error:
            return told_of_machine(job, error)

    with ThreadPoolExecutor(1) as reader:
        ahead: deque[tuple[Job, Future[Content | UserError]]] = deque()
        for job in jobs:
            ahead.append((job, reader.submit(read, job)))
            if len(ahead) > READ_AHEAD:
                first, content = ahead.popleft()
                yield first, content.result()
        for first, content in ahead:
            yield first, content.result()


def plan(request: Request, contents: dict[Path, Path], work: StyleWork | RegionWork) -> list[Job]:
    """What is written where."""
    if request.files.name:
        return pictures.plan_one(contents, request.out / request.files.name, work.names)
    return pictures.plan_jobs(contents, request.out, work.names, request.files.format, work.masks)


def left_to_do(jobs: list[Job]) -> list[Job]:
    """The jobs of which a file is missing; how many are done is told on stderr."""
    left = [job for job in jobs if not all(path.is_file() for path in job.outputs())]
    sys.stderr.write(f"note: {len(jobs) - len(left)} of {len(jobs)} pictures are done already\n")
    return left


def tell_replaced(jobs: list[Job]) -> None:
    """Tell on stderr which pictures are there and will be replaced."""
    there = [path for job in jobs for path in job.outputs() if path.exists()]
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        verb = "are" if more else "is"
        sys.stderr.write(f"note: {there[0]}{more} {verb} there already and will be replaced\n")


class PictureBar:
    """A bar on stderr where somebody watches: of the pictures and, of each, what is painted.

    Args:
        count: How many there are.
    """

    def __init__(self, count: int) -> None:
        # a bar would otherwise move the lines of a redirected stdout to stderr
        self.bar = Progress(
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        self.task = self.bar.add_task("stylizing", total=count)
        self.done = 0

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    @contextmanager
    def of_next(self) -> Iterator[Callable[[float], None]]:
        """Yields what is to be told the shares of this picture's work as they are done."""
        yield lambda share: self.bar.advance(self.task, share)
        self.done += 1
        self.bar.update(self.task, completed=self.done)
