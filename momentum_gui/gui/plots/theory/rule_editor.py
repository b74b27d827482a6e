"""The dialog for a rule of one's own: four formulas, and what they mean as one types."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from momentum_gui.engine.formula import FormulaError
from momentum_gui.engine.rules import Rule, four, gains, rule_of_formulas, stability_bound
from momentum_gui.gui.plots.common.plot import plain_pen
from momentum_gui.gui.plots.common.ticks import number_text
from momentum_gui.gui.plots.theory.chart import Chart, ChartWanted, chart
from momentum_gui.gui.plots.theory.map import MapPlot, TheoryMap
from momentum_gui.gui.training.background import Background
from momentum_gui.gui.widgets.declared import declared
from momentum_gui.gui.widgets.entries import ignore_wheel, momentum_slider
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.experiment.validation import formula_trouble
from momentum_gui.lab.settings import OwnRule

LETTERS = ("A", "B", "C", "D")
MEANINGS = ("of lr·g in the step", "of p in the step", "of lr·g in the new p", "of the old p in the new p")
QUASI_HYPERBOLIC = ("Quasi-hyperbolic, ν = 0.7", ("1 - 0.7*m", "0.7*m", "1 - m", "m"))
"""Ma and Yarats, 2019, as an example of a rule that is not built in."""
CURVATURE = 1.0
"""The map is over the learning rate times the curvature: at curvature 1 that is the learning rate."""


class RuleEditor(QDialog):
    """`chosen` carries the OwnRule on OK, `removed` nothing; the dialog stays until `accept`, so that refusals show.

    own: the rule to edit, None for a new one; rules: those that there are, by id, to start from and to tell apart from;
    momentum: at which gains and bound are given.
    """

    chosen = Signal(object)
    removed = Signal()

    def __init__(self, parent: QWidget | None, own: OwnRule | None, rules: Mapping[str, Rule], momentum: float) -> None:
        super().__init__(parent)
        self._own, self._rules = own, rules
        self._momentum = momentum
        self.setWindowTitle("New rule" if own is None else f"Edit rule {own.id}")
        self.begin_with = QComboBox()
        self.begin_with.setAccessibleName("Start from")
        self.begin_with.setToolTip("Fill in the formulas of a rule that there is, to change them")
        for rule in rules.values():
            self.begin_with.addItem(rule.title, (rule.title, tuple(each.text for each in rule.of_momentum)))
        self.begin_with.addItem(QUASI_HYPERBOLIC[0], QUASI_HYPERBOLIC)
        ignore_wheel(self.begin_with)
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.name.setAccessibleName("Name of the rule")
        self.formulas = {letter: QLineEdit() for letter in LETTERS}
        self.troubles = {letter: PlainLabel() for letter in LETTERS}
        self.meaning = PlainLabel()
        self.meaning.setProperty("formula", True)
        self.meaning.setWordWrap(True)
        self.meaning.setAccessibleName("Gains and stability")
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        self.momentum = momentum_slider(declared("training", "momentum"))
        self.momentum.set_value(momentum)
        self.plot = MapPlot("learning rate × curvature", "momentum")
        self.plot.setAccessibleName("Map of convergence")
        self.map = TheoryMap(self.plot)
        self._line = pg.InfiniteLine(momentum, angle=0, pen=plain_pen("#ffffff", 1.5, Qt.PenStyle.DashLine))
        self._line.setZValue(30)
        self.plot.addItem(self._line, ignoreBounds=True)
        self.background = Background(self, "rule editor")
        self.background.done.connect(self._charted)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.remove = QPushButton("Remove")
        self.remove.setToolTip("Take this rule out of the experiment")
        if own is not None:
            self.buttons.addButton(self.remove, QDialogButtonBox.ButtonRole.DestructiveRole)
        self._lay_out()
        self.begin_with.activated.connect(self._fill_in)
        self.name.textEdited.connect(self._typed)
        for field in self.formulas.values():
            field.textEdited.connect(self._typed)
        self.momentum.edited.connect(self._choose_momentum)
        self.buttons.accepted.connect(self._choose)
        self.buttons.rejected.connect(self.reject)
        self.remove.clicked.connect(self.removed)
        self.finished.connect(self.background.close)
        if own is None:
            self._fill_in(max(0, self.begin_with.findText(rules["heavy-ball"].title)))
            self.name.setText("")
            self.name.setPlaceholderText("My rule")
        else:
            self.name.setText(own.title or own.id)
            self._set_formulas((own.A, own.B, own.C, own.D))
        self.name.setFocus()

    def _lay_out(self) -> None:
        text = PlainLabel(
            "step = A·lr·g + B·p,  p = C·lr·g + D·p,  with the downhill gradient g.  A, B, C and D are formulas in the "
            "momentum factor m: numbers, m, + − * / ** and parentheses."
        )
        text.setWordWrap(True)
        text.setProperty("muted", True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        row = 0
        if self._own is None:
            self._add_row(grid, row, "Start from", self.begin_with)
            row += 1
        else:
            self.begin_with.hide()
        self._add_row(grid, row, "Name", self.name)
        for letter, meaning in zip(LETTERS, MEANINGS, strict=True):
            row += 1
            field, trouble = self.formulas[letter], self.troubles[letter]
            field.setAccessibleName(f"Formula {letter}")
            field.setToolTip(f"How much {meaning}")
            field.setProperty("formula", True)
            self._add_row(grid, row, f"{letter}", field)
            trouble.setProperty("problem", True)
            trouble.setWordWrap(True)
            row += 1
            grid.addWidget(trouble, row, 1)
        grid.setColumnStretch(1, 1)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(text)
        left.addLayout(grid)
        left.addWidget(self.momentum)
        left.addWidget(self.meaning)
        left.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(self.plot, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addLayout(columns, 1)
        box.addWidget(self.problem)
        box.addWidget(self.buttons)
        self.resize(820, 520)

    def _add_row(self, grid: QGridLayout, row: int, text: str, field: QWidget) -> None:
        label = QLabel(text)
        label.setBuddy(field)
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1)

    # What is typed.

    @property
    def rule(self) -> Rule | None:
        """The rule of the formulas as they are now; None where one of them cannot be used."""
        texts = [self.formulas[letter].text() for letter in LETTERS]
        if any(formula_trouble(text) for text in texts):
            return None
        try:
            return rule_of_formulas("own", self.name.text(), four(*texts))
        except FormulaError:
            return None

    def set_problem(self, text: str) -> None:
        """Say why what was chosen is refused."""
        self.problem.setText(text)

    def _set_formulas(self, texts: Iterable[str]) -> None:
        for letter, text in zip(LETTERS, texts, strict=True):
            self.formulas[letter].setText(text)
        self._show()

    @Slot(int)
    def _fill_in(self, index: int) -> None:
        """Take the formulas of a rule that there is; a name that was not typed is made from its name."""
        title, texts = self.begin_with.itemData(index)
        self.begin_with.setCurrentIndex(index)
        if not self.name.isModified():
            self.name.setText(f"{title}, changed"[:60] if title != QUASI_HYPERBOLIC[0] else title)
        self._set_formulas(texts)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.set_problem("")
        self._show()

    @Slot(str, object)
    def _choose_momentum(self, _key: str, value: Any) -> None:
        if isinstance(value, (int, float)) and 0 <= value < 1:
            self._momentum = float(value)
            self.momentum.set_value(self._momentum)
            self._show()

    def _show(self) -> None:
        """Say what the formulas mean, and ask for their map; say beside each field what is wrong with it."""
        for letter in LETTERS:
            trouble = formula_trouble(self.formulas[letter].text())
            self.troubles[letter].setText(trouble)
            self.troubles[letter].setVisible(bool(trouble))
        rule = self.rule
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(rule is not None)
        if rule is None:
            self.meaning.setText("")
            return
        self._line.setValue(self._momentum)
        coefficients = rule.coefficients(self._momentum)
        steady, alternating = gains(coefficients)
        bound = stability_bound(coefficients)
        limit = f"below {number_text(bound, 4)}" if math.isfinite(bound) and bound > 0 else "nowhere"
        numbers = ", ".join(number_text(number, 4) for number in coefficients)
        self.meaning.setText(
            f"At m = {number_text(self._momentum, 3)}: A, B, C, D = {numbers}\n"
            f"A steady gradient is amplified {number_text(steady, 4)} ×, an alternating one "
            f"{number_text(alternating, 4)} ×.\nStable where learning rate × curvature is {limit}."
        )
        wanted = ChartWanted(rule, CURVATURE, CURVATURE, ())
        self.background.request(lambda _cancelled: chart(wanted))

    @Slot(object)
    def _charted(self, made: Chart) -> None:
        self.map.show(made)
        self.map.mark(made.best, [])

    @Slot()
    def _choose(self) -> None:
        title = self.name.text().strip() or "My rule"
        taken = self._rules.keys()
        identity = id_of(title, taken) if self._own is None else self._own.id
        a, b, c, d = (self.formulas[letter].text().strip() for letter in LETTERS)
        self.chosen.emit(OwnRule(identity, a, b, c, d, title))

    def closeEvent(self, event: QCloseEvent) -> None:
        """End the background work with the dialog."""
        self.background.close()
        super().closeEvent(event)


def id_of(title: str, taken: Iterable[str]) -> str:
    """Return an id made from a title that no other rule has: small letters, digits and hyphens."""
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:36].strip("-")
    if not stem or not stem[0].isalpha():
        stem = f"own-{stem}".rstrip("-")
    free, number = stem, 2
    while free in set(taken):
        free, number = f"{stem}-{number}", number + 1
    return free
