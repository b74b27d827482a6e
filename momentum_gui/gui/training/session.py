"""One training as the window sees it: orders go to the worker, and what it delivers becomes the window's state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as replaced
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from momentum_gui.gui.state import Activity, ShownTraining, StateStore, WindowState
from momentum_gui.gui.training.commands import (
    AddRun,
    BringBack,
    ChangeSettings,
    Command,
    EditSettings,
    ForkRun,
    Look,
    Open,
    Pause,
    RemoveOwnRule,
    RemoveRun,
    RenameRun,
    Reset,
    Seek,
    SetOwnRule,
    SetSchedule,
    SetStart,
    SetWeights,
    Start,
    StepEpoch,
    StepUpdates,
    Tell,
)
from momentum_gui.gui.training.deliveries import (
    Advanced,
    Answered,
    Began,
    Delivery,
    Entered,
    Failed,
    Refused,
    Restarted,
    Rewound,
    TrainingSnapshot,
)
from momentum_gui.gui.training.history import History, Step
from momentum_gui.gui.training.open_orders import OpenOrders, carried_over
from momentum_gui.gui.training.pace import Pace
from momentum_gui.gui.training.speedometer import Speedometer
from momentum_gui.gui.training.worker_thread import WorkerThread
from momentum_gui.lab.experiment import Experiment, Run
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.settings import Moment, OwnRule, SettingsChange, Training, Velocity
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame, RunFrame
from momentum_gui.lab.training.replay import Missed


class Session(QObject):
    """Owns the worker and its thread, and keeps the training's part of the window's state.

    Commands that change the experiment hold at once in `state.experiment`, before the worker has carried them out; what
    it refuses is taken back, and what was asked for after that stays. What the worker delivers is taken in by `take`,
    which the window calls from its timer; `woken` says that there is something to take.
    """

    woken = Signal()
    began = Signal(object)  # another training is shown; the commands that led to it
    extended = Signal()  # the record has grown, or was wound back
    entered = Signal(object, str, bool)  # Activity, a word to the user, whether it stays
    set_aside = Signal()  # a training that has begun ends; undone, it comes back
    refused = Signal(str, str)  # what is wrong, and which part of the window had asked
    failed = Signal(str, str)  # what went wrong, and its details
    closed = Signal()

    def __init__(
        self, experiment: Experiment | None = None, *, engine: str = "auto", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        accepted = Experiment() if experiment is None else replace(experiment, session=None)
        self.store = StateStore(accepted, self)
        self.engine_asked = engine
        self.pace = Pace()
        self.history = History(self._repeat, self)
        self._open = OpenOrders(accepted)
        self._wanted_look: tuple[int, float] | None = None
        self._looking: tuple[int, float] | None = None
        self._speed = Speedometer()
        self._thread = WorkerThread(self.pace, engine, self)
        self._thread.progress.connect(self.woken)
        self._thread.closed.connect(self.closed)
        self._mailbox = self._thread.mailbox

    # What is shown now.

    @property
    def now(self) -> WindowState:
        """The window's state."""
        return self.store.current

    @property
    def experiment(self) -> Experiment:
        """What Reset starts: the newest settings that were asked for."""
        return self.now.experiment

    @property
    def setup(self) -> Setup | None:
        """The set-up of the training shown."""
        return self.now.setup

    @property
    def record(self) -> Record | None:
        """The record of the training shown."""
        return self.now.record

    @property
    def settings(self) -> tuple[Training, ...]:
        """The settings of each run's next update."""
        return self.now.settings

    @property
    def state(self) -> Activity:
        """What the worker does."""
        return self.now.activity

    @property
    def engine(self) -> str:
        """The engine of the training shown; empty before the first."""
        return "" if self.now.training is None else self.now.training.engine

    @property
    def updates_per_second(self) -> float:
        """The speed of the last second, in updates of every run; 0 while not running."""
        return self._speed.updates_per_second if self.state is Activity.RUNNING else 0.0

    @property
    def waiting(self) -> tuple[Delivery, ...]:
        """What the worker has delivered and nobody has taken in yet."""
        return self._mailbox.waiting

    # Orders.

    def load(self, experiment: Experiment, origin: str = "file", selected: int = 0) -> None:
        """Set up an experiment, paused at its start, a saved session where it was; refused with one line if wrong."""
        moment = experiment.session
        position, hidden = (0, ()) if moment is None else (moment.position, tuple(moment.hidden))
        self._edit(Open(replace(experiment, session=None), position, selected, hidden), origin)

    def edit_settings(self, settings: dict[str, dict[str, Any]], origin: str) -> None:
        """Change settings of all runs; the training starts again where numbers depend on them. Raises BadInputError."""
        self._edit(EditSettings(settings), origin)

    def run(self) -> None:
        """Train on; from the start again where all runs have ended."""
        self._ask(Start())

    def pause(self) -> None:
        """Stop training for now."""
        self._ask(Pause())

    def toggle(self) -> None:
        """Run, or pause."""
        if self.state is Activity.RUNNING:
            self.pause()
        else:
            self.run()

    def step(self, updates: int = 1) -> None:
        """Do this many updates and pause."""
        self._ask(StepUpdates(updates))

    def step_back(self, updates: int = 1) -> None:
        """Undo this many updates and pause."""
        self._ask(StepUpdates(-updates))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch and pause."""
        self._ask(StepEpoch())

    def step_back_epoch(self) -> None:
        """Go back to the end of the epoch before and pause."""
        self._ask(StepEpoch(back=True))

    def seek(self, epochs: float) -> None:
        """Go back to a moment and pause; what came after is trained again when going on."""
        if self.record is not None:
            self._ask(Seek(round(epochs * self.record.latest.items_per_epoch)))

    def reset(self) -> None:
        """Go back to the start and pause, with the settings as they are now."""
        self._edit(Reset(), "")

    def change(
        self,
        runs: tuple[int, ...],
        *,
        rule: str | None = None,
        learning_rate: float | None = None,
        momentum: float | None = None,
        velocity: Velocity = "keep",
        origin: str = "rule",
    ) -> None:
        """Change these runs' settings from their next update on. Raises BadInputError; nothing is changed then.

        `velocity` says whether a new rate keeps the stored step or rescales it.
        """
        if (kept := self._open.numbers_of(runs)) is None:
            return
        command = ChangeSettings(kept, rule, learning_rate, momentum, velocity)
        self._edit(command, origin)

    def set_weights(self, run: int, weights: dict[str, float]) -> None:
        """Give weights of a run other values from here on."""
        if (kept := self._open.numbers_of((run,))) is None or self.record is None or self.setup is None:
            return
        names, latest = self.setup.weight_names, self.record.runs[run].latest.weights
        before = {name: float(latest[names.index(name)]) for name in weights if name in names}
        self._edit(SetWeights(kept[0], dict(weights), before), "weights")

    def set_start(self, runs: tuple[int, ...], weights: dict[str, float]) -> None:
        """Let these runs start from other weights, and go there. Raises BadInputError."""
        if (kept := self._open.numbers_of(runs)) is not None:
            self._edit(SetStart(kept, dict(weights)), "start")

    def set_schedule(self, runs: tuple[int, ...], key: str, value: dict[str, Any]) -> None:
        """Give these runs another schedule of rate or momentum, and start again. Raises BadInputError."""
        if (kept := self._open.numbers_of(runs)) is not None:
            self._edit(SetSchedule(kept, key, value), "rule")

    def set_own_rule(self, own: OwnRule, replaces: str | None = None, runs: tuple[int, ...] = ()) -> None:
        """Add a rule of one's own, or put it in the place of another, and let runs follow it. Raises BadInputError."""
        if (kept := self._open.numbers_of(runs)) is not None:
            self._edit(SetOwnRule(own, replaces, kept), "own rule")

    def remove_own_rule(self, rule: str) -> None:
        """Remove a rule of one's own. Raises BadInputError while a run follows it."""
        self._edit(RemoveOwnRule(rule), "own rule")

    def add_run(self, run: Run) -> None:
        """Add a run, trained at once to where the others are. Raises BadInputError."""
        self._edit(AddRun(run), "runs")

    def fork(self, run: int, epochs: float, name: str, change: SettingsChange) -> None:
        """Let a new run part from another at a moment, under other settings. Raises BadInputError."""
        if self.record is None or (kept := self._open.numbers_of((run,))) is None:
            return
        latest = self.record.runs[run].latest
        update = min(round(epochs * latest.updates_per_epoch), latest.update)
        self._edit(ForkRun(kept[0], update, name, change), "runs")

    def remove_run(self, run: int) -> None:
        """Remove a run. Raises BadInputError for the last one."""
        if (kept := self._open.numbers_of((run,))) is not None:
            self._edit(RemoveRun(kept[0]), "runs")

    def rename_run(self, run: int, name: str) -> None:
        """Give a run another name. Raises BadInputError."""
        if (kept := self._open.numbers_of((run,))) is not None:
            self._edit(RenameRun(kept[0], name), "runs")

    def ask_experiment(self, then: Callable[[Experiment], None]) -> None:
        """Call `then` with the experiment so far, every change made on the way included."""
        self._ask(Tell(), "file", then)

    def as_saved(self, experiment: Experiment) -> Experiment:
        """Return the experiment so far with where it is: opened again, it shows the same moment."""
        now = self.now
        assert now.record is not None
        assert now.run is not None
        moment = Moment(now.record.latest.position, now.run.name, now.hidden_names)
        return replace(experiment, session=moment)

    def look(self, run: int, epochs: float) -> None:
        """Have the updates that led to a past moment replayed into the run's record, if that is quickly done.

        One moment is looked at a time; of those wanted meanwhile only the newest. Where another order cuts a look
        short, nothing is found.
        """
        self._wanted_look = (run, epochs) if (run, epochs) != self._looking else None
        if self._looking is None:
            self._look_now()

    def close(self) -> None:
        """Let the worker end; `closed` is emitted when it has. Doing so twice is harmless."""
        self._mailbox.close()

    @property
    def is_closing(self) -> bool:
        """Whether the worker was told to end."""
        return self._mailbox.closed

    @property
    def is_closed(self) -> bool:
        """Whether the worker and its thread have ended."""
        return self._thread.is_closed

    # Asking.

    def _ask(self, command: Command, origin: str = "", then: Callable[[Any], None] | None = None) -> int:
        """Give an order. Raises BadInputError, with nothing ordered, where the command is refused at once."""
        order = self._open.add(command, origin, then)
        self._show_experiment()
        self._mailbox.order(order)
        return order.number

    def _edit(self, command: Command, origin: str) -> None:
        """Give an order that can be undone. Raises BadInputError.

        Where it ends a training that has begun, that is trained again when the order is undone.
        """
        newest = self._open.newest
        inverse = command.inverse(newest)
        command.applied(newest)
        if command.restarts and self.record is not None and self.record.latest.position > 0:
            inverse = inverse or (self._brought_back(newest, newest),)
            self._keep_training()
        elif isinstance(command, Open) and self.history.undo_text:
            inverse = (self._brought_back(newest, newest),)
        elif isinstance(command, Open):
            self.history.clear()
        number = self._ask(command, origin)
        self._show_change(command)
        if inverse:
            self.history.add(Step(command, inverse, number))

    def _keep_training(self) -> None:
        """Have the next order's step bring back what has been trained until that order, once the worker has told."""

        def amend(trained: Experiment) -> None:
            self.history.amend(number + 1, (self._brought_back(self._open.accepted, trained),))

        number = self._ask(Tell(), "undo", amend)
        self.set_aside.emit()

    def _brought_back(self, experiment: Experiment, trained: Experiment) -> BringBack:
        """Return the command that sets up again what is shown now, and an experiment for Reset."""
        now = self.now
        position = 0 if now.record is None else now.record.latest.position
        return BringBack(experiment, position, now.selected, tuple(now.hidden_names), trained)

    def _repeat(self, command: Command) -> None:
        """Give an order of the history."""
        self._ask(command, "undo")
        self._show_change(command)

    def _show_change(self, command: Command) -> None:
        """Show changed rates at once, before the worker has answered."""
        training = self.now.training
        if not isinstance(command, ChangeSettings) or training is None:
            return
        settings = list(training.settings)
        for run in command.runs:
            if run < len(settings):
                settings[run] = replace(settings[run], **command.values)
        self.store.update(training=replaced(training, settings=tuple(settings)))

    def _show_experiment(self) -> None:
        self.store.update(experiment=self._open.newest_of_runs)

    def _look_now(self) -> None:
        if self._wanted_look is None or self.record is None:
            return
        (run, epochs), self._wanted_look = self._wanted_look, None
        record = self.record
        if run >= len(record.runs) or (kept := self._open.numbers_of((run,))) is None:
            return
        self._looking = (run, epochs)

        def take(found: RunFrame | Missed) -> None:
            self._looking = None
            if record is self.record and found is not Missed.ABANDONED:
                record.look_at(run, epochs, found if isinstance(found, RunFrame) else None)
                self.extended.emit()
            self._look_now()

        self._ask(Look(kept[0], round(epochs * record.latest.items_per_epoch)), "look", take)

    # What the worker delivers.

    def take(self) -> bool:
        """Take in all that the worker has delivered; whether there was anything."""
        deliveries = self._mailbox.take()
        for delivery in deliveries:
            self._take_in(delivery)
        return bool(deliveries)

    def _take_in(self, delivery: Delivery) -> None:
        match delivery:
            case Began(setup, snapshot, engine):
                self._begin(setup, snapshot, engine)
            case Restarted(setup, snapshot, engine):
                self._restart(setup, snapshot, engine)
            case Advanced(snapshot):
                if self._extend(snapshot, Record.extend):
                    self._speed.count(snapshot.frame.updates_done)
            case Rewound(snapshot):
                self._extend(snapshot, Record.rewind)
            case Entered(activity, text, stays):
                self._speed.clear()
                self.store.update(activity=activity)
                self.entered.emit(activity, text, stays)
            case Refused(text, order):
                self.history.drop(order)
                origin = next((asked.origin for asked in self._open.answered(order) if asked.order.number == order), "")
                self._take_back()
                self.refused.emit(text, origin)
            case Failed(text, details, order):
                self._open.answered(order)
                self._looking = None
                self._take_back()
                self.failed.emit(text, details)
            case Answered(answer, order):
                for asked in self._open.answered(order):
                    if asked.order.number == order and asked.then is not None:
                        asked.then(answer)

    def _begin(self, setup: Setup, snapshot: TrainingSnapshot, engine: str) -> None:
        """Show another training: runs that are still there stay selected, and hidden, as they were."""
        before = self.now
        done = [asked.order.command for asked in self._open.accept(snapshot)]
        record = Record(snapshot.frame)
        selected, visible = carried_over(before, done, snapshot.experiment, [run.name for run in record.runs])
        self.store.update(
            experiment=self._open.newest_of_runs,
            training=ShownTraining(snapshot.training, setup, record, engine, snapshot.settings),
            selected=selected,
            visible=visible,
            moment=None,
        )
        self.began.emit(tuple(done))

    def _restart(self, setup: Setup, snapshot: TrainingSnapshot, engine: str) -> None:
        """Show the same runs at their start again."""
        training = self.now.training
        if training is None:
            return
        self._open.accept(snapshot)
        training.record.restart(snapshot.frame)
        settings = self._open.settings_to_show(training.settings, snapshot)
        restarted = ShownTraining(snapshot.training, setup, training.record, engine, settings)
        self.store.update(experiment=self._open.newest_of_runs, training=restarted, moment=None)
        self.extended.emit()

    def _extend(self, snapshot: TrainingSnapshot, extend: Callable[[Record, Frame], None]) -> bool:
        """Take in where the training is; whether it is the one shown."""
        training = self.now.training
        if training is None or training.number != snapshot.training:
            return False
        extend(training.record, snapshot.frame)
        if self._open.accept(snapshot):
            self._show_experiment()
        settings = self._open.settings_to_show(training.settings, snapshot)
        if settings != training.settings:
            training = replaced(training, settings=settings)
        moment = self.now.moment
        if moment is not None and moment >= training.record.latest.epochs:
            moment = None
        self.store.update(training=training, moment=moment)
        self.extended.emit()
        return True

    def _take_back(self) -> None:
        """Show again what holds without an order that was not carried out."""
        training, settings = self.now.training, self._open.settings_taken_back
        if training is not None and settings is not None:
            self.store.update(training=replaced(training, settings=settings))
        self._show_experiment()
