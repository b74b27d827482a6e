"""The worker's thread: begun with it, and taken down in order, whatever becomes of the window."""

from __future__ import annotations

import weakref

import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from momentum_gui.gui.training.pace import Pace
from momentum_gui.gui.training.queue import Mailbox
from momentum_gui.gui.training.worker import Worker


class WorkerThread(QObject):
    """Owns the worker and the thread in which it lives; orders and deliveries pass through `mailbox`."""

    progress = Signal()  # there is something to take from the mailbox
    closed = Signal()

    def __init__(self, pace: Pace, engine: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("worker")
        self._worker: Worker | None = Worker(self.mailbox, pace, engine)
        self._worker.moveToThread(self._thread)
        self._worker.progress.connect(self.progress)
        self._thread.started.connect(self._worker.run)
        # At once, in the worker's thread: the window's may be waiting for it, and then handles no signals.
        self._worker.finished.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._thread.finished.connect(self._end)
        # A thread that still runs when its object goes takes the whole program with it.
        weakref.finalize(self, end_thread, self.mailbox, self._thread)
        self._thread.start()

    @property
    def is_closed(self) -> bool:
        """Whether the worker and its thread have ended."""
        return self._worker is None

    @Slot()
    def _end(self) -> None:
        """The thread has ended: let go of it and of the worker."""
        self._thread.wait()
        if self._worker is not None:
            self._worker.deleteLater()
            self._worker = None
            self._thread.deleteLater()
            self.closed.emit()


def end_thread(mailbox: Mailbox, thread: QThread) -> None:
    """Let the worker end and wait for it: for sessions that go, or are left at the program's end, without `close`."""
    if shiboken6.isValid(thread):
        mailbox.close()
        thread.wait()
