"""What the user asks for by menus, buttons, panels and table, turned into calls of the session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from momentum_gui.gui.panels.run_dialog import NewRun, RunDialog
from momentum_gui.gui.panels.training import KEEPS_PLACE
from momentum_gui.gui.training.mailbox import State
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import edits
from momentum_gui.lab.settings import Change

if TYPE_CHECKING:
    from momentum_gui.gui.main_window import MainWindow


class Commands(QObject):
    """One slot for each thing that can be asked for; what is refused is said below where it was asked."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.dialog: RunDialog | None = None

    # Run.

    @Slot()
    def toggle(self) -> None:
        """Run, or pause."""
        self._window.timeline.show_present()
        self._session.toggle()
        self._window.wake()

    @Slot()
    def step(self) -> None:
        """One update."""
        self._window.timeline.show_present()
        self._session.step()

    @Slot()
    def step_epoch(self) -> None:
        """To the end of the epoch."""
        self._window.timeline.show_present()
        self._session.step_epoch()

    @Slot()
    def step_back(self) -> None:
        """One update back."""
        self._window.timeline.show_present()
        self._session.step_back()

    @Slot()
    def step_back_epoch(self) -> None:
        """To the end of the epoch before."""
        self._window.timeline.show_present()
        self._session.step_back_epoch()

    @Slot()
    def reset(self) -> None:
        """Start again."""
        self._window.timeline.show_present()
        self._session.reset()

    # Settings.

    @Slot(dict, str)
    def edit(self, settings: dict[str, dict[str, Any]], section: str) -> None:
        """Change settings of problem, network or training; the training starts anew where numbers depend on them."""
        keeps_place = list(settings) == ["training"] and set(settings["training"]) <= set(KEEPS_PLACE)
        edit = partial(edits.with_settings, settings=settings)
        try:
            if keeps_place:
                self._session.edit(edit, section)
            else:
                self._session.load(edit(self._session.experiment), section)
        except BadInputError as error:
            self._window.refuse(str(error), section)
        self._window.wake()

    @Slot(str, object, bool)
    def edit_run(self, key: str, value: Any, every: bool) -> None:
        """Change rule, rate or momentum of the selected run, or of every run, as it trains."""
        runs = tuple(range(len(self._session.settings))) if every else (self._window.selected,)
        self.change(runs, {key: value})

    @Slot(int, str, object)
    def edit_cell(self, run: int, key: str, value: Any) -> None:
        """Change rule, rate or momentum of a run in the table."""
        self.change((run,), {key: value})

    def change(self, runs: tuple[int, ...], values: dict[str, Any]) -> None:
        """Change settings of some runs from their next update on."""
        try:
            self._session.change(runs, **values)
        except BadInputError as error:
            self._window.refuse(str(error), "rule")
        else:
            self._window.settings_panel.set_problem("rule", "")
        self._window.wake()

    @Slot(int, str)
    def rename(self, run: int, name: str) -> None:
        """Give a run another name."""
        self.edit_runs(partial(edits.with_run, run=run, name=name))

    def edit_runs(self, edit: edits.Edit) -> None:
        """Edit the list of runs."""
        try:
            self._session.edit(edit, "runs")
        except BadInputError as error:
            self._window.refuse(str(error), "runs")
        self._window.wake()

    # Runs that come and go.

    def add_run(self, new: NewRun) -> None:
        """Add a run from the start, or fork one. Raises BadInputError."""
        session = self._session
        origin = session.experiment.runs[new.origin].training
        run = edits.new_run(origin, new.name, new.rule, new.learning_rate, new.momentum)
        edited = edits.with_run_added(session.experiment, run)  # refuses what is not allowed
        if new.epochs is None:
            session.edit(partial(edits.with_run_added, run=edited.runs[-1]))
        else:
            now = session.settings[new.origin]
            change = Change(
                0,
                rule=None if new.rule == now.rule else new.rule,
                learning_rate=None if new.learning_rate == now.learning_rate else new.learning_rate,
                momentum=None if new.momentum == now.momentum else new.momentum,
            )
            session.fork(new.origin, new.epochs, new.name, change)
        self._window.select_next(len(edited.runs) - 1)
        self._window.wake()

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
        moment, record = self._window.timeline.moment, self._session.record
        if record is not None:
            self._ask_for_run(record.latest.epochs if moment is None else moment)

    @Slot(float)
    def fork_at(self, epochs: float) -> None:
        """Ask for the settings of a fork at a moment."""
        self._ask_for_run(epochs)

    @Slot()
    def remove(self) -> None:
        """Remove the selected run."""
        self.edit_runs(partial(edits.with_run_removed, run=self._window.selected))

    def close_dialog(self) -> None:
        """The run that the dialog asked for is there."""
        if self.dialog is not None:
            self.dialog.accept()

    def _ask_for_run(self, epochs: float | None) -> None:
        session = self._session
        if not session.settings:
            return
        if session.state is State.RUNNING and epochs is not None:
            session.pause()
        run = self._window.selected
        origin = session.experiment.runs[run].name
        name = edits.free_name(session.experiment, origin)
        self.dialog = RunDialog(self._window, name, session.settings[run], run, epochs, origin)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.chosen.connect(self._add_chosen)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    @Slot(object)
    def _add_chosen(self, new: NewRun) -> None:
        try:
            self.add_run(new)
        except BadInputError as error:
            self._window.refuse(str(error), "runs")

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None
