"""The settings on the window's left: about, rule and rates, problem, network and training, in sections that fold."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from momentum_gui.gui.panels.about import AboutPanel
from momentum_gui.gui.panels.network import NetworkPanel
from momentum_gui.gui.panels.problem import ProblemPanel
from momentum_gui.gui.panels.section import Section
from momentum_gui.gui.panels.training import RulePanel, TrainingPanel
from momentum_gui.gui.state import WindowState
from momentum_gui.gui.widgets.declared import declared, fields_of

WIDTH = 272
KEY = re.compile(r"^(?:(problem|network|training)|run\[\d+\])\.(\w+)(?:\[\d+\])*")
"""The key at the front of a refusal, as it is written in a file."""


class SettingsPanel(QScrollArea):
    """`edited` carries settings to change, by section, and the section that asked.

    `run_edited` and `schedule_edited` carry those of runs, `velocity_chosen` what new rates do to the stored step from
    now on; `rule_wanted` asks for the dialog for a rule of one's own.
    """

    edited = Signal(object, str)
    run_edited = Signal(str, object, bool)
    schedule_edited = Signal(str, object, bool)
    velocity_chosen = Signal(str)
    rule_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._state: WindowState | None = None
        self.about, self.problem, self.network = AboutPanel(), ProblemPanel(), NetworkPanel()
        self.rule, self.training = RulePanel(), TrainingPanel()
        self.sections: dict[str, Section] = {
            "about": self.about,
            "rule": self.rule,
            "problem": self.problem,
            "network": self.network,
            "training": self.training,
        }
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 8, 0, 8)
        column.setSpacing(4)
        for section in self.sections.values():
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what is in it
        self.setMinimumWidth(WIDTH)
        self.setMaximumWidth(2 * WIDTH)
        self.problem.edited.connect(self._edit_problem)
        self.network.edited.connect(self._edit_network)
        self.training.edited.connect(self._edit_training)
        self.rule.edited_run.connect(self.run_edited)
        self.rule.schedule_edited.connect(self.schedule_edited)
        self.rule.velocity_chosen.connect(self.velocity_chosen)
        self.rule.rule_wanted.connect(self.rule_wanted)

    def show_state(self, state: WindowState) -> None:
        """Show the settings of a state's experiment, and those of the selected run."""
        before, self._state = self._state, state
        experiment = state.experiment
        if before is None or experiment is not before.experiment:
            self.about.show_experiment(experiment)
            self.problem.show_experiment(experiment)
            self.network.setVisible(experiment.problem.surface is None)
            self.network.show_experiment(experiment)
        if before is None or (experiment, state.selected) != (before.experiment, before.selected):
            self.training.show_experiment(experiment, state.selected)
        if state.setup is not None and (before is None or state.setup is not before.setup):
            self.network.show_setup(state.setup)
            self.problem.show_setup(state.setup)
        run = state.selected
        name = experiment.runs[run].name if state.run is None else state.run.name
        self.rule.show_run(run, name, state.run_settings, state.rules, alone=len(experiment.runs) == 1)
        self.rule.show_velocity(state.velocity)
        self.show_moment(state)

    def show_moment(self, state: WindowState) -> None:
        """Mark the moment shown on the curves of the schedules."""
        if state.run is not None:
            latest = state.run.latest
            epochs = latest.epochs if state.moment is None else min(state.moment, latest.epochs)
            self.rule.show_schedules(state.run_settings, latest.updates_per_epoch, epochs)

    @Slot()
    def show_again(self) -> None:
        """Show the settings again, where something else was chosen and then given up."""
        state, self._state = self._state, None
        if state is not None:
            self.show_state(state)

    def set_problem(self, section: str, text: str) -> None:
        """Say what is wrong, below the section that it came from; the key at the front of the line marks its entry."""
        if section in self.sections:
            match = KEY.match(text)
            place = text.partition(" ")[0].rstrip(":")
            key = match[2] if match is not None else place.rpartition(".")[2].partition("[")[0]
            self.sections[section].set_problem(in_titles(text), key)

    def forget_problems(self) -> None:
        """Take back what was said to be wrong: it belonged to another experiment."""
        for section in self.sections.values():
            section.set_problem("")
        self.show_again()

    def apply_theme(self) -> None:
        """Take on the theme's colours."""
        for section in self.sections.values():
            section.apply_theme()

    @Slot(object)
    def _edit_problem(self, settings: dict[str, object]) -> None:
        self.edited.emit(settings, "problem")

    @Slot(object)
    def _edit_network(self, settings: dict[str, object]) -> None:
        self.edited.emit(settings, "network")

    @Slot(object)
    def _edit_training(self, settings: dict[str, object]) -> None:
        self.edited.emit(settings, "training")


def in_titles(text: str) -> str:
    """Return a refusal with the title that the panel gives a setting in place of its key in a file."""
    match = KEY.match(text)
    section = "" if match is None else match[1] or "training"
    if match is None or match[2] not in (field.name for field in fields_of(section)):
        return text
    return declared(section, match[2]).title + text[match.end() :]
