"""The items of a data set as rows: in the units of the data, or as the network gets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from momentum_gui.engine.arrays import Floats
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.style import theme
from momentum_gui.lab.data.datasets import Data

Index = QModelIndex | QPersistentModelIndex

DIGITS = 6
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
FIRST = ("item", "set")
SUMMARY = ("least", "mean", "greatest", "deviation")


class Shown:
    """A data set as it is shown: the numbers of every item, training items first, and the names of their columns.

    `numbers` is (items, columns); the last columns are the targets, or one column for the class, whose names `classes`
    has by number.
    """

    def __init__(self, data: Data, *, scaled: bool) -> None:
        inputs = np.concatenate((data.items.inputs, data.test_items.inputs))
        targets = np.concatenate((data.items.targets, data.test_items.targets))
        if not scaled:
            inputs, targets = data.inputs_in_units(inputs), data.outputs_in_units(targets)
        self.training = len(data.items)
        self.classes: tuple[str, ...] = ()
        names = tuple(f"target {name}" for name in data.output_names)
        if data.has_classes and targets.shape[1] > 1:
            self.classes, names = data.output_names, ("class",)
            targets = targets.argmax(axis=1)[:, None].astype(np.float64)
        self.numbers: Floats = np.concatenate((inputs, targets), axis=1)
        self.headings: tuple[str, ...] = (*data.input_names, *names)
        lines = [part for part in (data.lines, data.test_lines) if part is not None]
        self.lines = np.concatenate(lines) if lines else None

    def text(self, item: int, column: int) -> str:
        """Return a cell as it is written: the class's name, or the number."""
        value = self.numbers[item, column]
        if self.classes and column == self.numbers.shape[1] - 1:
            return self.classes[int(value)]
        return number_text(float(value), DIGITS)

    def of_set(self, item: int) -> str:
        """Return which part of the data an item belongs to."""
        return "training" if item < self.training else "held out"

    def counts(self) -> list[tuple[str, int, int]]:
        """Return each class with how many training and held-out items it has; none where there are no classes."""
        if not self.classes:
            return []
        chosen = self.numbers[:, -1].astype(np.int64)
        parts = (chosen[: self.training], chosen[self.training :])
        training, held_out = (np.bincount(part, minlength=len(self.classes)) for part in parts)
        return [(name, int(training[place]), int(held_out[place])) for place, name in enumerate(self.classes)]

    def summary(self) -> list[list[float | None]]:
        """Return least, mean, greatest and standard deviation of each column over the training items, a list each."""
        values = self.numbers[: self.training]
        rows = [values.min(axis=0), values.mean(axis=0), values.max(axis=0), values.std(axis=0)]
        skip = values.shape[1] - 1 if self.classes else values.shape[1]
        return [[float(value) if place < skip else None for place, value in enumerate(row)] for row in rows]


class ItemModel(QAbstractTableModel):
    """A row for each item: its number (and line of the file), which part it belongs to, and its numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None

    def show_data(self, shown: Shown) -> None:
        """Show the items of a data set."""
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.shown is None else len(self.shown.numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.shown is None else len(FIRST) + len(self.shown.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or self.shown is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (*FIRST, *self.shown.headings)[section]
        return (LEFT if section == 1 else RIGHT) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown, item, place = self.shown, index.row(), index.column() - len(FIRST)
        assert shown is not None
        if role == Qt.ItemDataRole.DisplayRole:
            first = (str(item + 1), shown.of_set(item))
            return first[index.column()] if place < 0 else shown.text(item, place)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if place == -1 else RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and (place < 0 or item >= shown.training):
            return QColor(theme.current().muted)
        if role == Qt.ItemDataRole.ToolTipRole and place < 0 and shown.lines is not None:
            return f"line {shown.lines[item]} of the file"
        return None


class SummaryModel(QAbstractTableModel):
    """Least, mean, greatest and deviation of each column of an `ItemModel`, below its headings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Sequence[float | None]] = ()
        self._headings: tuple[str, ...] = ()

    def show_data(self, shown: Shown) -> None:
        """Show what is true of a data set's training items."""
        self.beginResetModel()
        self._rows, self._headings = shown.summary(), ("", "", *shown.headings)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._headings[section]
        return RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = index.column() - len(FIRST)
        if role == Qt.ItemDataRole.DisplayRole:
            if place < 0:
                return SUMMARY[index.row()] if place == -1 else ""
            value = self._rows[index.row()][place]
            return "" if value is None else number_text(value, 4)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if place < 0 else RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.current().muted)
        return None
