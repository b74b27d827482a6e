"""The worker: it owns the trainer, trains in short chunks on a thread of its own, and carries out orders in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from momentum_gui.engine.interface import choose
from momentum_gui.gui.state import Activity
from momentum_gui.gui.training.commands import (
    KEEPS_PLACE,
    AddRun,
    BringBack,
    ChangeSettings,
    Command,
    EditSettings,
    ForkRun,
    Look,
    Open,
    Order,
    Pause,
    RemoveOwnRule,
    RemoveRun,
    RenameRun,
    Reset,
    Restore,
    RunEdit,
    Seek,
    SetOwnRule,
    SetSchedule,
    SetStart,
    SetWeights,
    Start,
    StepEpoch,
    StepUpdates,
    Tell,
    UseCompiledEngine,
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
from momentum_gui.gui.training.engine_warm_up import EngineWarmUp
from momentum_gui.gui.training.failure import details_of, one_line
from momentum_gui.gui.training.pace import ChunkTimer, Pace
from momentum_gui.gui.training.queue import Mailbox
from momentum_gui.gui.training.thread_priority import give_way, own_time, short_turns
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, Run, edits
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame, RunFrame
from momentum_gui.lab.training.replay import Missed, look

if TYPE_CHECKING:
    from momentum_gui.lab.training.trainer import Trainer

LOOK_SECONDS = 0.3
"""A look at a past update is given up where it takes longer."""
SETTLE_SECONDS = 10.0
"""How long an order waits for a replay to catch up with the place where the training was."""


class Worker(QObject):
    """Trains while it runs, and carries out what the window orders; all of it in the worker's thread.

    `progress` says that deliveries wait in the mailbox; it is emitted only when the mailbox was empty, so that a busy
    window is not buried in signals. `finished` is emitted once, at the end, whatever happens.
    """

    progress = Signal()
    finished = Signal()

    def __init__(self, mailbox: Mailbox, pace: Pace, engine: str = "auto") -> None:
        super().__init__()
        self._mailbox = mailbox
        self._chunks = ChunkTimer(pace)
        self._warm_up = EngineWarmUp(engine, self._order_engine)
        self._experiment = Experiment()  # what Reset starts
        self._trainer: Trainer | None = None
        self._training = 0  # the number of the training
        self._order = 0  # the number of the last order
        self._activity = Activity.READY
        self._running = False
        self._removed: dict[str, Run] = {}  # runs that were removed, as they were trained
        self._goal: int | None = None  # the position that the training is replayed to
        self._keeps_place = False  # whether the goal is where the window believes the training to be

    @Slot()
    def run(self) -> None:
        """Serve until the mailbox is closed."""
        try:
            give_way()
            while not self._mailbox.closed:
                self._serve()
        except BaseException as error:
            self._deliver(Failed(one_line(error), details_of(error), self._order))
        finally:
            short_turns.let_be(self)
            self._warm_up.end()
            self.finished.emit()

    def _serve(self) -> None:
        """Carry out the next order, or train a chunk."""
        order = self._mailbox.next_order(self._wakes_at())
        try:
            if order is not None:
                if order.command.waits:
                    self._catch_up()
                self._order = max(self._order, order.number)
                self._carry_out(order.command)
            elif self._active and not self._mailbox.closed:
                self._train()
        except BadInputError as error:
            self._deliver(Refused(one_line(error), self._order))
        except Exception as error:
            self._pause()
            self._goal = None
            self._deliver(Failed(one_line(error), details_of(error), self._order))
            self._enter(self._resting)

    # Orders.

    def _carry_out(self, command: Command) -> None:
        match command:
            case BringBack(trained=trained):
                self._load(command.applied(self._experiment), command.position, trained)
            case Open():
                self._load(command.applied(self._experiment), command.position)
            case EditSettings() if not command.keeps_place:
                self._load(command.applied(self._experiment))
            case SetOwnRule(replaces=replaces, runs=runs) if replaces or runs:
                self._load(command.applied(self._experiment))
            case EditSettings() | AddRun() | ForkRun() | RemoveRun() | RenameRun() | SetOwnRule() | RemoveOwnRule():
                self._edit(command)
            case Restore(experiment, keeps_place):
                self._restore(experiment, keeps_place=keeps_place)
            case SetStart() | SetSchedule():
                self._begin_again(command.applied(self._experiment))
            case Reset():
                self._begin_again(self._experiment)
            case ChangeSettings():
                self._change(command)
            case SetWeights(run, weights):
                self._set_weights(run, dict(weights))
            case Start():
                self._start()
            case Pause():
                self._pause()
                self._enter(self._resting)
            case StepUpdates(updates) if updates < 0:
                self._rest_and(lambda trainer: Rewound(self._snapshot(trainer.step_back(-updates))))
            case StepUpdates(updates):
                self._rest_and(lambda trainer: Advanced(self._snapshot(trainer.advance(updates))))
            case StepEpoch(back=True):
                self._rest_and(lambda trainer: Rewound(self._snapshot(trainer.seek(epoch_before(trainer)))))
            case StepEpoch():
                self._rest_and(lambda trainer: Advanced(self._snapshot(trainer.advance_epochs(1))))
            case Seek(position):
                self._rest_and(lambda trainer: Rewound(self._snapshot(trainer.seek(position))))
            case Tell():
                if self._trainer is not None:
                    self._deliver(Answered(self._trainer.experiment_so_far(), self._order))
            case Look(run, position):
                self._look(run, position)
            case UseCompiledEngine(compiled):
                self._use_compiled_engine(compiled=compiled)
            case _:
                raise TypeError(f"{type(command).__name__} is no command of the worker's")

    def _load(self, experiment: Experiment, position: int = 0, trained: Experiment | None = None) -> None:
        """Set up an experiment, paused at its start or replayed to a position; if refused, the one before stays.

        `trained` is what is replayed where Reset is to start another: the experiment without changes on the way.
        """
        so_far = experiment if trained is None else trained
        trainer = begun(so_far, self._warm_up.engine, self._setup_for(so_far))
        self._pause()
        self._goal, self._keeps_place = None, False
        self._take_on(trainer, experiment)
        self._enter(Activity.READY)
        if self._warm_up.is_needed:
            self._prepare_engine()
        self._goal = position or None

    def _edit(self, command: EditSettings | RunEdit | SetOwnRule | RemoveOwnRule) -> None:
        """Edit the runs, or what alters no number, without losing the place.

        The new training is replayed at full speed to where the old one was; the same numbers come out.
        """
        old = self._trainer
        if old is None:
            return
        before = old.experiment_so_far()
        so_far = command.applied(before)
        if isinstance(command, RemoveRun):
            self._removed[before.runs[command.run].name] = before.runs[command.run]
        if isinstance(command, AddRun) and command.number is not None:  # one that comes back, with its changes
            back = self._removed.get(command.run.name, command.run)
            so_far = AddRun(back, command.number).applied(before)
        if isinstance(command, ForkRun):  # its changes so far are known to the training alone
            experiment = edits.with_run_added(self._experiment, so_far.runs[-1])
        else:
            experiment = command.applied(self._experiment)
        trainer = begun(so_far, old.engine.name, self._setup_for(so_far))
        self._take_on(trainer, experiment)
        self._keep_place(old.position)

    def _restore(self, experiment: Experiment, *, keeps_place: bool) -> None:
        """Go back to settings that were there before."""
        old = self._trainer
        if old is None or not keeps_place:
            self._load(experiment)
            return
        trained = old.experiment_so_far()
        kept = {key: getattr(experiment.training, key) for key in KEEPS_PLACE}
        so_far = edits.with_settings(trained, {"training": kept})
        self._take_on(begun(so_far, old.engine.name, self._setup_for(so_far)), experiment)
        self._keep_place(old.position)

    def _change(self, command: ChangeSettings) -> None:
        """Change settings from the next update on; at the start, begin with them."""
        trainer = self._trainer
        if trainer is None:
            return
        experiment = command.applied(self._experiment)
        if trainer.position == 0:
            self._restart(experiment, experiment)
            return
        for run in command.runs:
            trainer.change(run, **command.values, velocity=command.velocity)
        self._experiment = experiment
        self._deliver(Advanced(self._snapshot(trainer.seek(trainer.position))))

    def _set_weights(self, run: int, weights: dict[str, float]) -> None:
        trainer = self._trainer
        if trainer is not None:
            trainer.change(run, weights=weights)
            # The state itself moves: what was recorded of this moment no longer holds.
            self._deliver(Rewound(self._snapshot(trainer.seek(trainer.position))))

    def _start(self) -> None:
        if self._trainer is None:
            return
        if self._trainer.finished:
            self._restart(self._experiment, self._experiment)
        self._running = True
        self._chunks.begin()
        short_turns.want(self)
        self._enter(Activity.RUNNING)

    def _begin_again(self, experiment: Experiment) -> None:
        """Go back to the start with the same runs, under settings that need no new set-up."""
        if self._trainer is not None:
            self._restart(experiment, experiment)
            self._pause()
            self._enter(Activity.READY)

    def _look(self, run: int, position: int) -> None:
        found: RunFrame | Missed = Missed.ABANDONED
        if self._trainer is not None and not self._active:
            found = look(self._trainer, run, position, LOOK_SECONDS, lambda: self._mailbox.has_orders)
        self._deliver(Answered(found, self._order))

    def _rest_and(self, act: Callable[[Trainer], Delivery]) -> None:
        if self._trainer is not None:
            self._pause()
            self._goal = None
            self._deliver(act(self._trainer))
            self._enter(self._resting)

    # Training.

    @property
    def _active(self) -> bool:
        return self._running or self._goal is not None

    @property
    def _resting(self) -> Activity:
        trainer = self._trainer
        if trainer is None or trainer.position == 0:
            return Activity.READY
        return Activity.FINISHED if trainer.finished else Activity.PAUSED

    def _wakes_at(self) -> float | None:
        """When there is something to do besides orders: at once, at the next update due, or (None) never."""
        if not self._active:
            return None
        return time.monotonic() if self._goal is not None else self._chunks.due_at()

    def _train(self) -> None:
        """Train one chunk: at most what the pace asks for, and what fits into the time of a chunk."""
        trainer = self._trainer
        assert trainer is not None
        if self._goal is None and (updates := self._chunks.updates_due()) == 0:
            return
        self._mailbox.wait_for_room()
        before, began = trainer.updates_done, own_time()
        if self._goal is not None:
            batch = min(group.task.batch_size for group in trainer.groups)
            frame = trainer.advance_to(min(self._goal, trainer.position + self._chunks.limit * batch))
        else:
            frame = trainer.advance(min(updates, self._chunks.limit))
        self._chunks.learn(trainer.updates_done - before, own_time() - began)
        self._deliver(Advanced(self._snapshot(frame)))
        if self._goal is not None and (trainer.position >= self._goal or trainer.finished):
            self._goal = None
            self._chunks.begin()
            if not (self._running or trainer.finished):
                self._enter(self._resting)
        if trainer.finished:
            self._pause()
            self._enter(Activity.FINISHED)

    def _keep_place(self, position: int) -> None:
        """Replay a new training to where another was, or was to be replayed to."""
        self._goal = position if self._goal is None else max(self._goal, position)
        self._keeps_place = True

    def _catch_up(self) -> None:
        """Finish a replay, so that the training is where the window believes it to be."""
        until = time.monotonic() + SETTLE_SECONDS
        while self._goal is not None and self._keeps_place and time.monotonic() < until and not self._mailbox.closed:
            self._train()

    def _pause(self) -> None:
        self._running = False
        short_turns.let_be(self)

    def _take_on(self, trainer: Trainer, experiment: Experiment) -> None:
        """Train something else from now on."""
        self._trainer, self._experiment = trainer, experiment
        self._training += 1
        self._chunks.forget()
        self._deliver(Began(trainer.setup, self._snapshot(trainer.first_frame()), trainer.engine.name))

    def _restart(self, experiment: Experiment, trained: Experiment) -> None:
        """Stand at the start of `trained`, while Reset starts `experiment`."""
        assert self._trainer is not None
        self._trainer = begun(trained, self._warm_up.engine, self._setup_for(trained))
        self._experiment = experiment
        self._training += 1
        self._goal, self._keeps_place = None, False
        snapshot = self._snapshot(self._trainer.first_frame())
        self._deliver(Restarted(self._trainer.setup, snapshot, self._trainer.engine.name))

    def _setup_for(self, experiment: Experiment) -> Setup:
        """Return the set-up of an experiment; data and network are taken over where they are the same."""
        old = None if self._trainer is None else self._trainer.setup
        if old is None:
            return Setup.of(experiment)
        before = old.experiment
        if (before.problem, before.network) != (experiment.problem, experiment.network):
            return Setup.of(experiment)
        setup = replace(old, experiment=experiment)
        for run in experiment.runs:
            setup.initial_weights(run)
        return setup

    def _snapshot(self, frame: Frame) -> TrainingSnapshot:
        assert self._trainer is not None
        settings = tuple(self._trainer.settings(run) for run in range(len(frame.runs)))
        return TrainingSnapshot(self._training, frame, settings, self._experiment, self._order)

    # The engine.

    def _prepare_engine(self) -> None:
        """Have the compiled engine ready: now, or the first time in a while, as NumPy trains."""
        if self._warm_up.compile_if_new():
            self._enter(self._activity)
            return
        self._enter(Activity.PREPARING, "Preparing the compiled engine …", stays=True)
        text = self._warm_up.load()
        self._restart(self._experiment, self._experiment)
        self._enter(Activity.READY, text)

    def _order_engine(self, compiled: bool) -> None:
        self._mailbox.order(Order(0, UseCompiledEngine(compiled)))

    def _use_compiled_engine(self, *, compiled: bool) -> None:
        """Train with the compiled engine from now on, and replay with it what was trained so far.

        So no run is trained by two engines. Where the compilation failed, NumPy goes on; the next start tries again.
        """
        if not compiled:
            self._enter(self._activity, self._warm_up.give_up())
            return
        text = self._warm_up.load()
        old = self._trainer
        if old is None or old.engine.name == choose(self._warm_up.engine).name:
            self._enter(self._activity, text)
            return
        position, goal, keeps_place = old.position, self._goal, self._keeps_place
        self._restart(self._experiment, old.experiment_so_far())
        if goal is not None and not keeps_place:
            self._goal = goal
        elif position:
            self._goal = goal
            self._keep_place(position)
        self._enter(self._activity, text or "The compiled engine trains now.")

    # Deliveries.

    def _enter(self, activity: Activity, text: str = "", *, stays: bool = False) -> None:
        self._activity = activity
        if not text and (word := self._warm_up.word):
            text, stays = word, True
        self._deliver(Entered(activity, text, stays))

    def _deliver(self, delivery: Delivery) -> None:
        if self._mailbox.deliver(delivery):
            self.progress.emit()


def begun(experiment: Experiment, engine: str, setup: Setup) -> Trainer:
    """Return a training at its start; what it takes is loaded here, when the window has been painted."""
    from momentum_gui.lab.training.trainer import Trainer

    return Trainer(experiment, engine, setup)


def epoch_before(trainer: Trainer) -> int:
    """Return the position of the last whole epoch before the present."""
    return max(0, -(-trainer.position // trainer.items_per_epoch) - 1) * trainer.items_per_epoch
