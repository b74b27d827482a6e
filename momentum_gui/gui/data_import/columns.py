"""The columns of a table as rows: kind, role, missing and distinct values, and a small histogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from momentum_gui.gui.style import theme
from momentum_gui.gui.style.icons import icon
from momentum_gui.lab.data.roles import ColumnSummary

Index = QModelIndex | QPersistentModelIndex

NAME, ROLE, KIND, MISSING, DISTINCT, SHAPE = range(6)
HEADINGS = (
    ("Column", "The name in the file"),
    ("Use as", "What the column is for"),
    ("Kind", "What its cells are"),
    ("Missing", "How many of the rows shown have no value"),
    ("Values", "How many different values the rows shown have"),
    ("Shape", "How often the values occur: numbers from the least to the greatest, texts from the most frequent on"),
)
ROLES = {"input": "Input", "target": "Target", "left out": "Leave out"}
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ROW_HEIGHT = 26
ARROW = 20
"""The room for the arrow of a list, in pixels."""
SHAPE_WIDTH = 96


class ColumnModel(QAbstractTableModel):
    """`role_chosen` carries the names of columns and their new role, as in `ROLES`."""

    role_chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[ColumnSummary, ...] = ()

    @property
    def columns(self) -> tuple[ColumnSummary, ...]:
        """The columns shown."""
        return self._columns

    def show_columns(self, columns: Sequence[ColumnSummary]) -> None:
        """Show columns; where they are the same by name, what is selected stays so."""
        same = [column.name for column in columns] == [column.name for column in self._columns]
        if not same:
            self.beginResetModel()
        self._columns = tuple(columns)
        if not same:
            self.endResetModel()
        elif columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(columns) - 1, len(HEADINGS) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return HEADINGS[section][role == Qt.ItemDataRole.ToolTipRole]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (MISSING, DISTINCT) else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column = self._columns[index.row()]
        place = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            numbers = {MISSING: column.missing or "", DISTINCT: column.distinct}
            texts = {NAME: column.name, ROLE: ROLES[column.role], KIND: column.kind}
            return texts.get(place, numbers.get(place))
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.reason[:1].upper() + column.reason[1:] or None
        if role == Qt.ItemDataRole.TextAlignmentRole and place in (MISSING, DISTINCT):
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and column.role == "left out":
            return QColor(theme.current().muted)
        if role == Qt.ItemDataRole.FontRole and column.role == "target" and place in (NAME, ROLE):
            parent = self.parent()
            assert isinstance(parent, QWidget)
            font = parent.font()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole and place == SHAPE:
            return f"{len(column.counts)} bars: " + ", ".join(map(str, column.counts))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == ROLE else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() != ROLE or value not in ROLES:
            return False
        if value != self._columns[index.row()].role:
            self.role_chosen.emit([self._columns[index.row()].name], value)
        return True


class RoleChoice(QStyledItemDelegate):
    """A list of roles in a cell; a choice holds at once."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        box = option.rect.adjusted(option.rect.width() - ARROW, 0, -4, 0)
        painter.drawPixmap(box.center().x() - 6, box.center().y() - 6, icon("opened").pixmap(12, 12))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        choice = QComboBox(parent)
        for role, words in ROLES.items():
            choice.addItem(words, role)
        choice.setAccessibleName(f"Use {index.model().index(index.row(), NAME).data()} as")
        choice.activated.connect(lambda: self.commitData.emit(choice))
        choice.activated.connect(lambda: self.closeEditor.emit(choice))
        return choice

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(list(ROLES.values()).index(index.data()))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        model.setData(index, editor.currentData())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)


class Histogram(QStyledItemDelegate):
    """Bars the size of a word."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        assert isinstance(model, ColumnModel)
        column = model.columns[index.row()]
        if not column.counts or not max(column.counts):
            return
        box = QRectF(option.rect).adjusted(8, 4, -8, -4)
        slot = min(box.width(), SHAPE_WIDTH) / max(len(column.counts), 2)
        colors = theme.current()
        color = QColor(colors.muted if column.role == "left out" else colors.accent)
        for place, count in enumerate(column.counts):
            height = box.height() * count / max(column.counts)
            if count:
                height = max(height, 1.0)
            painter.fillRect(QRectF(box.left() + place * slot, box.bottom() - height, max(slot - 1, 1), height), color)


class ColumnTable(QTableView):
    """The columns; a role is chosen in its cell."""

    def __init__(self) -> None:
        super().__init__()
        self.columns = ColumnModel(self)
        self.setModel(self.columns)
        self.setItemDelegateForColumn(ROLE, RoleChoice(self))
        self.setItemDelegateForColumn(SHAPE, Histogram(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAccessibleName("Columns")
        self.setAccessibleDescription("What each column of the file is used for; F2 or Return changes it")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        heads.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for place, width in ((ROLE, 112), (KIND, 72), (MISSING, 76), (DISTINCT, 68), (SHAPE, SHAPE_WIDTH + 20)):
            self.setColumnWidth(place, width)

    @property
    def selected_names(self) -> list[str]:
        """The names of the selected columns."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.columns.columns[row].name for row in rows]
