"""A compact table of words and numbers: right-aligned, with figures of one width, redrawn where it is seen."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.thread_priority import own_time

Cell = str | float | None
Index = QModelIndex | QPersistentModelIndex


class NumberModel(QAbstractTableModel):
    """Rows of cells: text as it is, numbers with the digits of their column, None for nothing. `strong` rows stand out.

    A row with one cell is a heading.
    """

    def __init__(self, headings: Sequence[str], digits: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent)
        self.headings, self.digits = tuple(headings), tuple(digits)
        self.rows: list[list[Cell]] = []
        self.strong: frozenset[int] = frozenset()
        self.colors: dict[int, str] = {}
        self.bold = tabular(QFont(parent.font()))
        self.bold.setBold(True)

    def show(self, rows: list[list[Cell]], strong: frozenset[int] = frozenset()) -> bool:
        """Show these rows; whether there are more or fewer than before."""
        if len(rows) != len(self.rows) or strong != self.strong:
            self.beginResetModel()
            self.rows, self.strong = rows, strong
            self.endResetModel()
            return True
        self.rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.headings) - 1))
        return False

    def set_headings(self, headings: Sequence[str]) -> None:
        """Head the columns otherwise."""
        if self.headings != tuple(headings):
            self.headings = tuple(headings)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(headings) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        cells = self.rows[row]
        heading = len(cells) == 1
        if role == Qt.ItemDataRole.DisplayRole:
            cell = cells[column] if column < len(cells) else None
            return cell if isinstance(cell, str) or cell is None else number_text(cell, self.digits[column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and (heading or row in self.strong):
            return self.bold
        if role == Qt.ItemDataRole.ForegroundRole:
            if heading:
                return QColor(theme.current().muted)
            if column in self.colors:
                return QColor(getattr(theme.current(), self.colors[column]))
        return None


class NumberTable(QTableView):
    """The table: no grid, no row numbers, as high as its rows where `whole`; `painting` is what it took, in seconds."""

    def __init__(self, headings: Sequence[str], digits: Sequence[int], *, whole: bool = False) -> None:
        super().__init__()
        self.whole = whole
        self.numbers = NumberModel(headings, digits, self)
        self.setModel(self.numbers)
        self.setFont(tabular(self.font()))
        self.setShowGrid(False)
        self.setStyleSheet("QHeaderView::section { padding: 4px; } QTableView::item { padding: 0 4px; }")
        self.painting = 0.0
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMinimumSectionSize(30)
        self.horizontalHeader().setHighlightSections(False)
        if whole:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def paintEvent(self, event: QPaintEvent) -> None:
        began = own_time()
        super().paintEvent(event)
        self.painting = own_time() - began

    def show_rows(self, rows: list[list[Cell]], strong: frozenset[int] = frozenset()) -> None:
        """Show these rows."""
        if not self.numbers.show(rows, strong):
            return
        self.clearSpans()
        for number, row in enumerate(rows):
            if len(row) == 1:
                self.setSpan(number, 0, 1, len(self.numbers.headings))
        if self.whole:
            row_height = self.verticalHeader().defaultSectionSize()
            self.setFixedHeight(self.horizontalHeader().sizeHint().height() + len(rows) * row_height + 3)

    def html(self) -> str:
        """Return the whole table as rich text, in the theme's colours."""
        numbers, colors = self.numbers, theme.current()
        shown = range(len(numbers.headings))
        align = ["left", *("right" for _ in shown[1:])]
        head = "".join(
            f'<td align="{align[place]}" style="color: {colors.muted};">{html.escape(numbers.headings[place])}</td>'
            for place in shown
        )
        lines = [f"<tr>{head}</tr>"]
        for row, cells in enumerate(numbers.rows):
            if len(cells) == 1:
                lines.append(
                    f'<tr><td colspan="{len(shown)}" style="color: {colors.muted};">'
                    f"<b>{html.escape(str(cells[0]))}</b></td></tr>"
                )
                continue
            texts = [html.escape(numbers.index(row, place).data() or "") for place in shown]
            if row in numbers.strong:
                texts = [f"<b>{text}</b>" for text in texts]
            shades = [
                f' style="color: {getattr(colors, numbers.colors[place])};"' if place in numbers.colors else ""
                for place in shown
            ]
            cells_html = "".join(f'<td align="{align[place]}"{shades[place]}>{texts[place]}</td>' for place in shown)
            lines.append(f"<tr>{cells_html}</tr>")
        return f'<table cellspacing="0" cellpadding="2">{"".join(lines)}</table>'


def tabular(font: QFont) -> QFont:
    """Return the font with figures of one width, so that columns of numbers keep their width."""
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font
