"""The dialog for a run more: from the start beside the others, or parting from one of them at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.gui.panels.run_model import epoch_text
from momentum_gui.gui.widgets.declared import declared
from momentum_gui.gui.widgets.entries import ChoiceEntry, momentum_slider, rate_slider
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.lab.settings import Training


@dataclass(frozen=True)
class NewRun:
    """What the dialog asks for; `epochs` is where it parts from the run `origin`, None for a run from the start."""

    name: str
    rule: str
    learning_rate: float
    momentum: float
    origin: int
    epochs: float | None


class RunDialog(QDialog):
    """`chosen` carries the NewRun on OK; the dialog stays until `accept` is called, so that a refusal shows in it."""

    chosen = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        settings: Training,
        origin: int,
        epochs: float | None,
        origin_name: str,
        rules: Mapping[str, Rule] = RULES,
    ) -> None:
        super().__init__(parent)
        self._rules = rules
        self._origin, self._epochs = origin, epochs
        self.setWindowTitle("Add a run" if epochs is None else "Fork a run")
        self.setMinimumWidth(400)
        about = (
            "It starts from the same weights, sees the same items in the same order, and is trained at once to where "
            "the others are."
            if epochs is None
            else f"It goes as “{origin_name}” up to epoch {epoch_text(round(epochs, 2))}, and on from there like this."
        )
        text = PlainLabel(about)
        text.setWordWrap(True)
        text.setProperty("muted", True)
        self.name = QLineEdit(name)
        self.name.setAccessibleName("Name of the run")
        self.rule = ChoiceEntry(declared("training", "rule"))
        self.rule.offer({rule.id: rule.title for rule in rules.values()})
        self.rate = rate_slider(declared("training", "learning_rate"))
        self.momentum = momentum_slider(declared("training", "momentum"))
        self._values: dict[str, Any] = {
            "rule": settings.rule,
            "learning_rate": settings.learning_rate,
            "momentum": settings.momentum,
        }
        self.formula = QLabel()
        self.formula.setProperty("formula", True)
        self.problem = PlainLabel()
        self.problem.setProperty("problem", True)
        self.problem.setWordWrap(True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow("Name", self.name)
        form.addRow("Rule", self.rule)
        form.addRow("", self.formula)
        form.addRow(self.rate)
        form.addRow(self.momentum)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Add" if epochs is None else "Fork")
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(text)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addWidget(buttons)
        for entry in (self.rule, self.rate, self.momentum):
            entry.edited.connect(self._edit)
        self._show()
        self.name.selectAll()
        self.name.setFocus()

    def set_problem(self, text: str) -> None:
        """Say why what was chosen is refused."""
        self.problem.setText(text)

    def _show(self) -> None:
        rule = self._rules[self._values["rule"]]
        self.rule.set_value(rule.id)
        self.rate.set_value(self._values["learning_rate"])
        self.momentum.set_value(self._values["momentum"])
        self.momentum.setEnabled(rule.coefficients(0.5).b != 0)
        self.formula.setText(rule.formula)

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self._values[key] = value
        if all(isinstance(self._values[key], (int, float)) for key in ("learning_rate", "momentum")):
            self._show()

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(NewRun(self.name.text().strip(), origin=self._origin, epochs=self._epochs, **self._values))
