"""The two windows of the Help menu: keys and mouse, and about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from momentum_gui.version import __version__

KEYS = (
    ("Space", "run or pause, where no control in focus wants it"),
    (".  and  ,", "one update on, one back"),
    ("Ctrl+.  and  Ctrl+,", "to the end of the epoch, to the one before"),
    ("Ctrl+R", "start again from the same weights"),
    ("Ctrl+N, Ctrl+F", "add a run, fork the selected one"),
    ("Tab, Space, Return", "go through all controls; toggle, click or open the one in focus"),
    ("F2, Delete", "rename or remove the run selected in the table"),
    ("Space, Return in the table", "show or hide the run; edit the cell"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo and redo changes of settings and runs"),
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
    show(parent, "Keys and mouse", f"<table>{rows}</table>")


def about(parent: QWidget, engine: str) -> None:
    """Show what this program is, and its versions."""
    from PySide6.QtCore import qVersion

    show(
        parent,
        "About Momentum GUI",
        f"<b>Momentum GUI {__version__}</b><p>Shows what momentum does to online back-propagation: error curves and "
        "paths on an error surface, live, for several rules from one start.</p><p>A rule is four numbers: with the "
        "downhill gradient g and one stored vector p,</p>"
        "<pre>step = A·lr·g + B·p\np    = C·lr·g + D·p\nw   += step</pre>"
        f"<p>Engine: {engine or 'not loaded yet'} · Qt {qVersion()} · MIT licence</p>",
    )


def show(parent: QWidget, title: str, text: str) -> None:
    """A message that does not hold up the training."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, parent)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
