"""A section of the settings: a heading that folds it, rows of label and entry, and a line for what is not allowed."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from momentum_gui.gui.style.icons import icon
from momentum_gui.gui.widgets.declared import Declared
from momentum_gui.gui.widgets.rich_text import PlainLabel

LABEL_WIDTH = 104


class Entry(Protocol):
    """What a row needs of its entry, besides being a widget."""

    def set_refused(self, refused: bool) -> None: ...


class Section(QWidget):
    """A heading and, unless folded, its rows. `folded_changed` is emitted by a click on the heading."""

    folded_changed = Signal(bool)

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._entries: dict[str, Entry] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._heading = QToolButton()
        self._heading.setText(title)
        self._heading.setProperty("heading", True)
        self._heading.setCheckable(True)
        self._heading.setChecked(True)
        self._heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._heading.toggled.connect(self._fold)
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(4, 0, 8, 12)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._problem = PlainLabel()
        self._problem.setProperty("problem", True)
        self._problem.setWordWrap(True)
        self._problem.setContentsMargins(4, 0, 8, 12)
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._heading)
        column.addWidget(self._body)
        column.addWidget(self._problem)
        self._heading.setIcon(icon("opened"))

    def add_row(self, setting: Declared, entry: QWidget) -> None:
        """A setting's label and entry, below the rows so far."""
        label = QLabel(setting.title)
        label.setToolTip(setting.tooltip)
        label.setBuddy(entry)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(entry, row, 1)
        self._rows[setting.key] = (label, entry)
        self._entries[setting.key] = entry  # type: ignore[assignment]

    def add_wide(self, widget: QWidget, key: str = "") -> None:
        """A widget over the full width; with a key, the row of that setting, and its entry if it is one."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)
        if key:
            self._rows[key] = (widget,)
            if hasattr(widget, "set_refused"):
                self._entries[key] = widget

    def show_row(self, key: str, shown: bool) -> None:
        """Show or hide a row."""
        for widget in self._rows[key]:
            widget.setVisible(shown)

    def set_problem(self, text: str, key: str = "") -> None:
        """Say what is wrong with a setting (and mark it), or with "" that nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        if text and key in self._entries:
            self._entries[key].set_refused(True)
        elif not text:
            for entry in self._entries.values():
                entry.set_refused(False)

    @property
    def problem(self) -> str:
        """What is wrong, or ""."""
        return self._problem.text()

    @property
    def folded(self) -> bool:
        """Whether only the heading shows."""
        return not self._heading.isChecked()

    def set_folded(self, folded: bool) -> None:
        """Fold or unfold."""
        self._heading.setChecked(not folded)

    def apply_theme(self) -> None:
        """Draw the heading's arrow in the theme's colour."""
        self._heading.setIcon(icon("closed" if self.folded else "opened"))

    @Slot(bool)
    def _fold(self, opened: bool) -> None:
        self._body.setVisible(opened)
        self._problem.setVisible(opened and bool(self._problem.text()))
        self._heading.setIcon(icon("opened" if opened else "closed"))
        self.folded_changed.emit(not opened)
