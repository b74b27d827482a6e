"""The program with a window: the application, its font and icon, and a message for what nobody foresaw."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from momentum_gui.gui.style import theme
from momentum_gui.gui.style.icons import application_icon
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.lab.experiment import Experiment

if TYPE_CHECKING:
    from momentum_gui.gui.main_window import MainWindow
    from momentum_gui.gui.training.session import Session

SIGNAL_MILLISECONDS = 200
INTERRUPTED = 130
LEAVE_SECONDS = 2.0
"""How long a closed window's work may take to end; compiling the engine for the first time cannot be interrupted."""


def application() -> QApplication:
    """Return the QApplication, made and given its name, icon and figures of equal width if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Qt fills large areas in threads of its own and waits for them, behind a training that wants the processors too.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    made = QApplication(sys.argv[:1] or ["momentum-gui"])
    made.setApplicationName("momentum-gui")
    made.setApplicationDisplayName("Momentum GUI")
    made.setDesktopFileName("momentum-gui")
    made.setWindowIcon(application_icon())
    font = made.font()
    font.setFeature(QFont.Tag("tnum"), 1)  # figures of equal width, so that changing numbers stay in place
    made.setFont(font)
    return made


def run(experiment: Experiment | None = None, table: str | None = None) -> int:
    """Open the window with an experiment, by default the built-in Iris comparison, until it is closed.

    With the path of a `table` the dialog that opens tables comes first. Gives the exit status: 0, or 130 after an
    interrupt from the keyboard.
    """
    from momentum_gui.gui.main_window import MainWindow

    made = application()
    memory = Memory.of_user()
    theme.set_theme(memory.theme)
    window = MainWindow(experiment, memory=memory)
    interrupts: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Not by a KeyboardInterrupt, which could come in the middle of anything.
        interrupts.append(number)
        QTimer.singleShot(0, window.leave)

    window.failures.watch()
    handler = signal.signal(signal.SIGINT, interrupt)
    # Python looks at signals only between its own instructions, and Qt's loop has none while nothing happens.
    looks = QTimer()
    looks.timeout.connect(_nothing)
    looks.start(SIGNAL_MILLISECONDS)
    patience = Patience(window, interrupts)
    try:
        window.show()
        if table is not None:
            QTimer.singleShot(0, lambda: window.data.ask(table))
        QTimer.singleShot(0, gc.freeze)  # what was loaded at the start stays: it need not be looked at again and again
        # The window is hidden before its work has ended, and a hidden window is no last one that closes.
        window.session.closed.connect(made.quit)
        status = made.exec()
        window.leave()  # where the program was told to quit in another way
        while not window.session.is_closed:  # or patience ends
            made.processEvents()
            patience.wait()
        return INTERRUPTED if interrupts else status
    finally:
        window.failures.unwatch()
        signal.signal(signal.SIGINT, handler)


class Patience(QObject):
    """Ends the program when a window that was closed still works after `LEAVE_SECONDS`, so that nothing is left behind.

    What is under way then is a compilation, whose cache is only ever replaced as a whole.
    """

    def __init__(self, window: MainWindow, interrupts: list[int]) -> None:
        super().__init__()
        self._session, self._interrupts = window.session, interrupts
        self._timer: threading.Timer | None = None
        window.leaving.connect(self._begin)

    @Slot()
    def _begin(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(LEAVE_SECONDS, give_up, [self._session, self._interrupts])
            self._timer.daemon = True
            self._timer.start()

    def wait(self) -> None:
        """Wait a moment."""
        if self._timer is not None:
            self._timer.join(0.02)


def give_up(session: Session, interrupts: list[int]) -> None:
    """End the program at once, unless its work has ended."""
    if not session.is_closed:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED if interrupts else 0)


def _nothing() -> None:
    """Let Python look at its signals."""


def prepare_offscreen() -> None:
    """Draw off-screen where no other platform is chosen; before the application is made."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
