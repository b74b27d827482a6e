"""Ctrl-C while a training goes on: the first asks it to stop cleanly, the second ends the program at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

HANG_UP = getattr(signal, "SIGHUP", None)
PIPE = getattr(signal, "SIGPIPE", None)
SIGNALS = tuple(number for number in (signal.SIGINT, signal.SIGTERM, HANG_UP) if number is not None)


class Interrupt:
    """While entered, the first SIGINT, SIGTERM or SIGHUP sets `asked`; a second one raises KeyboardInterrupt.

    A SIGHUP that is ignored, as under nohup, stays ignored. With `pipe` SIGPIPE asks too: not where sockets are in
    use, since it comes of a connection that is lost as well.

    `tell` is called at the first, from the handler, for work that waits instead of asking. Only in the main thread;
    elsewhere Python allows no handlers, and `asked` stays false.
    """

    def __init__(self, tell: Callable[[], None] | None = None, *, pipe: bool = False) -> None:
        self.asked = False
        self._signals = (*SIGNALS, PIPE) if pipe and PIPE is not None else SIGNALS
        self._tell = tell
        self._before: dict[signal.Signals, Any] = {}

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            if number == PIPE:  # what is written fails by itself
                return
            raise KeyboardInterrupt
        self.asked = True
        if self._tell is not None:
            self._tell()

    def __enter__(self) -> Self:
        try:
            for number in self._signals:
                if number == HANG_UP and signal.getsignal(number) == signal.SIG_IGN:
                    continue
                self._before[number] = signal.signal(number, self._ask)
        except ValueError:
            pass
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
