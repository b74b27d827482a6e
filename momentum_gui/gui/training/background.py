"""Work for a view that would hold up the window: done in a thread of its own, the newest request first and only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from momentum_gui.engine.threads import alone
from momentum_gui.gui.training.failure import FORESEEN, one_line
from momentum_gui.gui.training.thread_priority import standing_back

LINGER_SECONDS = 0.5
"""How long a thread waits for more to do before it ends."""

Cancelled = Callable[[], bool]
Work = Callable[[Cancelled], Any]


class Background(QObject):
    """Runs one piece of work at a time; a new request replaces the one that waits and cancels the one under way.

    `done` carries the result, in the window's thread, unless it is None or was cancelled meanwhile; `failed` carries
    one line, and an error that nobody foresaw goes to Python's hook as well. The thread ends when there is nothing more
    to do for a while; to start one for each request would hold up the window. `close` ends it for good, and waits for
    that.
    """

    done = Signal(object)
    failed = Signal(str)
    _finished = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None, name: str = "background") -> None:
        super().__init__(parent)
        self._name = name
        self._changed = threading.Condition()
        self._waiting: tuple[int, Work] | None = None
        self._thread: threading.Thread | None = None
        self._working = False
        self._newest = 0
        self._dropped = 0  # results of requests up to this one are no longer wanted
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is under way or waits."""
        with self._changed:
            return self._working or self._waiting is not None

    def request(self, work: Work, *, shared: bool = False) -> None:
        """Have `work(cancelled)` done; it should look at `cancelled()` now and then, and give None if that is so.

        Only if `shared` may it take more than one processor: a training and the window want some too.
        """
        with self._changed:
            if self._closed:
                return
            self._newest += 1
            self._waiting = (self._newest, work if shared else by_itself(work))
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name)
                self._thread.start()

    def cancel(self) -> None:
        """Drop what waits and what is under way."""
        with self._changed:
            self._dropped = self._newest
            self._newest += 1
            self._waiting = None

    def close(self) -> None:
        """Drop everything and wait until the thread has ended; requests after this are ignored."""
        with self._changed:
            self._closed = True
            self._newest += 1
            self._waiting = None
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with standing_back():
            self._work()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._closed, LINGER_SECONDS)
                if self._waiting is None:
                    self._thread = None
                    return
                number, work = self._waiting
                self._waiting = None
                self._working = True
            result, problem = None, None
            try:
                result = work(lambda number=number: number != self._newest)  # type: ignore[misc]
            except Exception as error:  # whatever a view's work raises must reach the user, not end the thread
                problem = error
            self._working = False  # before the result arrives, so that whoever takes it may ask for more
            if not self._closed:
                self._finished.emit(number, result, problem)

    @Slot(int, object, object)
    def _deliver(self, number: int, result: object, problem: Exception | None) -> None:
        if number <= self._dropped or self._closed:
            return
        if problem is not None:
            self.failed.emit(one_line(problem))
            if not isinstance(problem, FORESEEN):
                sys.excepthook(type(problem), problem, problem.__traceback__)
        elif result is not None:
            self.done.emit(result)


def by_itself(work: Work) -> Work:
    """Return the work, done without other threads of the engine."""

    def done(cancelled: Cancelled) -> Any:
        with alone():
            return work(cancelled)

    return done
