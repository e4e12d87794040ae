"""Work beside other work, in order and in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Self, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 4  # items that wait


def prefetched(items: Iterable[Item], count: int = AHEAD) -> Iterator[Item]:
    """The same items, of which up to ``count`` are made while the last one is used.

    Raises what making one raised, after those before it.
    """
    source = iter(items)
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[object]] = deque()
        while True:
            while len(waiting) <= count:
                waiting.append(pool.submit(next, source, end))
            item = waiting.popleft().result()
            if item is end:
                return
            yield item  # type: ignore[misc]  # whatever is not the end is an item


def at_once(
    items: Iterable[Item], work: Callable[[Item], Result], count: int
) -> Iterator[tuple[Item, Result]]:
    """Each item with what ``work`` makes of it, in order, of which ``count`` are made at once.

    Each is made in a thread of its own by a share of torch's threads. All threads on one item have
    to wait for each other dozens of times, and for one whose core decodes or encodes meanwhile.
    """
    threads = torch.get_num_threads()
    count = min(count, threads)
    share = threads // count
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    pools = ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(share,))
    try:
        with pools as pool:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > count:
                    first, made = waiting.popleft()
                    yield first, made.result()
            for last, made in waiting:
                yield last, made.result()
    finally:
        torch.set_num_threads(threads)


class Behind(Generic[Item]):
    """Calls a function in a thread of its own, with at most ``count`` calls to come.

    A context: at its end all calls have been made.
    """

    def __init__(self, function: Callable[[Item], object], count: int = AHEAD) -> None:
        self.function = function
        self.count = count
        self.pool = ThreadPoolExecutor(1)
        self.waiting: deque[Future[object]] = deque()

    def __enter__(self) -> Self:
        return self

    def __call__(self, item: Item) -> None:
        """Call it soon; raises what an earlier call raised."""
        while len(self.waiting) >= self.count:
            self.waiting.popleft().result()
        self.waiting.append(self.pool.submit(self.function, item))

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.pool.shutdown()
        if kind is None:
            for call in self.waiting:
                call.result()
