"""The window's thread first: other threads yield to it, and the interpreter's lock changes hands more often."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

NICENESS = 10
"""How much lower than the window's own is the priority of a thread that works for it, where processors are few."""
SWITCH_SECONDS = 0.0005
"""The interpreter's switch interval while other threads work: the window must draw, and a training wants the lock a
few times a chunk."""

own_time = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-3 else time.perf_counter
"""Seconds of this thread's processor time, without its waits for others; where that clock is coarse, of plain time."""


def give_way() -> None:
    """Let the window's thread come first; on Linux each thread has a niceness of its own, threads it starts take it on.

    For the rest of the thread's life: to come back needs rights that a user does not have.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            windows = os.getpriority(os.PRIO_PROCESS, os.getpid())  # the first thread's, which the window runs in
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), windows + NICENESS)


class ShortTurns:
    """The interpreter's switch interval: short while anyone wants it so, and then again what it was before.

    `want` and `let_be` may be called from any thread, and more often than need be.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanting: set[object] = set()
        self._before = 0.0

    def want(self, who: object) -> None:
        """Someone works who holds the interpreter's lock for long."""
        with self._lock:
            if not self._wanting:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(SWITCH_SECONDS, self._before))
            self._wanting.add(who)

    def let_be(self, who: object) -> None:
        """They work no longer."""
        with self._lock:
            if who in self._wanting:
                self._wanting.remove(who)
                if not self._wanting:
                    sys.setswitchinterval(self._before)


short_turns = ShortTurns()
"""That of this process."""


@contextlib.contextmanager
def standing_back() -> Iterator[None]:
    """For all that a thread of its own does beside the window: it gives way, and turns are short meanwhile."""
    give_way()
    who = object()
    short_turns.want(who)
    try:
        yield
    finally:
        short_turns.let_be(who)
