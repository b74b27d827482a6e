"""What to sweep: rules, ranges of learning rate and momentum, seeds, epochs, and the measure that says what is best."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from momentum_gui.engine.rules import RULES, Rule
from momentum_gui.gui.widgets.entries import ignore_wheel
from momentum_gui.gui.widgets.flow_layout import FlowLayout
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.settings import Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.sweep.axis import Axis, short
from momentum_gui.lab.sweep.grid import MOST_RUNS, Grid
from momentum_gui.lab.sweep.measures import MEASURES, check_measure
from momentum_gui.lab.sweep.runner import guessed_seconds

ALL_RULES = "all"
RATE_COUNT, MOMENTUM_COUNT, HIGHEST_MOMENTUM = 21, 20, 0.95
RATE_SPAN = 50.0
"""The learning rates tried at first reach from the experiment's over this to that times 20, in round numbers."""
LEAST_SEEDS, MOST_SEEDS = 3, 50
DEFAULT_SECONDS = 2.5
"""The seeds offered at first are as many as a sweep trains in about this time; confirming takes a fifth more."""


class RangeFields(QObject):
    """From, to, and how many; evenly spaced or in the logarithm. `changed` is emitted on every edit.

    `ends` and `spacing` are the widgets to be laid out, one after the other.
    """

    changed = Signal()

    def __init__(self, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.first, self.last, self.count = QLineEdit(), QLineEdit(), QLineEdit()
        for field, tip, width in (
            (self.first, f"Lowest {title.lower()}", 54),
            (self.last, f"Highest {title.lower()}", 54),
            (self.count, f"How many {title.lower()}s, both ends included", 34),
        ):
            named(field, tip, tip)
            field.setFixedWidth(width)
            field.textEdited.connect(self.changed)
        self.log = QCheckBox("log")
        self.log.setToolTip(f"Space {title.lower()}s evenly in the logarithm")
        self.log.toggled.connect(self.changed)
        self.ends = in_a_row(QLabel(title), self.first, QLabel("to"), self.last)
        self.spacing = in_a_row(QLabel("×"), self.count, self.log)

    def text(self) -> str:
        """Return the range as `Axis.parse` reads it; a count of 1 means the lowest value alone."""
        first, last, count = (field.text().strip() for field in (self.first, self.last, self.count))
        if count == "1" or (first == last and first):
            return first
        return f"{first}:{last}:{count}{':log' if self.log.isChecked() else ''}"

    def size(self) -> int:
        """Return how many values there are, as far as that can be read."""
        count = self.count.text().strip()
        return int(count) if count.isascii() and count.isdigit() and len(count) <= 12 and int(count) else 1

    def show_range(self, first: float, last: float, count: int, *, log: bool) -> None:
        """Fill in a range."""
        for field, text in ((self.first, short(first)), (self.last, short(last)), (self.count, str(count))):
            field.setText(text)
            field.setCursorPosition(0)
        self.log.setChecked(log)
        self.changed.emit()

    def show_ends(self, ends: tuple[float, float], axis: Axis) -> None:
        """Fill in other ends, with as many values as an axis has."""
        self.show_range(*ends, len(axis), log=axis.log)


class SweepForm(QWidget):
    """The fields. `changed` tells that something else would be swept, `measure_changed` how cells are to be judged."""

    changed = Signal()
    measure_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rule, self.measure = QComboBox(), QComboBox()
        ignore_wheel(self.rule)
        ignore_wheel(self.measure)
        self._rules: Mapping[str, Rule] = {}
        self._offer(RULES)
        for measure in MEASURES.values():
            self.measure.addItem(measure.title, measure.id)
            self.measure.setItemData(self.measure.count() - 1, measure.meaning, Qt.ItemDataRole.ToolTipRole)
        self.learning_rate, self.momentum = RangeFields("Learning rate", self), RangeFields("Momentum", self)
        self.momentum.log.hide()
        self.seeds, self.epochs, self.target = QLineEdit(str(LEAST_SEEDS)), QLineEdit(), QLineEdit()
        self._target_field = labelled(self.target, "Target error", "Stop at this training error; 0 = never", 56)
        flow = FlowLayout(self, across=8)
        flow.setContentsMargins(8, 4, 8, 2)
        flow.addWidget(named(self.rule, "Rule", "Which rules to sweep"))
        for fields in (self.learning_rate, self.momentum):
            flow.addWidget(fields.ends)
            flow.addWidget(fields.spacing)
        flow.addWidget(labelled(self.seeds, "Seeds", "The number of seeds from which each cell is trained", 36))
        flow.addWidget(labelled(self.epochs, "Epochs", "Epochs of each training", 56))
        flow.addWidget(named(self.measure, "Measure", "The measure that says what is best"))
        flow.addWidget(self._target_field)
        self.rule.activated.connect(self.changed)
        self.learning_rate.changed.connect(self.changed)
        self.momentum.changed.connect(self.changed)
        for field in (self.seeds, self.epochs, self.target):
            field.textEdited.connect(self.changed)
        self.measure.currentIndexChanged.connect(self._measure_chosen)
        self._show_target()

    @property
    def chosen_measure(self) -> str:
        """The id of the measure."""
        return str(self.measure.currentData())

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules to sweep."""
        chosen = str(self.rule.currentData())
        return tuple(self._rules) if chosen == ALL_RULES else (chosen,)

    def _offer(self, rules: Mapping[str, Rule]) -> None:
        """Offer these rules; the one chosen stays where it still exists."""
        if rules == self._rules:
            return
        chosen, self._rules = self.rule.currentData(), rules
        self.rule.clear()
        for rule in rules.values():
            self.rule.addItem(rule.title, rule.id)
        self.rule.addItem("All rules", ALL_RULES)
        self.rule.setCurrentIndex(max(0, self.rule.findData(chosen)))

    def show_defaults(self, setup: Setup, training: Training, engine: str) -> None:
        """Fill in what suits an experiment; a surface starts at one place, whatever the seed."""
        self._offer(setup.rules)
        self.show_rule(training)
        first, last = (float(f"{training.learning_rate * factor:.0e}") for factor in (1 / RATE_SPAN, 20.0))
        self.learning_rate.show_range(first, min(last, 1e6), RATE_COUNT, log=True)
        self.momentum.show_range(0.0, HIGHEST_MOMENTUM, MOMENTUM_COUNT, log=False)
        self.seeds.setText(str(seeds_in_time(setup, training, RATE_COUNT * MOMENTUM_COUNT, engine)))
        self.show_training(training)

    def show_rule(self, training: Training) -> None:
        """Choose the rule of a training, or one with momentum in place of the plain one."""
        self.rule.setCurrentIndex(self.rule.findData(training.rule if training.rule != "plain" else "heavy-ball"))

    def show_training(self, training: Training) -> None:
        """Fill in how long each training is."""
        self.epochs.setText(str(training.epochs))
        self.target.setText(short(training.target_error))

    def asked(self, setup: Setup, training: Training) -> tuple[Experiment, Grid]:
        """Return the experiment and the grid that the fields ask for. Raises BadInputError in one line."""
        epochs = whole(self.epochs.text(), "epochs", 1_000_000_000)
        target = number(self.target.text(), "target error")
        training = replace(training, epochs=epochs, target_error=target, change=[])
        experiment = replace(setup.experiment, training=training, run=[])
        seeds = whole(self.seeds.text(), "seeds", 10_000)
        # Said before millions of values are worked out.
        runs = math.prod((*map(RangeFields.size, (self.learning_rate, self.momentum)), len(self.rules), seeds))
        if runs > MOST_RUNS:
            raise BadInputError(f"the sweep has {runs:,} trainings: allowed are up to {MOST_RUNS:,}")
        grid = Grid.of(
            experiment,
            self.learning_rate.text(),
            self.momentum.text(),
            seeds=seeds,
            rules=self.rules,
        )
        held_out = 0 if setup.data is None else len(setup.data.test_items)
        check_measure(self.chosen_measure, training, held_out=held_out)
        return experiment, grid

    def _show_target(self) -> None:
        self._target_field.setVisible(self.chosen_measure in ("epochs", "success"))

    @Slot()
    def _measure_chosen(self) -> None:
        self._show_target()
        self.measure_changed.emit()


def seeds_in_time(setup: Setup, training: Training, cells: int, engine: str) -> int:
    """Return how many seeds a sweep of that many cells trains in `DEFAULT_SECONDS`; 1 for a surface, which has none."""
    if setup.surface is not None:
        return 1
    each = guessed_seconds(setup.task(training), training.epochs, engine)
    return min(max(int(DEFAULT_SECONDS / (cells * each)), LEAST_SEEDS), MOST_SEEDS)


def labelled(field: QWidget, title: str, tip: str, width: int) -> QWidget:
    """Return a field of some width with its title before it."""
    field.setFixedWidth(width)
    return in_a_row(QLabel(title), named(field, title, tip))


def in_a_row(*widgets: QWidget) -> QWidget:
    """Widgets side by side that are not torn apart."""
    together = QWidget()
    row = QHBoxLayout(together)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget)
    return together


def named(field: QWidget, title: str, tip: str) -> QWidget:
    """Return the field, with a name for those who do not see it."""
    field.setToolTip(tip)
    field.setAccessibleName(title)
    field.setAccessibleDescription(tip)
    return field


def whole(text: str, name: str, most: int) -> int:
    """Return a whole number from 1. Raises BadInputError."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most):
        raise BadInputError(f'{name} "{text}": allowed is a whole number from 1 to {most}')
    return int(text)


def number(text: str, name: str) -> float:
    """Return a number from 0. Raises BadInputError."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1e300:
        raise BadInputError(f'{name} "{text.strip()}": allowed is a number, 0 or more')
    return value
