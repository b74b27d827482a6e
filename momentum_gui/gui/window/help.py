"""The windows of the Help menu: keys and mouse, and about, with licences and details for a report."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from momentum_gui.gui.window.failures import surroundings
from momentum_gui.version import __version__

KEYS = (
    ("Space", "run or pause, where no control in focus wants it"),
    (".  and  ,", "one update on, one back"),
    ("Ctrl+.  and  Ctrl+,", "to the end of the epoch, to the one before"),
    ("Ctrl+R", "start again from the same weights; Ctrl+Z brings the training back"),
    ("Ctrl+N, Ctrl+F", "add a run, fork the selected one"),
    ("Tab, Space, Return", "go through all controls; toggle, click or open the one in focus"),
    ("F2, Delete", "rename or remove the run selected in the table"),
    ("Space, Return in the table", "show or hide the run; edit the cell"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo and redo changes of settings and runs"),
    ("Ctrl+K", "find any command by its words"),
    ("F1", "this list"),
    ("F11", "full screen"),
    ("Click on the surface", "sets the start of all runs; with Shift of the selected run"),
    ("Wheel, drag", "zoom and move a plot; a double click fits it again"),
    ("Double click in the table", "edit rule, rate, momentum or name, also while it trains"),
    ("↑ and ↓ in a number", "a tenth more or less"),
)


def keys_and_mouse(parent: QWidget) -> None:
    """Show what keys and mouse do."""
    rows = "".join(
        f"<tr><td style='padding: 3px 24px 3px 0'><b>{key}</b></td><td style='padding: 3px 0'>{what}</td></tr>"
        for key, what in KEYS
    )
    show(parent, "Keys and mouse", f"<table>{rows}</table>").open()


LICENCES = (
    ("Momentum GUI", "MIT licence"),
    ("Qt and PySide6", "GNU LGPL 3: used as shared libraries, which may be replaced by others"),
    ("pyqtgraph, msgspec, tomli-w, contourpy", "MIT and BSD licences"),
    ("NumPy, numba, llvmlite", "BSD licences"),
    ("Data sets", "UCI Machine Learning Repository, CC BY 4.0; resources/datasets/README.md names each source"),
)


def about(parent: QWidget, engine: str) -> QMessageBox:
    """Show what this program is, under which licences, and its surroundings, to be copied into a report."""
    licences = "".join(
        f"<tr><td style='padding-right: 16px'>{what}</td><td>{licence}</td></tr>" for what, licence in LICENCES
    )
    box = show(
        parent,
        "About Momentum GUI",
        f"<b>Momentum GUI {__version__}</b><p>Shows what momentum does to online back-propagation: error curves and "
        "paths on an error surface, live, for several rules from one start.</p><p>A rule is four numbers: with the "
        "downhill gradient g and one stored vector p,</p>"
        "<pre>step = A·lr·g + B·p\np    = C·lr·g + D·p\nw   += step</pre>"
        f"<table>{licences}</table>",
    )
    box.setDetailedText(diagnostics(engine))
    copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
    copy.clicked.disconnect()  # or the box would close
    copy.clicked.connect(partial(copy_text, diagnostics(engine)))
    box.open()
    return box


def diagnostics(engine: str) -> str:
    """Return versions and surroundings, a line each."""
    return f"{surroundings()}\nEngine: {engine or 'not loaded yet'}\nPlatform: {QGuiApplication.platformName()}"


def copy_text(text: str, _checked: bool = False) -> None:
    """Put text on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def show(parent: QWidget, title: str, text: str) -> QMessageBox:
    """Return a message, to be opened, that does not hold up the training."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, parent)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
