"""Side by side: the same work for many things, a few at a time, with results in the order of the things."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
_AHEAD = 4  # things more than there are threads that may be under way, while one takes as long as several others


def in_order(work: Callable[[T], R], things: Iterable[T], threads: int) -> Iterator[R]:
    """What `work` gives for each thing, in their order, `threads` of them at a time.

    Things are taken as they are needed, in the thread that asks, and at most `threads` and four more are under way or wait
    beside the one that is given.  What the first thing in order raises is raised in its turn, as if there were one thread.
    """
    if threads == 1:
        yield from map(work, things)
        return
    waiting = deque[Future[R]]()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for thing in things:
                waiting.append(pool.submit(work, thing))
                if len(waiting) > threads + _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def both(one: Callable[[], T], other: Callable[[], R], threads: int) -> tuple[T, R]:
    """What two pieces of work give, done at a time where there are threads for it.

    What the first one raises is raised, whatever becomes of the other.
    """
    if threads == 1:
        return one(), other()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(other)
        return one(), waiting.result()
