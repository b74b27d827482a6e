"""The window: settings, plots, runs and timeline around one session, and the timer that keeps them up to date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from momentum_gui.engine.rules import RULES
from momentum_gui.gui import edits, theme
from momentum_gui.gui.actions import Actions
from momentum_gui.gui.files import Files
from momentum_gui.gui.help import about, keys_and_mouse
from momentum_gui.gui.mailbox import State
from momentum_gui.gui.panels.run_dialog import NewRun, RunDialog
from momentum_gui.gui.panels.runs import RunsPanel
from momentum_gui.gui.panels.settings import SettingsPanel
from momentum_gui.gui.panels.speed import fitting_speed
from momentum_gui.gui.panels.timeline import Timeline
from momentum_gui.gui.panels.training import KEEPS_PLACE
from momentum_gui.gui.session import Session
from momentum_gui.gui.settings import Memory
from momentum_gui.gui.status import Status
from momentum_gui.gui.views import Views
from momentum_gui.lab.bad_input import BadInputError
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.record import Record
from momentum_gui.lab.settings import Change
from momentum_gui.lab.setup import Setup

TICK_MILLISECONDS = 16
REST_MILLISECONDS = 500
DEFAULT_EXPERIMENT = "iris"


class MainWindow(QMainWindow):
    """One experiment, trained and watched. Without an experiment it shows the built-in Iris comparison.

    `session` is the training, `views` are the plots; both may be used by scripts and tests as the window uses them.
    `memory` is what is remembered between starts, by default nothing.
    """

    def __init__(
        self, experiment: Experiment | None = None, *, engine: str = "auto", memory: Memory | None = None
    ) -> None:
        super().__init__()
        self.memory = Memory() if memory is None else memory
        if not theme.is_set():
            theme.set_theme(self.memory.theme)
        self.first_experiment = Experiment.load(DEFAULT_EXPERIMENT) if experiment is None else experiment
        self.session = Session(engine=engine)
        self.views = Views(self)
        self.settings_panel, self.runs_panel, self.timeline = SettingsPanel(), RunsPanel(), Timeline()
        self.status = Status()
        self.setStatusBar(self.status)
        self.actions_ = Actions(self)
        self.files = Files(self)
        self._dialog: RunDialog | None = None
        self._has_begun = False
        self._has_sizes = False
        self._speed_chosen = False
        self._select_next: int | None = run_to_look_at(self.first_experiment)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MILLISECONDS)
        self._timer.timeout.connect(self.tick)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._draw_at_rest)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect_session()
        self._connect_panels()
        self._connect_actions()
        self._recall()
        self.session.experiment = self.first_experiment
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
        """Show another experiment, paused at its start."""
        self._speed_chosen = False
        self._select_next = run_to_look_at(experiment)
        self.session.load(experiment)
        self._awake()

    def add_run(self, new: NewRun) -> None:
        """Add a run from the start, or fork one. Raises BadInputError."""
        origin = self.session.experiment.runs[new.origin].training
        run = edits.new_run(origin, new.name, new.rule, new.learning_rate, new.momentum)
        edited = edits.with_run_added(self.session.experiment, run)  # refuses what is not allowed
        if new.epochs is None:
            self.session.edit(partial(edits.with_run_added, run=edited.runs[-1]))
        else:
            now = self.session.settings[new.origin]
            change = Change(
                0,
                rule=None if new.rule == now.rule else new.rule,
                learning_rate=None if new.learning_rate == now.learning_rate else new.learning_rate,
                momentum=None if new.momentum == now.momentum else new.momentum,
            )
            self.session.fork(new.origin, new.epochs, new.name, change)
        self._select_next = len(edited.runs) - 1
        self._awake()

    def remove_run(self, run: int) -> None:
        """Remove a run. Raises BadInputError for the last one."""
        self.session.edit(partial(edits.with_run_removed, run=run))
        self._awake()

    def set_theme(self, mode: str) -> None:
        """Take on a theme, and remember it."""
        self.memory.theme = mode
        theme.set_theme(mode)

    @Slot()
    def tick(self) -> None:
        """Take in what the worker delivered and redraw what is out of date; at rest, stop ticking."""
        anything = self.session.take()
        if anything:
            self.runs_panel.model.refresh()
            self._show_standing()
        left = self.views.draw()
        if not (anything or left or self.session.state is State.RUNNING):
            self._timer.stop()
            self._rest.start()

    @Slot()
    def _draw_at_rest(self) -> None:
        """Draw once more: at rest, views take the time for a finer picture."""
        if not self._timer.isActive():
            self.views.mark()
            while self.views.draw():
                pass

    # Building.

    def _lay_out(self) -> None:
        # From the outside in: a widget with its children that gets a parent has all its styles worked out anew.
        whole = QSplitter(Qt.Orientation.Horizontal)
        self.setCentralWidget(whole)
        whole.addWidget(self.settings_panel)
        middle = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(middle)
        plots = QSplitter(Qt.Orientation.Horizontal)
        middle.addWidget(plots)
        areas = self.views.areas
        plots.addWidget(areas["centre"])
        right = QSplitter(Qt.Orientation.Vertical)
        plots.addWidget(right)
        right.addWidget(areas["upper"])
        right.addWidget(areas["lower"])
        below = QWidget()
        middle.addWidget(below)
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        column.addWidget(self.runs_panel, 1)
        for area in areas.values():
            area.setMinimumSize(200, 140)
        plots.setStretchFactor(0, 5)
        plots.setStretchFactor(1, 4)
        middle.setStretchFactor(0, 1)
        middle.setStretchFactor(1, 0)
        whole.setStretchFactor(0, 0)
        whole.setStretchFactor(1, 1)
        self._splitters = {"whole": whole, "middle": middle, "plots": plots, "right": right}
        for splitter in self._splitters.values():
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(7)
        self.resize(1440, 900)

    def _connect_session(self) -> None:
        session = self.session
        session.woken.connect(self._awake)
        session.began.connect(self._begin)
        session.settings_changed.connect(self._show_run_settings)
        session.entered.connect(self._enter)
        session.refused.connect(self._refuse)
        session.failed.connect(self._fail)
        session.closed.connect(self.close)
        theme.notifier.changed.connect(self._apply_theme)

    def _connect_panels(self) -> None:
        self.settings_panel.edited.connect(self._edit)
        self.settings_panel.run_edited.connect(self._edit_run)
        self.settings_panel.file_wanted.connect(self.files.choose_data)
        self.runs_panel.selected.connect(self._select)
        self.runs_panel.visible_changed.connect(self.views.set_visible_runs)
        self.runs_panel.visible_changed.connect(self._awake)
        self.runs_panel.edited.connect(self._edit_cell)
        self.runs_panel.renamed.connect(self._rename)
        self.runs_panel.wanted.connect(self._want)
        self.timeline.moment_chosen.connect(self._show_moment)
        self.timeline.return_wanted.connect(self.session.seek)
        self.timeline.fork_wanted.connect(self._fork_at)
        self.views.made.connect(self._connect_view)
        for area in self.views.areas.values():
            area.menu_wanted.connect(self.files.show_plot_menu)
            area.currentChanged.connect(self._awake)

    def _connect_actions(self) -> None:
        actions, files = self.actions_, self.files
        wanted: dict[str, Callable[[], Any]] = {
            "run": self._toggle,
            "step": self._step,
            "step_epoch": self._step_epoch,
            "back": self._step_back,
            "back_epoch": self._step_back_epoch,
            "reset": self._reset,
            "add": self._want_add,
            "fork": self._want_fork,
            "remove": self._want_remove,
            "open": files.choose_experiment,
            "save": files.choose_save,
            "export_log": files.choose_log,
            "export_plot": files.choose_plot,
            "export_data": files.choose_plot_data,
            "quit": self.close,
        }
        for name, slot in wanted.items():
            actions[name].triggered.connect(slot)
        actions.examples.aboutToShow.connect(files.list_examples)
        actions.examples.triggered.connect(files.open_example)
        actions.themes.triggered.connect(self._choose_theme)
        actions.theme_button.clicked.connect(self._switch_theme)
        actions.log_axis.toggled.connect(self._set_log_axis)
        actions.hints.toggled.connect(self._set_hints)
        actions.keys.triggered.connect(self._show_keys)
        actions.about.triggered.connect(self._show_about)
        actions.speed.changed.connect(self._set_speed)

    def _recall(self) -> None:
        """Take on what is remembered."""
        self.actions_.show_theme(theme.mode())
        self.actions_.hints.setChecked(self.memory.hints)
        for name, section in self.settings_panel.sections.items():
            section.set_folded(self.memory.folded(name))
        if geometry := self.memory.bytes_of("geometry"):
            self.restoreGeometry(geometry)

    def _remember(self) -> None:
        self.memory.keep_bytes("geometry", self.saveGeometry())
        for name, splitter in self._splitters.items():
            self.memory.keep_bytes(f"splitter/{name}", splitter.saveState())
        for name, section in self.settings_panel.sections.items():
            self.memory.keep_folded(name, section.folded)

    # What the session tells.

    @Slot()
    def _awake(self) -> None:
        """There is something to take in or to draw: tick until there is nothing more."""
        if not self._timer.isActive() and self._has_begun:
            self._timer.start()

    @Slot(object, object)
    def _begin(self, setup: Setup, record: Record) -> None:
        selected = self.selected if self._select_next is None else self._select_next
        self._select_next = None
        selected = min(selected, len(record.runs) - 1)
        self.runs_panel.set_settings(self.session.settings)
        self.runs_panel.set_record(record, selected)
        self.timeline.show_present()
        self.views.begin(setup, record, selected, tuple(self.runs_panel.model.visible))
        self.settings_panel.show_setup(setup)
        self._show_settings(selected)
        self._show_title()
        self._close_dialog()
        if not self._speed_chosen:
            upe = record.latest.runs[0].updates_per_epoch
            speed = fitting_speed(max(run.training.epochs for run in self.session.experiment.runs) * upe)
            self.actions_.speed.set_speed(speed)
            self.session.pace.updates_per_second = self.actions_.speed.speed
        self._show_standing()

    @Slot(object, str)
    def _enter(self, state: State, text: str) -> None:
        self.status.show_state(state)
        self.actions_.show_running(state is State.RUNNING)
        if text:
            self.status.say(text, stays=state is State.PREPARING)
        elif self.status.is_staying:
            self.status.clear()

    @Slot(str, str)
    def _refuse(self, text: str, origin: str) -> None:
        self.status.say(text, problem=True)
        self.settings_panel.set_problem(origin, text)
        if self._dialog is not None:
            self._dialog.set_problem(text)

    @Slot(str)
    def _fail(self, text: str) -> None:
        self.status.say(text, problem=True)

    # What the user asks for.

    @Slot()
    def _toggle(self) -> None:
        self.timeline.show_present()
        self.session.toggle()
        self._awake()

    @Slot()
    def _step(self) -> None:
        self.timeline.show_present()
        self.session.step()

    @Slot()
    def _step_epoch(self) -> None:
        self.timeline.show_present()
        self.session.step_epoch()

    @Slot()
    def _step_back(self) -> None:
        self.timeline.show_present()
        self.session.step_back()

    @Slot()
    def _step_back_epoch(self) -> None:
        self.timeline.show_present()
        self.session.step_back_epoch()

    @Slot()
    def _reset(self) -> None:
        self.timeline.show_present()
        self.session.reset()

    @Slot(float)
    def _set_speed(self, updates_per_second: float) -> None:
        self._speed_chosen = True
        self.session.pace.updates_per_second = updates_per_second

    @Slot(dict, str)
    def _edit(self, settings: dict[str, dict[str, Any]], section: str) -> None:
        keeps_place = list(settings) == ["training"] and set(settings["training"]) <= set(KEEPS_PLACE)
        edit = partial(edits.with_settings, settings=settings)
        try:
            if keeps_place:
                self.session.edit(edit, section)
            else:
                self.session.load(edit(self.session.experiment), section)
        except BadInputError as error:
            self._refuse(str(error), section)
        self._awake()

    @Slot(str, object, bool)
    def _edit_run(self, key: str, value: Any, every: bool) -> None:
        runs = tuple(range(len(self.session.settings))) if every else (self.selected,)
        self._change(runs, key, value, "rule")

    @Slot(int, str, object)
    def _edit_cell(self, run: int, key: str, value: Any) -> None:
        self._change((run,), key, value, "rule")

    def _change(self, runs: tuple[int, ...], key: str, value: Any, origin: str) -> None:
        try:
            self.session.change(runs, **{key: value}, origin=origin)
        except BadInputError as error:
            self._refuse(str(error), origin)
        else:
            self.settings_panel.set_problem(origin, "")
        self._awake()

    @Slot(int, str)
    def _rename(self, run: int, name: str) -> None:
        try:
            self.session.edit(partial(edits.with_run, run=run, name=name), "runs")
        except BadInputError as error:
            self._refuse(str(error), "runs")
        self._awake()

    @Slot(int)
    def _select(self, run: int) -> None:
        self.views.set_selected(run)
        self.settings_panel.training.show_experiment(self.session.experiment, run)
        self._show_run_settings()
        self._show_standing()
        self._awake()

    @Slot(object)
    def _show_moment(self, epochs: float | None) -> None:
        if epochs is not None and self.session.state is State.RUNNING:
            self.session.pause()
        self.views.set_moment(epochs)
        self.runs_panel.model.set_moment(epochs)
        self._awake()

    @Slot(str)
    def _want(self, what: str) -> None:
        {"add": self._want_add, "fork": self._want_fork, "remove": self._want_remove}[what]()

    @Slot()
    def _want_add(self) -> None:
        self._show_dialog(None)

    @Slot()
    def _want_fork(self) -> None:
        moment = self.timeline.moment
        self._fork_at(self.session.record.latest.epochs if moment is None and self.session.record else moment or 0.0)

    @Slot(float)
    def _fork_at(self, epochs: float) -> None:
        self._show_dialog(epochs)

    @Slot()
    def _want_remove(self) -> None:
        try:
            self.remove_run(self.selected)
        except BadInputError as error:
            self._refuse(str(error), "runs")

    def _show_dialog(self, epochs: float | None) -> None:
        if not self.session.settings:
            return
        run = self.selected
        origin = self.session.experiment.runs[run]
        name = edits.free_name(self.session.experiment, origin.name)
        self._dialog = RunDialog(self, name, self.session.settings[run], run, epochs, origin.name)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.chosen.connect(self._add_chosen)
        self._dialog.finished.connect(self._forget_dialog)
        self._dialog.open()

    @Slot(object)
    def _add_chosen(self, new: NewRun) -> None:
        try:
            self.add_run(new)
        except BadInputError as error:
            self._refuse(str(error), "runs")

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()

    @Slot()
    def _forget_dialog(self) -> None:
        self._dialog = None

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
        self.runs_panel.hint.setVisible(shown)

    @Slot()
    def _show_keys(self) -> None:
        keys_and_mouse(self)

    @Slot()
    def _show_about(self) -> None:
        about(self, self.session.engine)

    # What views ask for.

    @Slot(QWidget)
    def _connect_view(self, view: QWidget) -> None:
        """Connect the signals that a view may have."""
        slots = {
            "start_chosen": self._start_chosen,
            "weight_edited": self._edit_weight,
            "weight_followed": self._follow,
            "run_wanted": self._add_cell,
            "settings_wanted": self._use_settings,
        }
        for name, slot in slots.items():
            if (signal := getattr(view, name, None)) is not None:
                signal.connect(slot)

    @Slot(object, bool)
    def _start_chosen(self, weights: dict[str, float], selected_only: bool) -> None:
        runs = (self.selected,) if selected_only else tuple(range(len(self.session.settings)))
        try:
            self.session.set_start(runs, dict(weights))
        except BadInputError as error:
            self._refuse(str(error), "surface")
        self._awake()

    @Slot(str, float, float)
    def _add_cell(self, rule: str, learning_rate: float, momentum: float) -> None:
        """A cell of a sweep becomes a run."""
        name = f"{RULES[rule].title} {learning_rate:.3g}, {momentum:.3g}"
        name = edits.free_name(self.session.experiment, name)
        self._add_chosen(NewRun(name, rule, learning_rate, momentum, self.selected, None))

    @Slot(str, float, float)
    def _use_settings(self, rule: str, learning_rate: float, momentum: float) -> None:
        """The answer of a sweep is used for the selected run."""
        try:
            self.session.change((self.selected,), rule=rule, learning_rate=learning_rate, momentum=momentum)
        except BadInputError as error:
            self._refuse(str(error), "rule")
        self._awake()

    @Slot(str, float)
    def _edit_weight(self, name: str, value: float) -> None:
        self.session.set_weights(self.selected, {name: value})

    @Slot(str)
    def _follow(self, name: str) -> None:
        for view in self.views.existing:
            if cast(object, view) is not self.sender() and (follow := getattr(view, "follow", None)) is not None:
                follow(name)

    # What is shown.

    def _show_settings(self, selected: int) -> None:
        self.settings_panel.show_experiment(self.session.experiment, selected)
        self._show_run_settings()

    @Slot()
    def _show_run_settings(self) -> None:
        session = self.session
        runs = session.experiment.runs
        settings = session.settings or [run.training for run in runs]
        run = min(self.selected, len(settings) - 1)
        self.runs_panel.set_settings(settings)
        self.settings_panel.show_run(run, runs[run].name, settings[run], alone=len(settings) == 1)

    def _show_standing(self) -> None:
        record = self.session.record
        if record is None:
            return
        run = record.latest.runs[min(self.selected, len(record.runs) - 1)]
        limit = self.session.experiment.runs[min(self.selected, len(record.runs) - 1)].training.epochs
        self.timeline.set_end(record.latest.epochs)
        speed = self.session.updates_per_second
        self.status.show_standing(run.epochs, limit, speed, run.error, self.session.engine)

    def _show_title(self) -> None:
        experiment = self.session.experiment
        title = experiment.title or experiment.problem.dataset or experiment.problem.surface or ""
        self.setWindowTitle(f"{Path(title).stem if not experiment.title else title} – Momentum GUI")

    @Slot()
    def _apply_theme(self) -> None:
        self.actions_.apply_theme()
        self.actions_.show_theme(theme.mode())
        self.settings_panel.apply_theme()
        self.runs_panel.apply_theme()
        self.timeline.apply_theme()
        self.views.apply_theme()
        self._awake()

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
            self.session.load(self.first_experiment)
            self._awake()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous() and not self._has_sizes:
            self._has_sizes = True
            self._size_areas()

    def _size_areas(self) -> None:
        """Share out the window's size, as it was left or as fits."""
        states = {name: self.memory.bytes_of(f"splitter/{name}") for name in self._splitters}
        known = {name: splitter for name, splitter in self._splitters.items() if states[name]}
        if known and all(splitter.restoreState(states[name]) for name, splitter in known.items()):
            return
        width, height = self.width(), self._splitters["whole"].height()
        left = max(self.settings_panel.minimumWidth(), min(360, width // 5))
        runs = len(self.first_experiment.runs)
        below = self.timeline.sizeHint().height() + self.runs_panel.height_for(
            min(max(runs, 3), 6 if height > 800 else 4)
        )
        self._splitters["whole"].setSizes([left, width - left])
        self._splitters["middle"].setSizes([height - below, below])
        self._splitters["plots"].setSizes([(width - left) * 14 // 25, (width - left) * 11 // 25])
        self._splitters["right"].setSizes([(height - below) * 11 // 20, (height - below) * 9 // 20])

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
        self.files.close()
        if self.session.is_closed:
            super().closeEvent(event)
            return
        self.session.close()
        event.ignore()


def run_to_look_at(experiment: Experiment) -> int:
    """The run that is selected at first: one with momentum, if there is one."""
    momenta = [RULES[run.training.rule].coefficients(run.training.momentum).b for run in experiment.runs]
    return next((number for number, momentum in enumerate(momenta) if momentum), 0)
