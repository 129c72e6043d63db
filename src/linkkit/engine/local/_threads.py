"""Map a function over work on threads, in order, a few pieces ahead; Ctrl-C stops between pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ordered_map"]

Work = TypeVar("Work")
Result = TypeVar("Result")


def ordered_map(function: Callable[[Work], Result], pieces: Iterable[Work], workers: int) -> Iterator[Result]:
    """Yield ``function(piece)`` for each piece, in order, computed by so many threads.

    Examples
    --------
    >>> list(ordered_map(lambda number: number * number, range(4), 2))
    [0, 1, 4, 9]
    """
    if workers == 1:
        yield from map(function, pieces)
        return
    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="linkkit")
    try:
        for piece in pieces:
            waiting.append(pool.submit(function, piece))
            if len(waiting) >= 4 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
