"""Views outside of the window, which show the record of a training at any moment: for films and reports."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from types import TracebackType
from typing import Self

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from momentum_gui.gui.plots.catalogue import view_named
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.setup import Setup

PATIENCE_SECONDS = 20.0
"""How long is waited for what a view works on beside the window."""
BREATH_SECONDS = 0.002


class Stage:
    """`with Stage(["error-surface", "error"], setup, record) as stage: stage.show(12.5)`; None shows the end.

    Makes the QApplication, without a display, where there is none. Raises BadInputError for a view that there is not.
    """

    def __init__(self, names: list[str], setup: Setup, record: Record, selected: int = 0) -> None:
        rows = [view_named(name) for name in names]
        self._application = off_screen()
        self.state = WindowState.of_record(setup, record, selected)
        self.views: list[View] = [row.make() for row in rows]

    def show(self, epochs: float | None) -> None:
        """Show a moment in all views, and wait until they have drawn it."""
        self.state = replace(self.state, moment=epochs)
        for view in self.views:
            view.show_state(self.state)
            view.redraw_at_rest()
        self.settle()

    def settle(self) -> None:
        """Wait until no view works on its picture any more; what a user does meanwhile waits too."""
        end = time.monotonic() + PATIENCE_SECONDS
        while any(view.busy for view in self.views) and time.monotonic() < end:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            time.sleep(BREATH_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for view in self.views:
            view.end()
            view.close()
            view.deleteLater()
            self._application.sendPostedEvents(view, 0)


def off_screen() -> QApplication:
    """Return the QApplication, without a display if there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        if not theme.is_set():
            theme.set_theme(theme.mode())
        return existing
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    made = QApplication(["momentum-gui"])
    theme.set_theme("light")
    return made
