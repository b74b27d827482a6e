"""How to train: the selected run's rule with its formula, rate and momentum, and what holds for all runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from momentum_gui.engine.rules import RULES, Rule, gains
from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.style.icons import swatch
from momentum_gui.gui.widgets.declared import declared, number_text
from momentum_gui.gui.widgets.entries import ChoiceEntry, TextEntry, ignore_wheel, momentum_slider, rate_slider
from momentum_gui.gui.widgets.rich_text import PlainLabel
from momentum_gui.gui.widgets.schedules import ScheduleCurve, ScheduleEntry
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training

FOR_ALL = ("epochs", "batch_size", "reduction", "order", "seed", "target_error", "log_every")
KEEPS_PLACE = ("epochs", "target_error", "log_every")
"""Settings that alter no number of the training so far: it goes on from where it is."""
SCHEDULES = ("rate_schedule", "momentum_schedule")
VELOCITIES = {"keep": "A new rate keeps the velocity", "rescale": "A new rate rescales the velocity"}
VELOCITY_TOOLTIP = (
    "What happens to the stored step when the learning rate changes while training.\n"
    "Keep: the step so far goes on as it was; the new rate holds for new gradients only.\n"
    "Rescale: it is multiplied by new/old rate, as in PyTorch, which stores gradients and multiplies by the rate last."
)


class RulePanel(Section):
    """The selected run's rule and rates. `edited_run` carries key, value, and whether it is meant for all runs.

    `schedule_edited` carries the same for a schedule, `velocity_chosen` what new rates do to the stored step: "keep"
    or "rescale"; `rule_wanted` asks for the dialog for a rule of one's own: its id, "" for a new one.
    """

    edited_run = Signal(str, object, bool)
    schedule_edited = Signal(str, object, bool)
    velocity_chosen = Signal(str)
    rule_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Rule and rates")
        self._run, self._rule = 0, ""
        self._color = QLabel()
        self._name = PlainLabel()
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
        self.formula = PlainLabel()
        self.formula.setProperty("formula", True)
        self.formula.setWordWrap(True)
        self.formula.setAccessibleName("Formula of the rule")
        self.formula.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        # As high as the longest formula, so that nothing below moves when another rule is chosen.
        self.formula.setMinimumHeight(3 * self.formula.fontMetrics().lineSpacing() + 16)
        self.add_wide(self.formula)
        self.new_rule, self.edit_rule = QToolButton(), QToolButton()
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        for button, text, tip in (
            (self.new_rule, "New rule …", "Write a rule of your own as four formulas"),
            (self.edit_rule, "Edit rule …", "Change the formulas of this rule, which is this experiment's own"),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addStretch(1)
        self.add_wide(buttons)
        self.new_rule.clicked.connect(self._want_new_rule)
        self.edit_rule.clicked.connect(self._want_edited_rule)
        self.rate = rate_slider(declared("training", "learning_rate"))
        self.add_wide(self.rate, "learning_rate")
        self.momentum = momentum_slider(declared("training", "momentum"))
        self.add_wide(self.momentum, "momentum")
        self.velocity = QComboBox()
        for choice, words in VELOCITIES.items():
            self.velocity.addItem(words, choice)
        self.velocity.setToolTip(VELOCITY_TOOLTIP)
        self.velocity.setAccessibleName("When the rate changes")
        self.velocity.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.velocity.activated.connect(self._choose_velocity)
        ignore_wheel(self.velocity)
        self.add_wide(self.velocity)
        for entry in (self.rule, self.rate, self.momentum):
            entry.edited.connect(self._edit)
        self.schedules = {key: ScheduleEntry(declared("training", key)) for key in SCHEDULES}
        for schedule in self.schedules.values():
            self.add_wide(schedule, schedule.setting.key)
            schedule.edited.connect(self._edit_schedule)
        self.curve = ScheduleCurve()
        self.add_wide(self.curve)

    def show_run(self, run: int, name: str, settings: Training, rules: Mapping[str, Rule], *, alone: bool) -> None:
        """Show the selected run's settings for its next update; `rules` are those that it may have, by id."""
        self.rule.offer({rule.id: rule.title for rule in rules.values()})
        self._run = run
        self._color.setPixmap(swatch(run))
        self._name.setText(name)
        self._name.setToolTip(name)
        self.together.setVisible(not alone)
        rule = rules[settings.rule]
        coefficients = rule.coefficients(settings.momentum)
        self.rule.set_value(settings.rule)
        self._rule = settings.rule
        self.edit_rule.setEnabled(settings.rule not in RULES)
        self.rate.set_value(settings.learning_rate)
        self.momentum.set_value(settings.momentum)
        self.momentum.setEnabled(coefficients.b != 0)
        steady, alternating = gains(coefficients)
        lines = [part.strip() for part in rule.formula.split(",  ")]
        if coefficients.b:
            lines.append(f"steady × {steady:.3g}, alternating × {alternating:.3g}")
        self.formula.setText("\n".join(lines))
        self.formula.setToolTip(
            f"{rule.title}: {rule.known_from}\n"
            f"A, B, C, D = {', '.join(number_text(round(number, 6)) for number in coefficients)}\n"
            "step = A·lr·g + B·p,  p = C·lr·g + D·p,  g the downhill gradient\n"
            "A gradient that stays the same is amplified by the first factor in the long run, one that flips its "
            "sign each update by the second."
        )

    def show_schedules(self, settings: Training, updates_per_epoch: int, epochs: float) -> None:
        """Draw rate and momentum against epochs, with a moment on them; a constant needs no curve."""
        for key, entry in self.schedules.items():
            entry.set_value(getattr(settings, key))
        self.curve.show_schedules(settings, updates_per_epoch, epochs)

    def show_velocity(self, velocity: str) -> None:
        """Show what new rates do to the stored step."""
        self.velocity.setCurrentIndex(self.velocity.findData(velocity))

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        super().apply_theme()
        self._color.setPixmap(swatch(self._run))

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self.edited_run.emit(key, value, self.together.isChecked())

    @Slot(str, object)
    def _edit_schedule(self, key: str, value: Any) -> None:
        self.schedule_edited.emit(key, value, self.together.isChecked())

    @Slot()
    def _want_new_rule(self) -> None:
        self.rule_wanted.emit("")

    @Slot()
    def _want_edited_rule(self) -> None:
        self.rule_wanted.emit(self._rule)

    @Slot(int)
    def _choose_velocity(self, index: int) -> None:
        self.velocity_chosen.emit(self.velocity.itemData(index))


class TrainingPanel(Section):
    """What holds for all runs. `edited` carries the settings to change, by section."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__("Training")
        self.entries: dict[str, TextEntry | ChoiceEntry] = {}
        for key in FOR_ALL:
            setting = declared("training", key)
            entry: TextEntry | ChoiceEntry = ChoiceEntry(setting) if setting.choices else TextEntry(setting)
            entry.edited.connect(self._edit)
            self.entries[key] = entry
            self.add_row(setting, entry)

    def show_experiment(self, experiment: Experiment, run: int) -> None:
        """Show what holds for all runs; where they differ, what holds for the selected one."""
        on_surface = experiment.problem.surface is not None
        for key, entry in self.entries.items():
            entry.set_value(getattr(experiment.runs[run].training, key))
            self.show_row(key, not (on_surface and key in ("batch_size", "reduction", "order")))
        self.set_problem("")

    @Slot(str, object)
    def _edit(self, key: str, value: Any) -> None:
        self.edited.emit({"training": {key: value}})
