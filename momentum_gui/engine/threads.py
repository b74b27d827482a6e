"""Work shared out among threads: as many as there are processors, or none but the one that asks for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Thread, local
from typing import Any

SHARED_WORK = 1_000_000
"""From this much work on, in weights times items, it is shared out among threads: half a millisecond or more."""


class _Thread(local):
    """What holds for the thread that looks at it."""

    alone = False


_this_thread = _Thread()


@lru_cache(maxsize=1)
def thread_count() -> int:
    """As many threads as this process may use processors."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def useful_threads(work: int) -> int:
    """Return how many threads to share the work among; its unit is a weight on an item."""
    return thread_count() if work > SHARED_WORK and not _this_thread.alone else 1


@contextmanager
def alone() -> Iterator[None]:
    """Within it, this thread does all by itself: the other processors are wanted for something better."""
    before, _this_thread.alone = _this_thread.alone, True
    try:
        yield
    finally:
        _this_thread.alone = before


def share_out(parts: list[Any], work: Callable[[Any], None]) -> None:
    """Do the work on every part: the first in this thread, the others each in one that ends with it."""
    if len(parts) == 1:
        work(parts[0])
        return
    troubles: list[BaseException] = []

    def other(part: Any) -> None:
        try:
            work(part)
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [Thread(target=other, args=(part,), name="engine") for part in parts[1:]]
    for thread in threads:
        thread.start()
    other(parts[0])
    for thread in threads:
        thread.join()
    for trouble in troubles:
        raise trouble
