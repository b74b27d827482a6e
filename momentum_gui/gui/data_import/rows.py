"""The first rows of a table as they are read, or the lines of a file that cannot be read yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from momentum_gui.gui.style import theme
from momentum_gui.lab.data.number_format import is_missing
from momentum_gui.lab.data.roles import Preview

Index = QModelIndex | QPersistentModelIndex

MOST_ROWS, MOST_COLUMNS = 100, 200
ROW_HEIGHT = 24
PADDING, WIDEST = 24, 280
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowModel(QAbstractTableModel):
    """Cells as text; columns that are left out are pale, missing values marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings: tuple[str, ...] = ()
        self._pale: tuple[bool, ...] = ()
        self._right: tuple[bool, ...] = ()
        self._rows: tuple[Sequence[str], ...] = ()

    def show_preview(self, preview: Preview) -> None:
        """Show the first rows of a preview."""
        self.beginResetModel()
        columns = preview.columns[:MOST_COLUMNS]
        self._headings = tuple(column.name for column in columns)
        self._pale = tuple(column.role == "left out" for column in columns)
        self._right = tuple(column.kind == "number" for column in columns)
        self._rows = preview.rows[:MOST_ROWS]
        self.endResetModel()

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show the lines of a file as they are."""
        self.beginResetModel()
        self._headings, self._pale, self._right = ("The file's first lines",), (False,), (False,)
        self._rows = tuple((line,) for line in lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self._right[section] else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell, place = self._rows[index.row()][index.column()], index.column()
        missing = len(self._headings) > 1 and is_missing(cell)
        if role == Qt.ItemDataRole.DisplayRole:
            return (cell or "missing") if missing else cell
        if role == Qt.ItemDataRole.TextAlignmentRole and self._right[place]:
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and (missing or self._pale[place]):
            colors = theme.current()
            return QColor(colors.bad if missing and not self._pale[place] else colors.muted)
        return None


class RowTable(QTableView):
    """The first rows, to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowModel(self)
        self.setModel(self.rows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAccessibleName("First rows of the file")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)

    def fit(self) -> None:
        """Let each column be as wide as what it holds, and a lone one as wide as the table."""
        if self.rows.columnCount() > 1:
            self.horizontalHeader().setStretchLastSection(False)
            for place in range(self.rows.columnCount()):
                wanted = max(self.sizeHintForColumn(place), self.horizontalHeader().sectionSizeHint(place))
                self.setColumnWidth(place, min(WIDEST, wanted + PADDING))
        else:
            self.horizontalHeader().setStretchLastSection(True)
