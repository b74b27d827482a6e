"""The table of runs, with what can be done to them: add, fork, remove, select, show or hide, edit in place."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QItemSelection, QObject, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.gui.panels import run_model
from momentum_gui.gui.panels.run_model import Index, RunModel
from momentum_gui.gui.state import ShownTraining, WindowState
from momentum_gui.gui.style.icons import icon
from momentum_gui.gui.widgets.button_menu import add_buttons, pop_up
from momentum_gui.gui.widgets.declared import number_of, number_text
from momentum_gui.gui.widgets.message import Message
from momentum_gui.gui.widgets.reason import allow

WIDEST = {
    run_model.NAME: "heavy ball 0.9",
    run_model.RULE: "Heavy ball",
    run_model.RATE: "0.00001",
    run_model.MOMENTUM: "Momentum",
    run_model.EPOCH: "100 000.00",
    run_model.ERROR: "1.234×10⁻¹²",
    run_model.ACCURACY: "100.0 %",
    run_model.TEST_ERROR: "Held-out error",
    run_model.TEST_ACCURACY: "Held-out acc.",
    run_model.OUTCOME: "converged",
}
"""The widest text of each column: its width never changes with the numbers."""
ROW_HEIGHT = 28
REMOVE = "Remove the selected run (Delete in the table)"
NUMBER_SIGNS = (".", ",", "-", "+")
"""What a number may begin with, besides digits."""
LEFT_OUT = (run_model.TEST_ACCURACY, run_model.TEST_ERROR, run_model.ACCURACY)
"""What goes first where the table is too narrow for all columns."""


class RunDelegate(QStyledItemDelegate):
    """Edits a rule by a list, names and numbers by a line."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        if index.column() == run_model.RULE:
            choice = QComboBox(parent)
            model = index.model()
            assert isinstance(model, RunModel)
            for rule in model.rules().values():
                choice.addItem(rule.title, rule.id)
            choice.activated.connect(self._commit)
            return choice
        line = QLineEdit(parent)
        line.setFrame(False)
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        value = index.data(Qt.ItemDataRole.EditRole)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
            editor.showPopup()
        elif isinstance(editor, QLineEdit):
            editor.setText(number_text(value) if isinstance(value, float) else str(value))

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        assert isinstance(model, RunModel)
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QLineEdit):
            text = editor.text()
            value = text if index.column() == run_model.NAME else number_of(text)
            model.setData(index, float(value) if type(value) is int else value)

    @Slot()
    def _commit(self) -> None:
        editor = self.sender()
        if isinstance(editor, QComboBox):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)


class RunsPanel(QWidget):
    """The signals are what the user asks for; the table shows what the window's state then says.

    `wanted` carries "add", "fork" or "remove", `visible_wanted` a run and whether plots should draw it.
    """

    selected = Signal(int)
    wanted = Signal(str)
    edited = Signal(int, str, object)
    renamed = Signal(int, str)
    visible_wanted = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.model = RunModel()
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setItemDelegate(RunDelegate(self.table))
        self.table.setAccessibleName("Runs")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setCornerButtonEnabled(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._widths: dict[int, int] = {}
        self.table.installEventFilter(self)
        self._arranged_for: ShownTraining | None = None
        self._fit_columns()
        self.table.selectionModel().selectionChanged.connect(self._select)
        self.model.edited.connect(self.edited)
        self.model.renamed.connect(self.renamed)
        self.model.visible_wanted.connect(self.visible_wanted)
        heading = QLabel("Runs")
        heading.setProperty("heading", True)
        self.hint = Message(side=Qt.AlignmentFlag.AlignRight)
        self.hint.setAccessibleName("Hint")
        self.buttons: dict[str, QToolButton] = {}
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 0, 8, 0)
        bar.setSpacing(4)
        bar.addWidget(heading)
        bar.addSpacing(8)
        for name, text, tip in (
            ("add", "Add", "Add a run that starts from the same weights (Ctrl+N)"),
            ("fork", "Fork", "Let a new run part from the selected one at the moment shown (Ctrl+F)"),
            ("remove", "Remove", REMOVE),
        ):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tip)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.buttons[name] = button
            bar.addWidget(button)
        self.buttons["add"].clicked.connect(self._want_add)
        self.buttons["fork"].clicked.connect(self._want_fork)
        self.buttons["remove"].clicked.connect(self._want_remove)
        bar.addSpacing(8)
        bar.addWidget(self.hint, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.table, 1)
        self.apply_theme()

    def show_state(self, state: WindowState) -> None:
        """Show the runs of a state."""
        rows = self.model.rowCount()
        with QSignalBlocker(self.table.selectionModel()):
            self.model.show_state(state)
            if self.table.currentIndex().row() != state.selected or not self.table.selectionModel().hasSelection():
                self.table.setCurrentIndex(self.model.index(state.selected, run_model.NAME))
                self.table.selectRow(state.selected)
        self.table.viewport().update()
        if self.model.rowCount() != rows or state.training is not self._arranged_for:
            self._arranged_for = state.training
            self._choose_columns()
            allow(self.buttons["remove"], self.model.rowCount() > 1, REMOVE, "The last run stays")

    def select(self, run: int) -> None:
        """Ask for a run to be selected."""
        self.selected.emit(run)

    @Slot()
    def edit_name(self) -> None:
        """Let the selected run's name be typed."""
        index = self.model.index(self.table.currentIndex().row(), run_model.NAME)
        if index.isValid():
            self.table.setFocus()
            self.table.edit(index, QAbstractItemView.EditTrigger.EditKeyPressed, QEvent(QEvent.Type.None_))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the table's keys: Delete removes the run, Space shows or hides it, Return edits the cell."""
        if not isinstance(event, QKeyEvent) or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and event.text() in NUMBER_SIGNS:
            event.accept()  # typed into a cell; without the table in focus, a step
            return True
        return (event.type() == QEvent.Type.KeyPress and self._press(event.key())) or super().eventFilter(
            watched, event
        )

    def _press(self, key: int) -> bool:
        """Do what a key of the table's asks for; whether it is one."""
        index = self.table.currentIndex()
        if key == Qt.Key.Key_Delete and self.buttons["remove"].isEnabled():
            self.wanted.emit("remove")
        elif key == Qt.Key.Key_Space and index.isValid():
            self.visible_wanted.emit(index.row(), not self.model.is_visible(index.row()))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._can_edit(index):
            self.table.edit(index, QAbstractItemView.EditTrigger.EditKeyPressed, QEvent(QEvent.Type.None_))
        else:
            return False
        return True

    def _can_edit(self, index: Index) -> bool:
        """Return whether a cell can be edited, and none is: its editor hands Return on to the table."""
        return self.window().focusWidget() is self.table and bool(index.flags() & Qt.ItemFlag.ItemIsEditable)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the selected run: the row under the mouse was selected by the press."""
        row = self.table.currentIndex().row()
        menu = QMenu(self)
        if row >= 0:
            menu.addAction("Rename").triggered.connect(self.edit_name)
            shown = self.model.is_visible(row)
            menu.addAction("Hide" if shown else "Show").triggered.connect(partial(self._show_run, row, not shown))
            menu.addAction("Show only this run").triggered.connect(partial(self._show_only, row))
            menu.addSeparator()
        add_buttons(menu, self.buttons.values())
        menu.addSeparator()
        menu.addAction("Copy the table").triggered.connect(self.copy)
        pop_up(menu, event.globalPos())

    @Slot()
    def copy(self) -> None:
        """Put the table on the clipboard, its columns separated by tabs."""
        model, columns = self.model, [each for each in self._widths if not self.table.isColumnHidden(each)]
        lines = [[run_model.HEADINGS[column][0] for column in columns]]
        for row in range(model.rowCount()):
            lines.append([str(model.index(row, column).data()) for column in columns])
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def _show_run(self, row: int, shown: bool, _checked: bool = False) -> None:
        self.visible_wanted.emit(row, shown)

    def _show_only(self, row: int, _checked: bool = False) -> None:
        for each in range(self.model.rowCount()):
            self.visible_wanted.emit(each, each == row)

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        for name, button in self.buttons.items():
            button.setIcon(icon(name))
        self.table.viewport().update()

    def height_for(self, rows: int) -> int:
        """Return the height at which that many rows show."""
        bar = self.buttons["add"].sizeHint().height() + 8
        return bar + self.table.horizontalHeader().sizeHint().height() + rows * ROW_HEIGHT + 8

    def _fit_columns(self) -> None:
        metrics = QFontMetrics(self.table.font())
        for column, text in WIDEST.items():
            heading = metrics.horizontalAdvance(run_model.HEADINGS[column][0])
            width = max(metrics.horizontalAdvance(text), heading) + 28
            self._widths[column] = width + (48 if column == run_model.NAME else 0)
            self.table.setColumnWidth(column, self._widths[column])

    def _choose_columns(self) -> None:
        """Show the columns that hold something, as many as there is room for, and give what is left to the names."""
        model = self.model
        filled = set(self._widths)
        if not model.has_test_items:
            filled -= {run_model.TEST_ERROR, run_model.TEST_ACCURACY}
        if not model.has_classes:
            filled -= {run_model.ACCURACY, run_model.TEST_ACCURACY}
        room = self.table.viewport().width()
        for column in LEFT_OUT:
            if sum(self._widths[each] for each in filled) > room:
                filled.discard(column)
        for column in self._widths:
            self.table.setColumnHidden(column, column not in filled)
        spare = max(0, room - sum(self._widths[each] for each in filled))
        self.table.setColumnWidth(run_model.NAME, self._widths[run_model.NAME] + min(spare // 2, 160))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_columns()

    @Slot(QItemSelection, QItemSelection)
    def _select(self, _now: QItemSelection, _before: QItemSelection) -> None:
        if (index := self.table.currentIndex()).isValid():
            self.selected.emit(index.row())

    @Slot()
    def _want_add(self) -> None:
        self.wanted.emit("add")

    @Slot()
    def _want_fork(self) -> None:
        self.wanted.emit("fork")

    @Slot()
    def _want_remove(self) -> None:
        self.wanted.emit("remove")
