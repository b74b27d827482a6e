"""The window: settings, plots, runs and timeline around one session, and the timer that keeps them up to date."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from momentum_gui.engine.rules import RULES
from momentum_gui.gui.controllers.files import Files
from momentum_gui.gui.controllers.runs import Commands
from momentum_gui.gui.controllers.view_requests import Wishes
from momentum_gui.gui.panels.runs import RunsPanel
from momentum_gui.gui.panels.settings import SettingsPanel
from momentum_gui.gui.panels.speed import fitting_speed
from momentum_gui.gui.panels.timeline import Timeline
from momentum_gui.gui.style import theme
from momentum_gui.gui.training.mailbox import State
from momentum_gui.gui.training.session import Session
from momentum_gui.gui.window.actions import Actions
from momentum_gui.gui.window.help import about, keys_and_mouse
from momentum_gui.gui.window.hint_line import HintLine
from momentum_gui.gui.window.layout import Arrangement
from momentum_gui.gui.window.preferences import Memory
from momentum_gui.gui.window.status import Status
from momentum_gui.gui.window.view_tabs import Views
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.settings import Moment
from momentum_gui.lab.setup import Setup

TICK_MILLISECONDS = 16
REST_MILLISECONDS = 500
WORDS_SECONDS = 0.12
"""How often numbers change on the screen: faster than this nobody reads them."""
DEFAULT_EXPERIMENT = "iris"


class MainWindow(QMainWindow):
    """One experiment, trained and watched. Without an experiment it shows the built-in Iris comparison.

    `session` is the training, `views` are the plots, `commands` is what menus and buttons do, `files` what comes in and
    goes out; scripts and tests may use them as the window does. `memory` is what is remembered between starts, by
    default nothing.
    """

    def __init__(
        self, experiment: Experiment | None = None, *, engine: str = "auto", memory: Memory | None = None
    ) -> None:
        super().__init__()
        self.memory = Memory() if memory is None else memory
        if not theme.is_set():
            theme.set_theme(self.memory.theme)
        self.first_experiment = Experiment.load(DEFAULT_EXPERIMENT) if experiment is None else experiment
        self._engine = engine
        self.session = Session(engine=engine)
        self.views = Views(self)
        self.settings_panel, self.runs_panel, self.timeline = SettingsPanel(), RunsPanel(), Timeline()
        self.status = Status()
        self.setStatusBar(self.status)
        self.actions_ = Actions(self)
        self.arrangement = Arrangement(self, self.views.areas, self.settings_panel, self.timeline, self.runs_panel)
        self.hint_line = HintLine(self.runs_panel.hint, self)
        self.commands, self.wishes, self.files = Commands(self), Wishes(self), Files(self)
        self._words_are_old, self._words_shown = False, 0.0
        self.moment: float | None = None
        self._has_begun = self._has_sizes = self._speed_chosen = False
        self._select_next: int | None = None
        self._hide_next: list[str] | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self.tick)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._draw_at_rest)
        self.setAcceptDrops(True)
        self._connect_session()
        self._connect_panels()
        self._connect_actions()
        self._recall()
        self.session.experiment = replace(self.first_experiment, session=None)
        self._show_settings(0)
        self._show_title()

    # Scripts, tests and the snapshot use these too.

    @property
    def selected(self) -> int:
        """The selected run."""
        return self.runs_panel.run

    @property
    def is_ticking(self) -> bool:
        """Whether there may be something to take in or to draw."""
        return self._timer.isActive()

    def open_experiment(self, experiment: Experiment) -> None:
        """Show another experiment, paused at its start, or a saved session, paused where it stood."""
        self._speed_chosen = False
        self._select_next = run_to_look_at(experiment)
        self._hide_next = [] if experiment.session is None else experiment.session.hidden
        self.session.load(experiment)
        self.wake()

    def as_session(self, experiment: Experiment) -> Experiment:
        """The experiment with where this window stands: opened again, it shows the same moment."""
        assert self.session.record is not None
        runs = self.session.record.runs
        hidden = [run.name for run, shown in zip(runs, self.runs_panel.model.visible, strict=True) if not shown]
        moment = Moment(self.session.record.latest.position, runs[self.selected].name, hidden)
        return replace(experiment, session=moment)

    def select_next(self, run: int) -> None:
        """Select this run of the next training that begins."""
        self._select_next = run

    def set_theme(self, mode: str) -> None:
        """Take on a theme, and remember it."""
        self.memory.theme = mode
        theme.set_theme(mode)

    def refuse(self, text: str, origin: str) -> None:
        """Say what is wrong: in the status bar, and below the section or in the dialog that it came from."""
        if origin == "file":
            self._select_next = self._hide_next = None
        self.status.say(text, problem=True)
        self.settings_panel.set_problem(origin, text)
        if self.commands.dialog is not None:
            self.commands.dialog.set_problem(text)

    @Slot()
    def wake(self) -> None:
        """There is something to take in or to draw: tick until there is nothing more."""
        if self._has_begun and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def tick(self) -> None:
        """Take in what the worker delivered and redraw what is out of date; at rest, stop ticking."""
        if anything := self.session.take():
            self._look_at_moment()  # again, where it was cut short, or time was wound back
        now = time.monotonic()
        self._words_are_old |= anything
        if self._words_are_old and (not anything or now - self._words_shown > WORDS_SECONDS):
            self._words_are_old, self._words_shown = False, now
            self.runs_panel.model.refresh()
            self._show_standing()
        left = self.views.draw()
        running = self.session.state is State.RUNNING
        if not (anything or left or running):
            self._timer.stop()
            self._rest.start()

    @Slot()
    def _draw_at_rest(self) -> None:
        """Draw once more: at rest, views take the time for a finer picture."""
        if not self._timer.isActive():
            self._look_for_hints(now=True)
            self.views.draw_all()

    # Connecting.

    def _connect_session(self) -> None:
        session = self.session
        session.woken.connect(self.wake)
        session.began.connect(self._begin)
        session.setup_changed.connect(self.views.set_setup)
        session.settings_changed.connect(self._show_run_settings)
        session.entered.connect(self._enter)
        session.refused.connect(self.refuse)
        session.failed.connect(self._fail)
        session.closed.connect(self.close)
        theme.notifier.changed.connect(self._apply_theme)

    def _connect_panels(self) -> None:
        commands, files = self.commands, self.files
        self.settings_panel.edited.connect(commands.edit)
        self.settings_panel.run_edited.connect(commands.edit_run)
        self.settings_panel.file_wanted.connect(files.choose_data)
        self.runs_panel.selected.connect(self._select)
        self.runs_panel.visible_changed.connect(self.views.set_visible_runs)
        self.runs_panel.visible_changed.connect(self.wake)
        self.runs_panel.edited.connect(commands.edit_cell)
        self.runs_panel.renamed.connect(commands.rename)
        self.runs_panel.wanted.connect(commands.want)
        self.timeline.moment_chosen.connect(self._show_moment)
        self.timeline.return_wanted.connect(self.session.seek)
        self.timeline.fork_wanted.connect(commands.fork_at)
        self.views.made.connect(self.wishes.connect_view)
        self.views.made.connect(self._meet_view)
        self.views.wanted.connect(self.wake)
        for area in self.views.areas.values():
            area.menu_wanted.connect(files.show_plot_menu)
            area.currentChanged.connect(self.wake)

    def _connect_actions(self) -> None:
        actions, commands, files = self.actions_, self.commands, self.files
        slots: dict[str, Any] = {
            "run": commands.toggle,
            "step": commands.step,
            "step_epoch": commands.step_epoch,
            "back": commands.step_back,
            "back_epoch": commands.step_back_epoch,
            "reset": commands.reset,
            "add": commands.want_add,
            "fork": commands.want_fork,
            "remove": commands.remove,
            "open": files.choose_experiment,
            "save": files.choose_save,
            "save_session": files.choose_save_session,
            "export_log": files.choose_log,
            "export_plot": files.choose_plot,
            "export_data": files.choose_plot_data,
            "quit": self.close,
        }
        for name, slot in slots.items():
            actions[name].triggered.connect(slot)
        actions.examples.aboutToShow.connect(files.list_examples)
        actions.examples.triggered.connect(files.open_example)
        actions.themes.triggered.connect(self._choose_theme)
        actions.theme_button.clicked.connect(self._switch_theme)
        actions.log_axis.toggled.connect(self._set_log_axis)
        actions.hints.toggled.connect(self._set_hints)
        actions.notes.triggered.connect(self._show_notes)
        actions.keys.triggered.connect(self._show_keys)
        actions.about.triggered.connect(self._show_about)
        actions.speed.changed.connect(self._set_speed)

    # What the session tells.

    @Slot(object, object)
    def _begin(self, setup: Setup, record: Record) -> None:
        selected = self.selected if self._select_next is None else self._select_next
        hidden, self._select_next, self._hide_next = self._hide_next, None, None
        selected = min(selected, len(record.runs) - 1)
        self.runs_panel.set_settings(self.session.settings)
        self.runs_panel.set_record(record, selected, hidden)
        self.timeline.show_present()
        self.moment = None
        self.hint_line.begin(setup, record)
        self.views.begin(setup, record, selected, tuple(self.runs_panel.model.visible))
        self.settings_panel.show_setup(setup)
        self._show_settings(selected)
        self._show_title()
        self.commands.close_dialog()
        if not self._speed_chosen:
            updates = record.latest.runs[0].updates_per_epoch
            epochs = max(run.training.epochs for run in self.session.experiment.runs)
            self.actions_.speed.set_speed(fitting_speed(epochs * updates))
            self.session.pace.updates_per_second = self.actions_.speed.speed
        self._show_standing()

    @Slot(object, str, bool)
    def _enter(self, state: State, text: str, stays: bool) -> None:
        self.status.show_state(state)
        self.actions_.show_running(state is State.RUNNING)
        if text:
            self.status.say(text, stays=stays)
        elif self.status.is_staying:
            self.status.clear()

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.status.say(text, problem=True)

    @Slot(QWidget)
    def _meet_view(self, view: QWidget) -> None:
        """A view was made: let it use the engine that was chosen, and the menu follow its buttons."""
        if (set_engine := getattr(view, "set_engine", None)) is not None:
            set_engine(self._engine)
        log = getattr(view, "log", None)
        if log is not None and getattr(view, "title", "") == "Error":
            log.toggled.connect(self.actions_.log_axis.setChecked)

    # What is chosen to be looked at.

    @Slot(int)
    def _select(self, run: int) -> None:
        self.views.set_selected(run)
        self._look_at_moment()
        self.settings_panel.training.show_experiment(self.session.experiment, run)
        self._show_run_settings()
        self._show_standing()
        self._look_for_hints(now=True)
        self.wake()

    @Slot(object)
    def _show_moment(self, epochs: float | None) -> None:
        if epochs is not None and self.session.state is State.RUNNING:
            self.session.pause()
        self.moment = epochs
        self._look_at_moment()
        self.views.set_moment(epochs)
        self.runs_panel.model.set_moment(epochs)
        self.wake()

    def _look_at_moment(self) -> None:
        """Have what led the selected run to the past moment shown, if there is one, found out, unless it is known."""
        record = self.session.record
        if self.moment is None or record is None or self.session.state is State.RUNNING:
            return
        run = record.runs[self.selected]
        if run.frame_at(self.moment) is None and not run.too_far(self.moment):
            self.session.look(self.selected, self.moment)

    @Slot(float)
    def _set_speed(self, updates_per_second: float) -> None:
        self._speed_chosen = True
        self.session.pace.updates_per_second = updates_per_second

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self.set_theme(action.data())

    @Slot()
    def _switch_theme(self) -> None:
        self.set_theme("light" if theme.current().name == "dark" else "dark")

    @Slot(bool)
    def _set_log_axis(self, log: bool) -> None:
        button = getattr(self.views.of_title("Error"), "log", None)
        if button is not None:
            button.setChecked(log)

    @Slot(bool)
    def _set_hints(self, shown: bool) -> None:
        self.memory.hints = shown
        self.hint_line.set_shown(shown)
        self._look_for_hints(now=True)

    @Slot()
    def _show_notes(self) -> None:
        about_it = self.settings_panel.about
        about_it.set_folded(False)
        self.settings_panel.ensureWidgetVisible(about_it)
        if about_it.isHidden():
            self.status.say("This experiment has no notes")

    @Slot()
    def _show_keys(self) -> None:
        keys_and_mouse(self)

    @Slot()
    def _show_about(self) -> None:
        about(self, self.session.engine)

    # What is shown.

    def _show_settings(self, selected: int) -> None:
        self.settings_panel.show_experiment(self.session.experiment, selected)
        self._show_run_settings()

    @Slot()
    def _show_run_settings(self) -> None:
        runs = self.session.experiment.runs
        settings = self.session.settings or [run.training for run in runs]
        run = min(self.selected, len(settings) - 1)
        self.runs_panel.set_settings(settings)
        self.settings_panel.show_run(run, runs[run].name, settings[run], alone=len(settings) == 1)

    def _show_standing(self) -> None:
        session, record = self.session, self.session.record
        if record is None:
            return
        selected = min(self.selected, len(record.runs) - 1)
        run, limit = record.latest.runs[selected], session.experiment.runs[selected].training.epochs
        self.timeline.set_end(record.latest.epochs)
        self.status.show_standing(run.epochs, limit, session.updates_per_second, run.error, session.engine)
        self._look_for_hints()

    def _look_for_hints(self, *, now: bool = False) -> None:
        if self.selected < len(self.session.settings):
            self.hint_line.look(self.selected, self.session.settings[self.selected], now=now)

    def _show_title(self) -> None:
        experiment = self.session.experiment
        title = experiment.title or Path(experiment.problem.dataset or experiment.problem.surface or "").stem
        self.setWindowTitle(f"{title} – Momentum GUI")

    @Slot()
    def _apply_theme(self) -> None:
        self.actions_.apply_theme()
        self.actions_.show_theme(theme.mode())
        self.settings_panel.apply_theme()
        self.runs_panel.apply_theme()
        self.timeline.apply_theme()
        self.views.apply_theme()
        self.wake()

    def _recall(self) -> None:
        """Take on what is remembered."""
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
        """Let the worker end first, out of sight: the window is gone at once, and really closes when that is done."""
        if not self.session.is_closing:
            self._remember()
        self._timer.stop()
        self._rest.stop()
        self.hide()
        self.views.close()
        self.hint_line.end()
        self.files.close()
        if self.session.is_closed:
            super().closeEvent(event)
            return
        self.session.close()
        event.ignore()


def run_to_look_at(experiment: Experiment) -> int:
    """The run that is selected at first: that of a saved session, or one with momentum, if there is one."""
    if experiment.session is not None and experiment.session.selected is not None:
        return [run.name for run in experiment.runs].index(experiment.session.selected)
    momenta = [RULES[run.training.rule].coefficients(run.training.momentum).b for run in experiment.runs]
    return next((number for number, momentum in enumerate(momenta) if momentum), 0)
