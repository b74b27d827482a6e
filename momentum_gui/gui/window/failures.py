"""Tells the user of an error that nobody foresaw, wherever it happened: one dialog, and a log to report it from."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import sys
import threading
from pathlib import Path
from types import TracebackType

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from momentum_gui.gui.training.failure import details_of, one_line
from momentum_gui.version import __version__

MOST_BYTES = 1 << 20
"""The log begins again where it would grow beyond this."""


class Failures(QObject):
    """Collects errors from any thread and shows them in one dialog of the window.

    `watch` takes in what reaches Python's hooks, from slots, paint events, timers and other threads, until `unwatch`.
    """

    _happened = Signal(str, str)

    def __init__(self, parent: QWidget, log: Path | None = None) -> None:
        super().__init__(parent)
        self._parent = parent
        self._log = log
        self._hooks = (sys.excepthook, threading.excepthook)
        self.dialog: FailureDialog | None = None
        self._happened.connect(self.tell, Qt.ConnectionType.QueuedConnection)

    @property
    def log(self) -> Path:
        """The file that keeps the details."""
        return self._log or log_path()

    def watch(self) -> None:
        """Take in whatever nobody else catches."""
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._report
        threading.excepthook = self._report_from_thread

    def unwatch(self) -> None:
        """Leave errors to whoever took them in before."""
        sys.excepthook, threading.excepthook = self._hooks

    @Slot(str, str)
    def tell(self, text: str, details: str) -> None:
        """Tell of an error, in the dialog that is open or in a new one; `details` is its trace."""
        report = f"{details.rstrip()}\n\n{surroundings()}\n"
        kept = keep(report, self.log)
        if self.dialog is not None:
            self.dialog.add(text, report)
            return
        self.dialog = FailureDialog(self._parent, text, report, self.log if kept else None)
        self.dialog.finished.connect(self._forget)
        self.dialog.open()

    def _report(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = details_of(error)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # standard error may be closed
            sys.stderr.write(details)
        self._happened.emit(one_line(error), details)

    def _report_from_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._report(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot()
    def _forget(self) -> None:
        self.dialog = None


class FailureDialog(QDialog):
    """Says what failed and that the work is kept; a button copies the details. Errors that follow are added."""

    def __init__(self, parent: QWidget, text: str, details: str, log: Path | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Something went wrong")
        self.setMinimumWidth(480)
        self._count = 1
        self._text = text
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setAccessibleName("What went wrong")
        kept = QLabel("Your work is kept, and the program goes on.")
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setVisible(False)
        self.place = QLabel("" if log is None else f"The details are also in {log}")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place.setWordWrap(True)
        self.place.setProperty("muted", True)
        self.place.setVisible(log is not None)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton("Copy details")
        self.show_details = QPushButton("Show details")
        self.show_details.setCheckable(True)
        for button in (self.copy, self.show_details):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self._copy)
        self.show_details.toggled.connect(self.details.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        for widget in (self.message, kept, self.details, self.place, buttons):
            column.addWidget(widget)
        self._show_message()

    def add(self, text: str, details: str) -> None:
        """Add another error."""
        self._count += 1
        self.details.appendPlainText(details)
        self._show_message()

    def _show_message(self) -> None:
        more = "" if self._count == 1 else f"\nand {self._count - 1} more since then"
        self.message.setText(f"{self._text}{more}")

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())


def surroundings() -> str:
    """Return the versions that a report should name."""
    return (
        f"Momentum GUI {__version__}, Python {platform.python_version()}, Qt {qVersion()}, NumPy {np.__version__}, "
        f"{platform.system()} {platform.machine()}"
    )


def log_path() -> Path:
    """Return where errors are kept: the user's folder for states of programs."""
    home = os.environ.get("XDG_STATE_HOME")
    location = QStandardPaths.StandardLocation.GenericStateLocation
    return Path(home or QStandardPaths.writableLocation(location) or Path.home()) / "momentum-gui" / "errors.log"


def keep(report: str, path: Path) -> bool:
    """Append a report to the log; whether it could be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "w" if path.exists() and path.stat().st_size > MOST_BYTES else "a"
        with open(path, mode, encoding="utf-8") as file:
            file.write(f"{datetime.datetime.now().astimezone().isoformat(timespec='seconds')}\n{report}\n")
    except OSError:
        return False
    return True
