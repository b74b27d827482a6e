"""The runs as rows of a table: the settings of each, which may be edited, and how far each has come."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from momentum_gui.engine.population import Outcome
from momentum_gui.engine.report import Measure
from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.style.icons import swatch_icon
from momentum_gui.gui.widgets.declared import number_text
from momentum_gui.lab.recording.history import nearest
from momentum_gui.lab.recording.record import RunRecord
from momentum_gui.lab.settings import Training

Index = QModelIndex | QPersistentModelIndex

NAME, RULE, RATE, MOMENTUM, EPOCH, ERROR, ACCURACY, TEST_ERROR, TEST_ACCURACY, OUTCOME = range(10)
HEADINGS = (
    ("Run", "Colour and name; the tick shows or hides it in the plots"),
    ("Rule", "The kind of momentum"),
    ("Rate", "Learning rate; may be changed while it trains"),
    ("Momentum", "Momentum factor; may be changed while it trains"),
    ("Epoch", "Epochs done"),
    ("Error", "The loss averaged over the training items"),
    ("Accuracy", "Share of training items answered right"),
    ("Held-out error", "The loss averaged over the held-out items"),
    ("Held-out acc.", "Share of held-out items answered right"),
    ("Outcome", "How the run is doing"),
)
KEYS = {RULE: "rule", RATE: "learning_rate", MOMENTUM: "momentum"}
CHECK_STATES = (
    Qt.CheckState.Checked,
    Qt.CheckState.Unchecked,
    Qt.CheckState.Checked.value,
    Qt.CheckState.Unchecked.value,
)
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
RECENT = 512
"""Held-out numbers come once an epoch; in slow motion many moments may lie between two."""
WORDS = {
    Outcome.RUNNING: "",
    Outcome.FINISHED: "finished",
    Outcome.CONVERGED: "converged",
    Outcome.DIVERGED: "diverged",
    Outcome.STOPPED: "stopped",
}


class RunModel(QAbstractTableModel):
    """`edited` carries run, key and value; `renamed` run and name; `visible_wanted` a run and whether to draw it."""

    edited = Signal(int, str, object)
    renamed = Signal(int, str)
    visible_wanted = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self._state: WindowState | None = None
        self._cells: list[tuple[str, ...]] = []  # of the numbers, as they are drawn

    def show_state(self, state: WindowState) -> None:
        """Show the runs of a state."""
        before, self._state = self._state, state
        if before is None or state.record is not before.record:
            self.beginResetModel()
            self._state, self._cells = state, [cells(run, state.moment) for run in self._runs]
            self.endResetModel()
            return
        if self.rowCount() and (state.settings, state.visible) != (before.settings, before.visible):
            self.dataChanged.emit(self.index(0, NAME), self.index(self.rowCount() - 1, MOMENTUM))
        if state.moment != before.moment:
            self.refresh()

    def refresh(self) -> None:
        """Show how far the runs are now; only rows that differ are drawn again."""
        if self._state is None:
            return
        for row, run in enumerate(self._runs):
            now = cells(run, self._state.moment)
            if now != self._cells[row]:
                self._cells[row] = now
                self.dataChanged.emit(self.index(row, EPOCH), self.index(row, OUTCOME))

    @property
    def has_test_items(self) -> bool:
        """Whether there are held-out items, and so numbers in their columns."""
        return any(row[TEST_ERROR - EPOCH] for row in self._cells)

    @property
    def has_classes(self) -> bool:
        """Whether accuracy has a meaning."""
        return any(row[ACCURACY - EPOCH] for row in self._cells)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return HEADINGS[section][1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.EditRole:
            if column == NAME:
                return self._runs[row].name
            return getattr(self._settings[row], KEYS[column]) if column in KEYS else self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return swatch_icon(row)
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            return Qt.CheckState.Checked if self.is_visible(row) else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ForegroundRole and column == OUTCOME:
            outcome = self._runs[row].latest.outcome
            color = {Outcome.DIVERGED: theme.current().bad, Outcome.CONVERGED: theme.current().good}.get(outcome)
            return QColor(color or theme.current().muted)
        if role == Qt.ItemDataRole.ToolTipRole and column == RULE:
            rule = self._rules[self._settings[row].rule]
            return f"{rule.formula}\n{rule.known_from}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, column = index.row(), index.column()
        if not index.isValid():
            return False
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            if value in CHECK_STATES:
                self.visible_wanted.emit(row, Qt.CheckState(value) is Qt.CheckState.Checked)
        elif role == Qt.ItemDataRole.EditRole and column == NAME:
            if (name := str(value).strip()) != self._runs[row].name:
                self.renamed.emit(row, name)
        elif role == Qt.ItemDataRole.EditRole and value != self.data(index, role) and column in KEYS:
            self.edited.emit(row, KEYS[column], value)
        return False  # the window's state says what holds, and then the model shows it

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        column = index.column()
        if column == NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if column in (NAME, RULE, RATE) or (column == MOMENTUM and self._has_momentum(index.row())):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    @property
    def _runs(self) -> list[RunRecord]:
        return [] if self._state is None or self._state.record is None else self._state.record.runs

    @property
    def _settings(self) -> tuple[Training, ...]:
        return () if self._state is None else self._state.settings

    @property
    def _rules(self) -> Mapping[str, Rule]:
        return RULES if self._state is None else self._state.rules

    def rules(self) -> Mapping[str, Rule]:
        """Return the rules that a run may have, by id."""
        return self._rules

    def is_visible(self, row: int) -> bool:
        """Return whether plots draw a run."""
        return self._state is not None and self._state.visible[row]

    def _has_momentum(self, row: int) -> bool:
        return self._rules[self._settings[row].rule].coefficients(0.5).b != 0

    def _text(self, row: int, column: int) -> str:
        if column == NAME:
            return self._runs[row].name
        if column >= EPOCH:
            return self._cells[row][column - EPOCH]
        settings = self._settings[row]
        if column == RULE:
            return self._rules[settings.rule].title
        if column == RATE:
            return number_text(settings.learning_rate)
        return number_text(settings.momentum) if self._has_momentum(row) else "–"


def cells(run: RunRecord, moment: float | None) -> tuple[str, ...]:
    """Return where a run is, or was at a moment, as text for the columns from EPOCH on."""
    latest = run.latest
    if moment is None or moment >= latest.epochs:
        epochs, measures = latest.epochs, latest_measures(run)
        outcome = WORDS[latest.outcome]
    else:
        at = nearest(run.measures.position, moment)
        epochs, measures = float(run.measures.position[at]), tuple(run.measures.last[at, : Measure.GRADIENT_NORM])
        outcome = ""
    error, accuracy, test_error, test_accuracy = measures
    return (
        epoch_text(epochs),
        error_text(error),
        share_text(accuracy),
        error_text(test_error) if not math.isnan(test_error) else "",
        share_text(test_accuracy),
        outcome,
    )


def latest_measures(run: RunRecord) -> tuple[float, ...]:
    """Error and accuracy now, and those on held-out items after the last logged epoch."""
    last = run.measures.last[-1]
    latest = run.latest
    error = latest.error if not math.isnan(latest.error) or latest.outcome is Outcome.DIVERGED else last[Measure.ERROR]
    accuracy = latest.accuracy if not math.isnan(latest.accuracy) else last[Measure.ACCURACY]
    test_error, test_accuracy = run_held_out(run)
    return float(error), float(accuracy), test_error, test_accuracy


def run_held_out(run: RunRecord) -> tuple[float, float]:
    """Error and accuracy on held-out items at the last moment that has them; NaN where there are none."""
    columns = run.measures.last[-RECENT:, Measure.TEST_ERROR : Measure.TEST_ACCURACY + 1]
    known = np.flatnonzero(~np.isnan(columns[:, 0]))
    return (float(columns[known[-1], 0]), float(columns[known[-1], 1])) if len(known) else (math.nan, math.nan)


def epoch_text(epochs: float) -> str:
    """Epochs with two places only where they are no whole number; thousands apart."""
    text = f"{round(epochs):,}" if epochs == round(epochs) else f"{epochs:,.2f}"
    return text.replace(",", "\u202f")


def error_text(error: float) -> str:
    """Return an error in six places, by powers of ten where it is very small or large."""
    if math.isnan(error):
        return "not a number"
    if math.isinf(error):
        return "∞"
    if error == 0 or 1e-4 <= abs(error) < 1e4:
        return f"{error:.6f}"
    mantissa, exponent = f"{error:.3e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(RAISED)}"


def share_text(share: float) -> str:
    """Return a share in per cent; empty where it has no meaning."""
    return "" if math.isnan(share) else f"{100 * share:.1f} %"


def alignment(column: int) -> Qt.AlignmentFlag:
    """Numbers to the right, texts to the left."""
    side = Qt.AlignmentFlag.AlignRight if RATE <= column <= TEST_ACCURACY else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
