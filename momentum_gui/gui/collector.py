"""Collects Python's cyclic garbage in the window's thread alone: a widget must not be freed in any other.

Python's own collector runs in whatever thread allocates next. A worker would free widgets there, which ends in a crash.
So automatic collection is off while there are windows, and a timer of the window's thread collects instead.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_MILLISECONDS = 100
YOUNG, MIDDLE = 2_000, 10
"""How many new objects, and how many young collections, there are before the youngest two generations are collected."""
FULL_SECONDS = 20.0
"""All that lives is looked at no more often than this, and at every rest; it takes some tens of milliseconds."""


class Collector(QObject):
    """Collects while it is `wanted` by any window; `rest` is for moments in which nothing moves."""

    def __init__(self) -> None:
        super().__init__()
        self._wanting = 0
        self._was_enabled = True
        self._full = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def want(self) -> None:
        """A window was made: collect in its thread from now on."""
        self._wanting += 1
        if self._wanting == 1:
            self._was_enabled = gc.isenabled()
            gc.disable()
            self._full = time.monotonic()
            self._timer.start()

    def release(self) -> None:
        """A window has closed: collect what was left of it; with the last one, let Python collect again."""
        gc.collect()
        self._wanting -= 1
        if self._wanting == 0:
            self._timer.stop()
            if self._was_enabled:
                gc.enable()

    def rest(self) -> None:
        """Collect everything now, unless that was done a moment ago."""
        if self._wanting and time.monotonic() - self._full > 1.0:
            self._collect_all()

    @Slot()
    def _look(self) -> None:
        new, young, middle = gc.get_count()
        if middle > MIDDLE and time.monotonic() - self._full > FULL_SECONDS:
            self._collect_all()
        elif young > MIDDLE:
            gc.collect(1)
        elif new > YOUNG:
            gc.collect(0)

    def _collect_all(self) -> None:
        gc.collect()
        self._full = time.monotonic()


_collector: Collector | None = None


def collector() -> Collector:
    """Return the collector of this process, made in the thread that asks first: the window's."""
    global _collector
    if _collector is None:
        _collector = Collector()
    return _collector
