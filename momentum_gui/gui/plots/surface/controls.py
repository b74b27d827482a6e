"""The small parts of the surface view's rows of controls: lists to choose from, quiet words, notes."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from momentum_gui.gui.widgets.elided_box import ElidedBox
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.rich_line import RichLine


def choice_box(name: str, tip: str) -> QComboBox:
    """Return a list to choose from, no wider than it must be."""
    box = ElidedBox(tip)
    box.setAccessibleName(name)
    box.setMaxVisibleItems(20)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMinimumWidth(56)
    ignore_wheel(box)
    return box


def note() -> RichLine:
    """Return a quiet line that is shortened rather than widening the window."""
    label = RichLine()
    label.setProperty("muted", True)
    return label


def small(text: str) -> QLabel:
    """Return a quiet word before a control."""
    label = QLabel(text)
    label.setProperty("muted", True)
    return label


def row_of(widgets: list[QWidget]) -> QWidget:
    """Widgets side by side, from the left."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, QLabel) and len(widgets) == 1 else 0)
    if len(widgets) > 1:
        layout.addStretch(1)
    return row
