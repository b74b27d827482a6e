"""A menu of the buttons that a part of the window has, for the right mouse button and the menu key."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


def add_buttons(menu: QMenu, buttons: Iterable[QToolButton]) -> None:
    """Add an entry for each button: it says what the button says, and clicks it."""
    for button in buttons:
        action = menu.addAction(button.icon(), button.text() or button.accessibleName())
        action.setToolTip(button.toolTip())
        action.setEnabled(button.isEnabled())
        action.setCheckable(button.isCheckable())
        action.setChecked(button.isChecked())
        action.triggered.connect(button.click)


def pop_up(menu: QMenu, place: QPoint) -> None:
    """Show a menu at a place of the screen; it is gone when it closes."""
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def visible_buttons(inside: QWidget) -> list[QToolButton]:
    """Return the buttons that can be seen inside a widget."""
    return [button for button in inside.findChildren(QToolButton) if button.isVisible() and button.text()]
