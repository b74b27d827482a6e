"""What is asked of runs and settings by menus, buttons, panels and table, turned into orders of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from momentum_gui.gui.panels.run_dialog import NewRun, RunDialog
from momentum_gui.gui.plots.theory.rule_editor import RuleEditor
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.session import Session
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import edits
from momentum_gui.lab.settings import OwnRule, SettingsChange

Report = Callable[[str, str], None]
"""Takes what is wrong, and the part of the window where it is to be said; an empty text takes it back."""


class RunController(QObject):
    """One slot for each thing that can be asked for; what is refused goes to `report`. `parent` is for dialogs."""

    def __init__(self, session: Session, report: Report, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._report, self._parent = session, report, parent
        self.dialog: RunDialog | None = None
        self.rule_editor: RuleEditor | None = None
        self._edited_rule: str | None = None

    # Run.

    @Slot()
    def toggle(self) -> None:
        """Run, or pause."""
        self._show_present()
        self._session.toggle()

    @Slot()
    def step(self) -> None:
        """Do one update."""
        self._show_present()
        self._session.step()

    @Slot()
    def step_epoch(self) -> None:
        """Go to the end of the epoch."""
        self._show_present()
        self._session.step_epoch()

    @Slot()
    def step_back(self) -> None:
        """Undo one update."""
        self._show_present()
        self._session.step_back()

    @Slot()
    def step_back_epoch(self) -> None:
        """Go to the end of the epoch before."""
        self._show_present()
        self._session.step_back_epoch()

    @Slot()
    def reset(self) -> None:
        """Go back to the start."""
        self._show_present()
        self._session.reset()

    @Slot(float)
    def go_on_from(self, epochs: float) -> None:
        """Go back to a moment, to train on from there."""
        self._session.seek(epochs)

    def _show_present(self) -> None:
        self._session.store.update(moment=None)

    # Settings.

    @Slot(object, str)
    def edit(self, settings: dict[str, dict[str, Any]], section: str) -> None:
        """Change settings of problem, network or training, for all runs."""
        self._try(lambda: self._session.edit_settings(settings, section), section)

    @Slot(str, object, bool)
    def edit_run(self, key: str, value: Any, every: bool) -> None:
        """Change rule, rate or momentum of the selected run, or of every run, as it trains."""
        now = self._session.now
        self.change(tuple(range(len(now.settings))) if every else (now.selected,), {key: value})

    @Slot(int, str, object)
    def edit_cell(self, run: int, key: str, value: Any) -> None:
        """Change rule, rate or momentum of a run in the table."""
        self.change((run,), {key: value})

    def change(self, runs: tuple[int, ...], values: dict[str, Any]) -> None:
        """Change settings of some runs from their next update on."""
        velocity = self._session.now.velocity
        self._try(lambda: self._session.change(runs, **values, velocity=velocity), "rule")

    @Slot(str, object, bool)
    def edit_schedule(self, key: str, value: dict[str, Any], every: bool) -> None:
        """Give the selected run, or every run, another schedule of its rate or momentum; the training starts again."""
        now = self._session.now
        runs = tuple(range(len(now.settings))) if every else (now.selected,)
        self._try(lambda: self._session.set_schedule(runs, key, value), "rule")

    @Slot(str)
    def choose_velocity(self, velocity: str) -> None:
        """Let new rates keep the stored step, or rescale it, from now on."""
        self._session.store.update(velocity=velocity)

    @Slot(int, str)
    def rename(self, run: int, name: str) -> None:
        """Give a run another name."""
        self._try(lambda: self._session.rename_run(run, name), "runs")

    def set_start(self, runs: tuple[int, ...], weights: dict[str, float]) -> None:
        """Let runs start from other weights."""
        self._try(lambda: self._session.set_start(runs, weights), "start")

    def set_weight(self, run: int, name: str, value: float) -> None:
        """Give a weight of a run another value."""
        self._try(lambda: self._session.set_weights(run, {name: value}), "weights")

    # A rule of one's own.

    @Slot()
    def want_new_rule(self) -> None:
        """Ask for a rule of one's own, for the selected run."""
        self.want_rule("")

    @Slot(str)
    def want_rule(self, rule: str) -> None:
        """Ask for the formulas of a rule of one's own: of a new one where the id is empty."""
        now = self._session.now
        if now.training is None or self.rule_editor is not None:
            return
        own = next((each for each in now.experiment.rule if each.id == rule), None)
        editor = RuleEditor(self._parent, own, now.rules, now.run_settings.momentum or 0.9)
        self.rule_editor = editor
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.chosen.connect(self._set_own_rule)
        editor.removed.connect(self._remove_own_rule)
        editor.finished.connect(self._forget_editor)
        self._edited_rule = rule or None
        editor.open()

    @Slot(object)
    def _set_own_rule(self, own: OwnRule) -> None:
        runs = () if self._edited_rule else (self._session.now.selected,)
        self._try(lambda: self._session.set_own_rule(own, self._edited_rule, runs), "own rule")
        self._close_editor()

    @Slot()
    def _remove_own_rule(self) -> None:
        rule = self._edited_rule or ""
        self._try(lambda: self._session.remove_own_rule(rule), "own rule")
        self._close_editor()

    def _close_editor(self) -> None:
        """Close the dialog, unless it says why something was refused."""
        if self.rule_editor is not None and not self.rule_editor.problem.text():
            self.rule_editor.accept()

    @Slot()
    def _forget_editor(self) -> None:
        self.rule_editor = None

    # Runs that come and go.

    def add_run(self, new: NewRun) -> None:
        """Add a run from the start, or fork one."""
        self._try(lambda: self._add_run(new), "runs")

    @Slot(str)
    def want(self, what: str) -> None:
        """Do what a button of the table asks for: "add", "fork" or "remove"."""
        {"add": self.want_add, "fork": self.want_fork, "remove": self.remove}[what]()

    @Slot()
    def want_add(self) -> None:
        """Ask for the settings of a new run."""
        self._ask_for_run(None)

    @Slot()
    def want_fork(self) -> None:
        """Ask for the settings of a fork at the moment shown."""
        now = self._session.now
        if now.record is not None:
            self._ask_for_run(now.record.latest.epochs if now.moment is None else now.moment)

    @Slot(float)
    def fork_at(self, epochs: float) -> None:
        """Ask for the settings of a fork at a moment."""
        self._ask_for_run(epochs)

    @Slot()
    def remove(self) -> None:
        """Remove the selected run."""
        self._try(lambda: self._session.remove_run(self._session.now.selected), "runs")

    @Slot()
    def close_dialog(self) -> None:
        """Close the dialog: the run that it asked for is there."""
        if self.dialog is not None:
            self.dialog.accept()

    def _add_run(self, new: NewRun) -> None:
        session = self._session
        if new.epochs is None:
            origin = session.experiment.runs[new.origin].training
            session.add_run(edits.new_run(origin, new.name, new.rule, new.learning_rate, new.momentum))
            return
        now = session.settings[new.origin]
        change = SettingsChange(
            0,
            rule=None if new.rule == now.rule else new.rule,
            learning_rate=None if new.learning_rate == now.learning_rate else new.learning_rate,
            momentum=None if new.momentum == now.momentum else new.momentum,
        )
        session.fork(new.origin, new.epochs, new.name, change)

    def _ask_for_run(self, epochs: float | None) -> None:
        session, now = self._session, self._session.now
        if now.training is None or self.dialog is not None:
            return
        if now.activity is Activity.RUNNING and epochs is not None:
            session.pause()
        origin = now.training.record.runs[now.selected].name
        name = edits.free_name(now.experiment, origin)
        self.dialog = RunDialog(
            self._parent, name, now.run_settings, now.selected, epochs, origin, now.experiment.rules
        )
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.chosen.connect(self._add_chosen)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    @Slot(object)
    def _add_chosen(self, new: NewRun) -> None:
        self.add_run(new)

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    def _try(self, ask: Callable[[], object], origin: str) -> None:
        """Ask for something, and report where it is refused."""
        try:
            ask()
        except BadInputError as error:
            self._report(str(error), origin)
        else:
            self._report("", origin)
