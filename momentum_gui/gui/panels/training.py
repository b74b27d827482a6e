"""How to train: the selected run's rule with its formula, rate and momentum, and what holds for all runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from momentum_gui.engine.rules import RULES, gains
from momentum_gui.gui import theme
from momentum_gui.gui.icons import swatch
from momentum_gui.gui.panels.declared import declared, number_text
from momentum_gui.gui.panels.entries import ChoiceEntry, TextEntry, momentum_slider, rate_slider
from momentum_gui.gui.panels.section import Section
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training

FOR_ALL = ("epochs", "batch_size", "reduction", "order", "seed", "target_error", "log_every")
KEEPS_PLACE = ("epochs", "target_error", "log_every")
"""Settings that alter no number of the training so far: it goes on from where it is."""


class TrainingPanel(Section):
    """`run_edited` carries rule, rate or momentum of one run or (with the flag) all; `edited` what holds for all."""

    run_edited = Signal(str, object, bool)
    edited = Signal(dict)

    def __init__(self) -> None:
        super().__init__("Training")
        self._run = 0
        self._color = QLabel()
        self._name = QLabel()
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.together = QCheckBox("All runs")
        self.together.setToolTip("Change rule, rate and momentum of all runs together")
        heading = QWidget()
        row = QHBoxLayout(heading)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._color)
        row.addWidget(self._name, 1)
        row.addWidget(self.together)
        self.add_wide(heading)
        self.rule = ChoiceEntry(declared("training", "rule"))
        self.add_row(self.rule.setting, self.rule)
        self.formula = QLabel()
        self.formula.setProperty("formula", True)
        self.formula.setWordWrap(True)
        self.formula.setAccessibleName("Formula of the rule")
        self.add_wide(self.formula)
        self.rate = rate_slider(declared("training", "learning_rate"))
        self.add_row(self.rate.setting, self.rate)
        self.momentum = momentum_slider(declared("training", "momentum"))
        self.add_row(self.momentum.setting, self.momentum)
        for entry in (self.rule, self.rate, self.momentum):
            entry.edited.connect(self._edit_run)
        divider = QLabel("All runs")
        divider.setProperty("muted", True)
        divider.setContentsMargins(0, 8, 0, 0)
        self.add_wide(divider)
        self.entries: dict[str, TextEntry | ChoiceEntry] = {}
        for key in FOR_ALL:
            setting = declared("training", key)
            shared: TextEntry | ChoiceEntry = ChoiceEntry(setting) if setting.choices else TextEntry(setting)
            shared.edited.connect(self._edit)
            self.entries[key] = shared
            self.add_row(setting, shared)

    def show_experiment(self, experiment: Experiment, run: int) -> None:
        """Show what holds for all runs; where they differ, what holds for the selected one."""
        on_surface = experiment.problem.surface is not None
        for key, entry in self.entries.items():
            entry.set_value(getattr(experiment.runs[run].training, key))
            self.show_row(key, not (on_surface and key in ("batch_size", "reduction", "order")))
        self.set_problem("")

    def show_run(self, run: int, name: str, settings: Training, *, alone: bool) -> None:
        """Show the selected run's settings as they stand for its next update."""
        self._run = run
        self._color.setPixmap(swatch(theme.run_color(run)))
        self._name.setText(name)
        self._name.setToolTip(name)
        self.together.setVisible(not alone)
        rule = RULES[settings.rule]
        coefficients = rule.coefficients(settings.momentum)
        self.rule.set_value(settings.rule)
        self.rate.set_value(settings.learning_rate)
        self.momentum.set_value(settings.momentum)
        self.momentum.setEnabled(coefficients.b != 0)
        steady, alternating = gains(coefficients)
        text = "\n".join(part.strip() for part in rule.formula.split(",  "))
        if coefficients.b:
            text += f"\nsteady gradient × {steady:.3g}, alternating × {alternating:.3g}"
        self.formula.setText(text)
        self.formula.setToolTip(
            f"{rule.title}: {rule.known_from}\n"
            f"A, B, C, D = {', '.join(number_text(round(number, 6)) for number in coefficients)}\n"
            "step = A·lr·g + B·p,  p = C·lr·g + D·p,  g the downhill gradient"
        )

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        super().apply_theme()
        if hasattr(self, "_color"):
            self._color.setPixmap(swatch(theme.run_color(self._run)))

    @Slot(str, object)
    def _edit_run(self, key: str, value: Any) -> None:
        self.run_edited.emit(key, value, self.together.isChecked())

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self.edited.emit({"training": {key: value}})
