"""One training as the window sees it: asks the worker, takes in what it delivers, and keeps record and settings."""

from __future__ import annotations

import itertools
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import shiboken6
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from momentum_gui.gui.training.mailbox import (
    Advanced,
    Answered,
    Began,
    Command,
    Delivery,
    Entered,
    Failed,
    Mailbox,
    Order,
    Pace,
    Refused,
    Restarted,
    Rewound,
    Standing,
    State,
)
from momentum_gui.gui.training.worker import Worker
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.recording.record import Record
from momentum_gui.lab.settings import Change, Training
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame, RunFrame
from momentum_gui.lab.training.replay import Missed

SPEED_SECONDS = 1.0
"""Over how long the updates per second are counted."""


@dataclass(frozen=True)
class Asked:
    """What was asked of the worker: by whom, and what to do with the answer."""

    origin: str
    then: Callable[[Any], None] | None = None


class Session(QObject):
    """Owns the worker and its thread; everything here runs in the window's thread.

    `experiment` is what Reset starts again: the settings as they stand now. `record` is the history so far. `settings`
    are those of each run's next update. What the worker delivers is taken in by `take`, which the window calls from
    its timer; `woken` says that there is something to take.
    """

    woken = Signal()
    began = Signal(object, object)  # Setup, Record
    setup_changed = Signal(object)  # the same problem and network, under another experiment
    extended = Signal()
    settings_changed = Signal()
    entered = Signal(object, str, bool)  # State, a word to the user, whether it stays
    refused = Signal(str, str)  # what is wrong, and who had asked
    failed = Signal(str)
    closed = Signal()

    def __init__(self, *, engine: str = "auto", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.experiment = Experiment()
        self.setup: Setup | None = None
        self.record: Record | None = None
        self.settings: list[Training] = []
        self.engine = ""
        self.engine_asked = engine
        self.state = State.READY
        self.pace = Pace()
        self._asked: dict[int, Asked] = {}
        self._look: tuple[int, float] | None = None  # what is to be looked at: run and epochs
        self._looking: tuple[int, float] | None = None  # what the worker looks at now
        self._numbers = itertools.count(1)
        self._last_change = 0
        self._speed: deque[tuple[float, int]] = deque()
        self._mailbox = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("worker")
        self._worker: Worker | None = Worker(self._mailbox, self.pace, engine)
        self._worker.moveToThread(self._thread)
        self._worker.progress.connect(self._wake)
        self._thread.started.connect(self._worker.run)
        # At once, in the worker's thread: the window's may be waiting for it, and then handles no signals.
        self._worker.finished.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._thread.finished.connect(self._end)
        # A thread that still runs when its object goes takes the whole program with it.
        weakref.finalize(self, end_thread, self._mailbox, self._thread)
        self._thread.start()

    # What the window asks for.

    def load(self, experiment: Experiment, origin: str = "file") -> None:
        """Set up an experiment, paused at its start, a saved session where it stood; refused with one line if wrong."""
        position = 0 if experiment.session is None else experiment.session.position
        plain = replace(experiment, session=None)
        self._ask(lambda worker: worker.load(plain, position), origin)

    def run(self) -> None:
        """Train on; from the start again where all runs have ended."""
        if self.state is State.FINISHED:
            self.reset()
        self._ask(lambda worker: worker.start())

    def pause(self) -> None:
        """Stop training for now."""
        self._ask(lambda worker: worker.pause())

    def toggle(self) -> None:
        """Run, or pause."""
        if self.state is State.RUNNING:
            self.pause()
        else:
            self.run()

    def step(self, updates: int = 1) -> None:
        """Do this many updates and pause."""
        self._ask(lambda worker: worker.step(updates))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch and pause."""
        self._ask(lambda worker: worker.step_epoch())

    def step_back(self, updates: int = 1) -> None:
        """Undo this many updates and pause."""
        self._ask(lambda worker: worker.step_back(updates))

    def step_back_epoch(self) -> None:
        """Go back to the end of the epoch before and pause."""
        self._ask(lambda worker: worker.step_back_epoch())

    def seek(self, epochs: float) -> None:
        """Wind time back to a moment and pause; what came after is trained anew when going on."""
        if self.record is not None:
            position = round(epochs * self.record.latest.items_per_epoch)
            self._ask(lambda worker: worker.seek(position))

    def reset(self) -> None:
        """Stand at the start again, paused, with the settings as they are now."""
        experiment = self.experiment
        self._ask(lambda worker: worker.restart(experiment))

    def change(
        self,
        runs: tuple[int, ...],
        *,
        rule: str | None = None,
        learning_rate: float | None = None,
        momentum: float | None = None,
        origin: str = "rule",
    ) -> None:
        """Change these runs' settings from their next update on. Raises BadInputError; nothing is changed then."""
        experiment = self.experiment
        for run in runs:
            experiment = edits.with_run(experiment, run, rule, learning_rate, momentum)
        self.experiment = experiment
        given = {"rule": rule, "learning_rate": learning_rate, "momentum": momentum}
        values = {key: value for key, value in given.items() if value is not None}
        for run in runs:
            self.settings[run] = replace(self.settings[run], **values)
            command = partial(Worker.change, run=run, rule=rule, learning_rate=learning_rate, momentum=momentum)
            self._last_change = self._ask(command, origin)
        self.settings_changed.emit()

    def set_weights(self, run: int, weights: dict[str, float]) -> None:
        """Give weights of a run other values from here on."""
        given = dict(weights)
        self._ask(lambda worker: worker.change(run, weights=given), "weights")

    def set_start(self, runs: tuple[int, ...], weights: dict[str, float]) -> None:
        """Let these runs start from other weights, and stand there. Raises BadInputError."""
        experiment = self.experiment
        if experiment.problem.surface is not None and len(runs) == len(experiment.runs):
            place = [weights["x"], weights["y"]]
            experiment = edits.with_settings(experiment, {"problem": {"start": place}, "training": {"start": None}})
            self.experiment = experiment
            self._ask(lambda worker: worker.restart(experiment), "start")
            return
        for run in runs:
            start = {**experiment.runs[run].training.start, **weights}
            experiment = edits.with_run(experiment, run, start=start)
        self.experiment = experiment
        self._ask(lambda worker: worker.restart(experiment), "start")

    def edit(self, edit: edits.Edit, origin: str = "runs") -> None:
        """Edit the list of runs, or what alters no number, without losing the place. Raises BadInputError."""
        edited = edit(self.experiment)

        def adopt(_: Any) -> None:
            self.experiment = edited

        self._ask(lambda worker: worker.edit(edit), origin, adopt)

    def fork(self, run: int, epochs: float, name: str, change: Change) -> None:
        """Let a new run part from another at a moment, going on under other settings."""
        assert self.record is not None
        latest = self.record.runs[run].latest
        update = min(round(epochs * latest.updates_per_epoch), latest.update)

        def adopt(so_far: Experiment) -> None:
            self.experiment = edits.with_run_added(self.experiment, so_far.runs[-1])

        self._ask(
            lambda worker: worker.edit(lambda experiment: edits.with_fork(experiment, run, update, name, change)),
            "runs",
            adopt,
        )

    def ask_experiment(self, then: Callable[[Experiment], None]) -> None:
        """Call `then` with the experiment so far, every change made on the way included."""
        self._ask(lambda worker: worker.tell(), "file", then)

    def look(self, run: int, epochs: float) -> None:
        """Have the updates that led to a past moment trained again into the run's record, if that is quickly done.

        One is looked at a time; of those wanted meanwhile only the newest. Where another order cuts a look short,
        nothing is found.
        """
        self._look = (run, epochs) if (run, epochs) != self._looking else None
        if self._looking is None:
            self._look_now()

    def _look_now(self) -> None:
        if self._look is None or self.record is None:
            return
        (run, epochs), self._look = self._look, None
        self._looking, record = (run, epochs), self.record
        position = round(epochs * record.latest.items_per_epoch)

        def take(found: RunFrame | Missed) -> None:
            self._looking = None
            if record is self.record and found is not Missed.ABANDONED:
                record.look_at(run, epochs, found if isinstance(found, RunFrame) else None)
                self.extended.emit()
            self._look_now()

        self._ask(lambda worker: worker.look(run, position), "look", take)

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
        return self._worker is None

    @property
    def updates_per_second(self) -> float:
        """The speed of the last second, in updates of every run; 0 while not running."""
        if self.state is not State.RUNNING or len(self._speed) < 2:
            return 0.0
        (began, before), (now, updates) = self._speed[0], self._speed[-1]
        return (updates - before) / (now - began) if now > began else 0.0

    # What the worker delivers.

    def take(self) -> bool:
        """Take in all that the worker has delivered; whether there was anything."""
        deliveries = self._mailbox.take()
        for delivery in deliveries:
            self._take_in(delivery)
        return bool(deliveries)

    def _take_in(self, delivery: Delivery) -> None:
        match delivery:
            case Began():
                self._begin(delivery)
            case Restarted(standing, engine, setup):
                self.engine, self.setup = engine, setup
                self.setup_changed.emit(setup)
                self._stand(standing, restart)
            case Advanced(standing):
                self._stand(standing, Record.extend)
                self._count(standing.frame)
            case Rewound(standing):
                self._stand(standing, Record.rewind)
            case Entered(state, text, stays):
                self.state = state
                self._speed.clear()
                self.entered.emit(state, text, stays)
            case Refused(text, order):
                self.refused.emit(text, self._asked_as(order).origin)
            case Failed(text):
                self._looking = None
                self.failed.emit(text)
            case Answered(answer, order):
                if (then := self._asked_as(order).then) is not None:
                    then(answer)

    def _begin(self, delivery: Began) -> None:
        self.setup, self.engine = delivery.setup, delivery.engine
        self.record = Record(delivery.standing.frame)
        asked = self._asked_as(delivery.standing.order)
        if delivery.position_kept and asked.then is not None:
            asked.then(delivery.experiment)
        else:
            self.experiment = delivery.experiment
        self.settings = list(delivery.standing.settings)
        self.began.emit(self.setup, self.record)
        self.settings_changed.emit()

    def _stand(self, standing: Standing, record_it: Callable[[Record, Frame], None]) -> None:
        if self.record is None:
            return
        record_it(self.record, standing.frame)
        settings = list(standing.settings)
        if standing.order >= self._last_change and settings != self.settings:
            self.settings = settings
            self.settings_changed.emit()
        self.extended.emit()

    def _count(self, frame: Frame) -> None:
        now = time.monotonic()
        self._speed.append((now, frame.updates_done))
        while now - self._speed[0][0] > SPEED_SECONDS and len(self._speed) > 2:
            self._speed.popleft()

    def _ask(self, command: Command, origin: str = "", then: Callable[[Any], None] | None = None) -> int:
        number = next(self._numbers)
        if origin:
            self._asked[number] = Asked(origin, then)
        self._mailbox.order(Order(command, number))
        return number

    def _asked_as(self, order: int) -> Asked:
        # Orders are carried out in sequence: whatever is older has been dealt with, without a word.
        for old in [number for number in self._asked if number < order]:
            del self._asked[old]
        return self._asked.pop(order, Asked(""))

    @Slot(object)
    def _wake(self, _delivery: object) -> None:
        self.woken.emit()

    @Slot()
    def _end(self) -> None:
        """The thread has ended: let go of it and of the worker."""
        self._thread.wait()
        if self._worker is not None:
            self._worker.deleteLater()
            self._worker = None
            self._thread.deleteLater()
            self.closed.emit()


def end_thread(mailbox: Mailbox, thread: QThread) -> None:
    """Let the worker end and wait for it: for sessions that go, or are left at the program's end, without `close`."""
    if shiboken6.isValid(thread):
        mailbox.close()
        thread.wait()


def restart(record: Record, frame: Frame) -> None:
    """Let a record stand at its start again: the first rows give way to those of the frame."""
    record.rewind(frame)
    for run in record.runs:
        run.measures.rewind(-1.0)
        run.path.rewind(-1.0)
        run.events.clear()
        run.diverged_at, run.looked_at = None, None
    record.extend(frame)
