"""The keys that no focused control wants, and the order in which Tab goes through a view."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PRESSED = (QAbstractButton, QComboBox)
"""What Return presses."""


def is_plain(event: QKeyEvent, *keys: Qt.Key) -> bool:
    """Return whether one of these keys was pressed alone, and not by being held down."""
    bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
    return event.key() in keys and bare and not event.isAutoRepeat()


class ReturnKey(QObject):
    """Lets Return do to the control in focus what Space does: click a button, open a list. Not in dialogs, where Return
    is for the default button."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    @Slot(QWidget, QWidget)
    def _watch(self, before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(before, PRESSED):
            before.removeEventFilter(self)
        if isinstance(now, PRESSED) and now.window() is self._window:
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and is_plain(event, *ENTER):
            if isinstance(watched, QComboBox):
                watched.showPopup()
            elif isinstance(watched, QAbstractButton):
                watched.click()
            return True
        return super().eventFilter(watched, event)


def chain(first: QWidget, inside: QWidget) -> None:
    """Let Tab go from a control to those inside a widget, in the order that they have among themselves."""
    before = first
    for each in in_tab_order(inside):
        QWidget.setTabOrder(before, each)
        before = each


def in_tab_order(inside: QWidget) -> list[QWidget]:
    """Return the controls inside a widget that Tab stops at, in the order in which they were put there.

    Not by `nextInFocusChain`: PySide ties what it returns to one another, and Python then ends with a crash.
    """
    window = inside.window()
    return [
        each
        for each in inside.findChildren(QWidget)
        if each.window() is window and each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.focusProxy() is None
    ]
