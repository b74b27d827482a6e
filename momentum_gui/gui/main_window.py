"""The window: settings, plots, runs and timeline around one session, and the timer that keeps them up to date."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from momentum_gui.gui.collector import collector
from momentum_gui.gui.controllers.data import DataController
from momentum_gui.gui.controllers.files import FileController
from momentum_gui.gui.controllers.runs import RunController
from momentum_gui.gui.controllers.takes import TakesController
from momentum_gui.gui.controllers.view_requests import ViewRequests
from momentum_gui.gui.panels.runs import RunsPanel
from momentum_gui.gui.panels.settings import SettingsPanel
from momentum_gui.gui.panels.speed import fitting_speed
from momentum_gui.gui.panels.timeline import Timeline
from momentum_gui.gui.plots.common.view import View
from momentum_gui.gui.state import Activity, WindowState
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.commands import BringBack, Command, Open
from momentum_gui.gui.training.session import Session
from momentum_gui.gui.window.actions import Actions
from momentum_gui.gui.window.command_list import CommandList, commands_of
from momentum_gui.gui.window.failures import Failures
from momentum_gui.gui.window.help import about, keys_and_mouse
from momentum_gui.gui.window.hint_line import HintLine
from momentum_gui.gui.window.keyboard import ReturnKey, is_plain
from momentum_gui.gui.window.layout import Arrangement
from momentum_gui.gui.window.leaving import Leaving
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.gui.window.redraw_scheduler import RedrawScheduler
from momentum_gui.gui.window.status import Status
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.experiment.first_look import run_to_look_at

TICK_MILLISECONDS = 16
REST_MILLISECONDS = 500
WORDS_SECONDS = 0.12
"""How often numbers change on the screen: faster than this nobody reads them."""
DEFAULT_EXPERIMENT = "iris"


class MainWindow(QMainWindow):
    """One experiment, trained and watched. Without an experiment it shows the built-in Iris comparison.

    `session` is the training and holds the window's state, `views` are the plots, `runs` and `files` do what menus and
    buttons ask for; scripts and tests may use them as the window does. `memory` is what is remembered between starts;
    without one, nothing.

    `leaving` says that the window closes; where `memory` is kept in a file, that is after a question about unsaved
    changes. Raises RuntimeError where no QApplication has been made.
    """

    leaving = Signal()

    def __init__(
        self, experiment: Experiment | None = None, *, engine: str = "auto", memory: Memory | None = None
    ) -> None:
        if not isinstance(QApplication.instance(), QApplication):  # Qt itself would end Python
            raise RuntimeError(
                "MainWindow needs a QApplication: call momentum_gui.show(experiment), or make one first with "
                "momentum_gui.gui.app.application()"
            )
        super().__init__()
        collector().want()
        self.memory = Memory() if memory is None else memory
        if not theme.is_set():
            theme.set_theme(self.memory.theme)
        theme.dress(self)
        self.first_experiment = Experiment.load(DEFAULT_EXPERIMENT) if experiment is None else experiment
        self._engine = engine
        self.session = Session(self.first_experiment, engine=engine, parent=self)
        self.views = RedrawScheduler(self.session.store, self)
        self.settings_panel, self.runs_panel, self.timeline = SettingsPanel(), RunsPanel(), Timeline()
        self.status = Status()
        self.setStatusBar(self.status)
        self.actions_ = Actions(self)
        self.arrangement = Arrangement(self, self.views.areas, self.settings_panel, self.timeline, self.runs_panel)
        self.hint_line = HintLine(self.runs_panel.hint, self)
        self.failures = Failures(self)
        self.runs = RunController(self.session, self.report, self)
        self.view_requests = ViewRequests(self.session, self.runs, self)
        self.files = FileController(self.session, self.views, self.memory, self)
        self.data = DataController(self.session, self.runs, self)
        self.takes = TakesController(self.session, self.memory, self)
        self._numbers_are_old, self._numbers_shown = False, 0.0
        self.question = Leaving(self)
        self._leaves = False
        self._has_begun = self._has_sizes = self._speed_chosen = self._is_over = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self.tick)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._draw_at_rest)
        self.setAcceptDrops(True)
        self._return_key = ReturnKey(self)
        self._connect_session()
        self._connect_panels()
        self._connect_files()
        self._connect_actions()
        self._recall()
        self._show_state(self.session.now, self.session.now)

    # Scripts, tests and the snapshot use these too.

    @property
    def state(self) -> WindowState:
        """What the window shows."""
        return self.session.now

    @property
    def is_ticking(self) -> bool:
        """Whether there may be something to take in or to draw."""
        return self._timer.isActive()

    @Slot(object)
    def open_experiment(self, experiment: Experiment) -> None:
        """Show another experiment, paused at its start, or a saved session, paused where it was."""
        self._speed_chosen = False
        self.session.load(experiment, selected=run_to_look_at(experiment))
        self.wake()

    @Slot(object)
    def _open_and_run(self, experiment: Experiment) -> None:
        self.open_experiment(experiment)
        self.session.run()

    def select(self, run: int) -> None:
        """Select a run."""
        self.session.store.update(selected=run)

    def show_moment(self, epochs: float | None) -> None:
        """Show a past moment, in epochs; None = the present."""
        self._choose_moment(epochs)

    def set_theme(self, mode: str) -> None:
        """Take on a theme, and remember it."""
        self.memory.theme = mode
        theme.set_theme(mode)

    def report(self, text: str, origin: str) -> None:
        """Say what is wrong: in the status bar, and below the section or in the dialog that it came from."""
        if text:
            self.status.say(text, problem=True)
        elif self.status.is_problem:
            self.status.clear()
        self.settings_panel.set_problem(origin, text)
        for dialog in (self.runs.dialog, self.runs.rule_editor):
            if dialog is not None and text:
                dialog.set_problem(text)
        self.wake()

    @Slot()
    def wake(self) -> None:
        """Tick until there is nothing more to take in or to draw."""
        if self._has_begun and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def tick(self) -> None:
        """Take in what the worker delivered and redraw what is out of date; at rest, stop ticking."""
        anything = self.session.take()
        now = time.monotonic()
        self._numbers_are_old |= anything
        if self._numbers_are_old and (not anything or now - self._numbers_shown > WORDS_SECONDS):
            self._numbers_are_old, self._numbers_shown = False, now
            self._show_numbers()
        if anything:
            self._look_at_moment()  # again, where it was cut short, or time went back
        left = self.views.draw()
        if not (anything or left or self.state.activity is Activity.RUNNING):
            self._timer.stop()
            self._rest.start()

    @Slot()
    def _draw_at_rest(self) -> None:
        """Draw once more: at rest, views take the time for a finer picture."""
        if not self._timer.isActive():
            self.hint_line.look(self.state, now=True)
            self.views.draw_all()
            collector().rest()

    @Slot()
    def leave(self) -> None:
        """Close without a question."""
        self._leaves = True
        self.close()

    # Connecting.

    def _connect_session(self) -> None:
        session = self.session
        session.woken.connect(self.wake)
        session.store.changed.connect(self._show_state)
        session.began.connect(self._begin)
        session.entered.connect(self._enter)
        session.set_aside.connect(self._say_set_aside)
        session.refused.connect(self.report)
        session.failed.connect(self.failures.tell)
        session.closed.connect(self.close)
        theme.notifier.changed.connect(self._apply_theme)

    def _connect_panels(self) -> None:
        runs, settings, table = self.runs, self.settings_panel, self.runs_panel
        settings.edited.connect(runs.edit)
        settings.run_edited.connect(runs.edit_run)
        settings.schedule_edited.connect(runs.edit_schedule)
        settings.velocity_chosen.connect(runs.choose_velocity)
        settings.rule_wanted.connect(runs.want_rule)
        settings.problem.file_wanted.connect(self.files.choose_data)
        settings.problem.columns_wanted.connect(self.data.ask_again)
        settings.problem.reading_wanted.connect(self.data.read_again)
        table.selected.connect(self._select)
        table.visible_wanted.connect(self._set_visible)
        table.edited.connect(runs.edit_cell)
        table.renamed.connect(runs.rename)
        table.wanted.connect(runs.want)
        self.timeline.moment_chosen.connect(self._choose_moment)
        self.timeline.return_wanted.connect(runs.go_on_from)
        self.timeline.fork_wanted.connect(runs.fork_at)
        self.view_requests.weight_followed.connect(self._follow_weight)
        self.view_requests.item_chosen.connect(self._show_item)
        self.views.made.connect(self.view_requests.connect_view)
        self.views.made.connect(self._meet_view)
        self.views.wanted.connect(self.wake)
        for area in self.views.areas.values():
            area.menu_wanted.connect(self._show_plot_menu)
            area.currentChanged.connect(self.wake)

    def _connect_files(self) -> None:
        files = self.files
        files.opened.connect(self.open_experiment)
        files.data_chosen.connect(self.data.ask)
        files.data_not_chosen.connect(self.settings_panel.show_again)
        files.said.connect(self.status.say)
        files.saved.connect(self.session.history.mark_saved)
        files.saved.connect(self.question.saved)
        files.not_saved.connect(self.question.not_saved)
        self.question.save_wanted.connect(files.choose_save)
        self.question.agreed.connect(self.leave)
        files.failed.connect(self._say_problem)
        self.data.proposed.connect(self._open_and_run)
        self.data.given_up.connect(self.settings_panel.show_again)
        self.data.said.connect(self.status.say)
        self.takes.said.connect(self.status.say)
        self.takes.failed.connect(self._say_problem)
        self.data.failed.connect(self._say_problem)
        self.data.changed.connect(self.settings_panel.problem.show_changed)

    def _connect_actions(self) -> None:
        actions, runs, files = self.actions_, self.runs, self.files
        slots: dict[str, Any] = {
            "run": runs.toggle,
            "step": runs.step,
            "step_epoch": runs.step_epoch,
            "back": runs.step_back,
            "back_epoch": runs.step_back_epoch,
            "reset": runs.reset,
            "undo": self.session.history.undo,
            "redo": self.session.history.redo,
            "rename": self.runs_panel.edit_name,
            "add": runs.want_add,
            "fork": runs.want_fork,
            "remove": runs.remove,
            "rule": runs.want_new_rule,
            "open": files.choose_experiment,
            "save": files.choose_save,
            "save_session": files.choose_save_session,
            "export_log": files.choose_log,
            "export_plot": files.choose_plot,
            "export_data": files.choose_plot_data,
            "copy_script": files.copy_script,
            "export_film": self.takes.choose_film,
            "export_report": self.takes.choose_report,
            "quit": self.close,
            "commands": self._show_commands,
            "notes": self._show_notes,
            "keys": self._show_keys,
            "about": self._show_about,
            "about_qt": QApplication.aboutQt,
        }
        for name, slot in slots.items():
            actions[name].triggered.connect(slot)
        self.session.history.changed.connect(self._follow_history)
        self._follow_history()
        actions.full_screen.toggled.connect(self._set_full_screen)
        actions.examples.aboutToShow.connect(self._list_examples)
        actions.examples.triggered.connect(files.open_example)
        actions.themes.triggered.connect(self._choose_theme)
        actions.theme_button.clicked.connect(self._switch_theme)
        actions.log_axis.toggled.connect(self._set_log_axis)
        actions.hints.toggled.connect(self._set_hints)
        actions.recent.aboutToShow.connect(self._list_recent)
        actions.recent.triggered.connect(files.open_recent)
        actions.speed.changed.connect(self._set_speed)

    # What is shown.

    @Slot(object, object)
    def _show_state(self, before: WindowState, now: WindowState) -> None:
        """Bring panels, table and timeline up to date; views are when they are next drawn."""
        self.settings_panel.show_state(now)
        self.runs_panel.show_state(now)
        self.timeline.show_state(now)
        self.actions_.show_state(now)
        self.setWindowTitle(f"{title_of(now.experiment)} – Momentum GUI")
        if now.selected != before.selected or now.moment != before.moment:
            self._look_at_moment()
            self._show_numbers()
        if now.selected != before.selected:
            self.hint_line.look(now, now=True)
        self.wake()

    def _show_numbers(self) -> None:
        """Bring the numbers up to date that follow the training."""
        state = self.state
        if state.training is None or state.record is None or state.run is None:
            return
        self.runs_panel.model.refresh()
        self.settings_panel.show_moment(state)
        self.timeline.show_state(state)
        self.actions_.show_state(state)
        latest, limit = state.run.latest, state.experiment.runs[state.selected].training.epochs
        speed, engine = self.session.updates_per_second, state.training.engine
        self.status.show_progress(latest.epochs, limit, speed, latest.error, engine)
        self.hint_line.look(state)

    @Slot(object)
    def _begin(self, commands: tuple[Command, ...]) -> None:
        """Another training is shown: bring the views to the front that its experiment names, where it was opened."""
        for command in commands:
            if isinstance(command, Open) and not isinstance(command, BringBack):
                self.report("", "")  # what was refused belongs to the experiment before
                self.settings_panel.forget_problems()
                if command.experiment.view is not None:
                    self.views.bring_forward(command.experiment.view.front)
        self.runs.close_dialog()
        self.hint_line.clear()
        state = self.state
        if not self._speed_chosen and state.record is not None:
            updates = state.record.latest.runs[0].updates_per_epoch
            epochs = max(run.training.epochs for run in state.experiment.runs)
            self.actions_.speed.set_speed(fitting_speed(epochs * updates))
            self.session.pace.updates_per_second = self.actions_.speed.speed
        self._show_numbers()

    @Slot(object, str, bool)
    def _enter(self, activity: Activity, text: str, stays: bool) -> None:
        self.status.show_activity(activity)
        if text:
            self.status.say(text, stays=stays)
        elif self.status.is_staying:
            self.status.clear()

    @Slot(str)
    def _say_problem(self, text: str) -> None:
        self.status.say(text, problem=True)

    @Slot(object)
    def _meet_view(self, view: View) -> None:
        """A view was made: let it use the engine that was chosen, and the menu follow its button."""
        view.set_engine(self._engine)
        view.log_toggled.connect(self.actions_.log_axis.setChecked)

    @Slot()
    def _say_set_aside(self) -> None:
        self.status.say("The training before is set aside: Undo (Ctrl+Z) brings it back")

    # What is chosen to be looked at.

    @Slot(int)
    def _select(self, run: int) -> None:
        self.select(run)

    @Slot(int, bool)
    def _set_visible(self, run: int, shown: bool) -> None:
        visible = list(self.state.visible)
        visible[run] = shown
        self.session.store.update(visible=tuple(visible))

    @Slot(object)
    def _choose_moment(self, epochs: float | None) -> None:
        state = self.state
        if state.record is None:
            return
        if epochs is not None and epochs >= state.record.latest.epochs:
            epochs = None
        if epochs is not None and state.activity is Activity.RUNNING:
            self.session.pause()
        self.session.store.update(moment=epochs)

    def _look_at_moment(self) -> None:
        """Have the selected run's last update before the moment shown replayed, unless it is known."""
        state = self.state
        if state.moment is None or state.run is None or state.activity is Activity.RUNNING:
            return
        if state.run.frame_at(state.moment) is None and not state.run.too_far(state.moment):
            self.session.look(state.selected, state.moment)

    @Slot(str)
    def _follow_weight(self, name: str) -> None:
        for view in self.views.existing:
            view.follow(name)
        self.wake()

    @Slot(int)
    def _show_item(self, item: int) -> None:
        self.views.show("Data").show_item(item)
        self.wake()

    @Slot(str, QPoint)
    def _show_plot_menu(self, area: str, place: QPoint) -> None:
        page = self.views.areas[area].page
        if page.view is not None:
            self.files.show_plot_menu(page.row.title, page.view, place)

    @Slot()
    def _list_examples(self) -> None:
        self.files.list_examples(self.actions_.examples)

    @Slot()
    def _list_recent(self) -> None:
        self.files.list_recent(self.actions_.recent)

    @Slot()
    def _show_commands(self) -> None:
        CommandList(self, commands_of(self.actions_.menus.values())).open()

    @Slot(float)
    def _set_speed(self, updates_per_second: float) -> None:
        self._speed_chosen = True
        self.session.pace.updates_per_second = updates_per_second

    @Slot()
    def _follow_history(self) -> None:
        history = self.session.history
        self.actions_.show_history(history.undo_text, history.redo_text)
        self.wake()

    @Slot(bool)
    def _set_full_screen(self, on: bool) -> None:
        state = self.windowState() & ~Qt.WindowState.WindowFullScreen
        self.setWindowState(state | Qt.WindowState.WindowFullScreen if on else state)

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self.set_theme(action.data())

    @Slot()
    def _switch_theme(self) -> None:
        self.set_theme("light" if theme.current().name == "dark" else "dark")

    @Slot(bool)
    def _set_log_axis(self, log: bool) -> None:
        for view in self.views.existing:
            view.set_log(log)

    @Slot(bool)
    def _set_hints(self, shown: bool) -> None:
        self.memory.hints = shown
        self.hint_line.set_shown(shown)
        self.hint_line.look(self.state, now=True)

    @Slot()
    def _show_notes(self) -> None:
        notes = self.settings_panel.about
        notes.set_folded(False)
        self.settings_panel.ensureWidgetVisible(notes)
        if notes.isHidden():
            self.status.say("This experiment has no notes")

    @Slot()
    def _show_keys(self) -> None:
        keys_and_mouse(self)

    @Slot()
    def _show_about(self) -> None:
        about(self, self.session.engine)

    @Slot()
    def _apply_theme(self) -> None:
        theme.dress(self)
        self.actions_.apply_theme()
        self.actions_.show_theme(theme.mode())
        self.settings_panel.apply_theme()
        self.runs_panel.apply_theme()
        self.timeline.apply_theme()
        self.views.apply_theme()
        self.wake()

    # What is remembered.

    def _recall(self) -> None:
        self.actions_.show_theme(theme.mode())
        self.actions_.hints.setChecked(self.memory.hints)
        self.hint_line.set_shown(self.memory.hints)
        for name, section in self.settings_panel.sections.items():
            section.set_folded(self.memory.folded(name))
        if geometry := self.memory.bytes_of("geometry"):
            self.restoreGeometry(geometry)

    def _remember(self) -> None:
        self.memory.keep_bytes("geometry", self.saveGeometry())
        self.arrangement.remember(self.memory)
        for name, section in self.settings_panel.sections.items():
            self.memory.keep_folded(name, section.folded)

    # What Qt asks for.

    def event(self, event: QEvent) -> bool:
        """Begin with the training after the first picture: that is on the screen at once."""
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._has_begun:
            self._has_begun = True
            QTimer.singleShot(0, self._load_first)
        return handled

    @Slot()
    def _load_first(self) -> None:
        if not self.session.is_closing:
            self.open_experiment(self.first_experiment)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that no focused control wants: Space runs and pauses, Escape leaves the full screen."""
        if is_plain(event, Qt.Key.Key_Space):
            self.actions_["run"].trigger()
        elif event.key() == Qt.Key.Key_Escape and self.actions_.full_screen.isChecked():
            self.actions_.full_screen.setChecked(False)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous() and not self._has_sizes:
            self._has_sizes = True
            if not self.arrangement.recall(self.memory):
                self.arrangement.share_out(self.width(), len(self.first_experiment.runs))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.path_of(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := self.files.path_of(event.mimeData())) is not None:
            event.acceptProposedAction()
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes. Then let the worker end first: the window is out of sight at once, and closes when
        that is done.
        """
        if not self.session.is_closing:
            if self.memory.is_kept and self.session.history.is_unsaved and not self._leaves:
                self.question.ask(title_of(self.state.experiment))
                event.ignore()
                return
            self.leaving.emit()
            self._remember()
        self._timer.stop()
        self._rest.stop()
        self.hide()
        self.views.end()
        self.hint_line.end()
        self.files.close()
        self.data.close()
        self.takes.close()
        if self.session.is_closed:
            if not self._is_over:
                self._is_over = True
                QTimer.singleShot(0, collector().release)  # when nothing of the window is on the stack
            super().closeEvent(event)
            return
        self.session.close()
        event.ignore()


def title_of(experiment: Experiment) -> str:
    """Return the experiment's title, or the name of its problem."""
    return experiment.title or Path(experiment.problem.dataset or experiment.problem.surface or "").stem
