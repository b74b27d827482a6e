"""The worker: it owns the Trainer, trains in short chunks on a thread of its own, and obeys commands in between."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from momentum_gui.engine.interface import choose
from momentum_gui.gui.training.mailbox import (
    FULL_SPEED,
    Advanced,
    Answered,
    Began,
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
from momentum_gui.gui.training.thread_priority import give_way, own_time, short_turns
from momentum_gui.lab.errors import BadInputError
from momentum_gui.lab.experiment import Experiment, edits
from momentum_gui.lab.setup import Setup
from momentum_gui.lab.training.frame import Frame, RunFrame
from momentum_gui.lab.training.replay import Missed, look

if TYPE_CHECKING:
    from momentum_gui.engine.compiled.warm_up import Compilation
    from momentum_gui.lab.training.trainer import Trainer

CHUNK_SECONDS = 0.015
"""How long a chunk of training is meant to take: short enough to answer at once, long enough to cost little. In
processor time: waits would make chunks look long and therefore shorter and shorter, until all time is waited for."""
LOOK_SECONDS = 0.3
"""A look at a past update is given up where it takes longer."""
COMPILING = "The engine is compiled for this computer, once; until that is done NumPy trains, which is slower"
SETTLE_SECONDS = 10.0
"""An order that needs the place where a training stood waits so long until it stands there again, and no longer."""
NAP_SECONDS = 0.05
"""The longest sleep at a slow pace, so that a change of pace is noticed."""


class Worker(QObject):
    """Carries out commands and, while running, trains; all its methods but `run` are called by commands, in its thread.

    `progress` says that deliveries wait in the mailbox, and carries what was delivered first; it is emitted only when
    the mailbox was empty, so that a busy window is not buried in signals. `finished` is emitted once, at the end,
    whatever happens.
    """

    progress = Signal(object)
    finished = Signal()

    def __init__(self, mailbox: Mailbox, pace: Pace, engine: str = "auto") -> None:
        super().__init__()
        self._mailbox, self._pace, self._engine = mailbox, pace, engine
        self._trainer: Trainer | None = None
        self._state = State.READY
        self._running = False
        self._order = 0
        self._goal: int | None = None
        self._keeps_place = False  # whether the goal is where the window believes the training to stand
        self._limit = 1.0  # updates that fit into a chunk, as far as is known
        self._last = 0.0  # when the last chunk at a slow pace was due
        self._prepared = engine == "numpy" or importlib.util.find_spec("numba") is None
        self._trouble = ""
        self._compilation: Compilation | None = None
        self._waiting: threading.Thread | None = None  # for the compilation

    @Slot()
    def run(self) -> None:
        """Serve until the mailbox is closed."""
        try:
            give_way()
            self._serve()
        except BaseException as error:
            self._deliver(Failed(one_line(error)))
        finally:
            short_turns.let_be(self)
            self._end_compilation()
            self.finished.emit()

    # What commands ask for.

    def load(self, experiment: Experiment, position: int = 0) -> None:
        """Set up an experiment, paused at its start or trained to a position; if refused, the one before stays."""
        trainer = begun(experiment, self._engine_now, self._setup_for(experiment))
        self._pause()
        self._take_on(trainer)
        self._enter(State.READY)
        if not self._prepared and self._compilation is None:
            self._prepare()
        self._goal = position or None

    def start(self) -> None:
        """Train on, unless all runs have ended."""
        if self._trainer is None or self._trainer.finished:
            return
        self._running = True
        self._last = time.monotonic()
        short_turns.want(self)
        self._enter(State.RUNNING)

    def pause(self) -> None:
        """Stop training for now."""
        self._pause()
        self._enter(self._resting_state())

    def step(self, updates: int) -> None:
        """Do this many updates and rest."""
        self._rest_and(lambda trainer: Advanced(self._standing(trainer.advance(updates))))

    def step_epoch(self) -> None:
        """Go on to the end of the epoch under way, and rest."""
        self._rest_and(lambda trainer: Advanced(self._standing(trainer.advance_epochs(1))))

    def step_back(self, updates: int) -> None:
        """Undo this many updates and rest."""
        self._rest_and(lambda trainer: Rewound(self._standing(trainer.step_back(updates))))

    def step_back_epoch(self) -> None:
        """Go back to the end of the last whole epoch, and rest."""
        self._rest_and(lambda trainer: Rewound(self._standing(trainer.seek(epoch_before(trainer)))))

    def seek(self, position: int) -> None:
        """Wind time to a position, and rest."""
        self._rest_and(lambda trainer: Rewound(self._standing(trainer.seek(position))))

    def change(
        self,
        run: int,
        rule: str | None = None,
        learning_rate: float | None = None,
        momentum: float | None = None,
        weights: dict[str, float] | None = None,
    ) -> None:
        """Change a run's settings or weights from its next update on, without a restart."""
        self._settle()
        if self._trainer is None:
            return
        if self._trainer.position == 0 and not weights:
            experiment = edits.with_run(self._trainer.experiment, run, rule, learning_rate, momentum)
            self._restart(experiment)
            return
        self._trainer.change(run, rule=rule, learning_rate=learning_rate, momentum=momentum, weights=weights)
        standing = self._standing(self._trainer.seek(self._trainer.position))
        # An edited weight moves the state itself: what was recorded of this moment no longer holds.
        self._deliver(Rewound(standing) if weights else Advanced(standing))

    def restart(self, experiment: Experiment) -> None:
        """Stand at the start again with the same runs, under settings that need no new set-up."""
        self._restart(experiment)
        self._pause()
        self._enter(State.READY)

    def edit(self, edit: edits.Edit) -> None:
        """Change the list of runs, or settings that alter no number, without losing the place.

        The new training is trained to where the old one stood, at full speed; the same numbers come out.
        """
        old = self._trainer
        if old is None:
            return
        experiment = edit(old.experiment_so_far())
        trainer = begun(experiment, old.engine.name, self._setup_for(experiment))
        self._take_on(trainer, position_kept=True)
        self._keep_place(old.position)

    def tell(self) -> None:
        """Answer with the experiment so far: training that again gives the same rows."""
        self._settle()
        assert self._trainer is not None
        self._deliver(Answered(self._trainer.experiment_so_far(), self._order))

    def look(self, run: int, position: int) -> None:
        """Answer with the run's frame after its last update at or before a position, or with why it is `Missed`."""
        found: RunFrame | Missed = Missed.ABANDONED
        if self._trainer is not None and not self._active:
            found = look(self._trainer, run, position, LOOK_SECONDS, lambda: self._mailbox.has_orders)
        self._deliver(Answered(found, self._order))

    # How it goes about it.

    def _serve(self) -> None:
        while not self._mailbox.closed:
            order = self._mailbox.next_order(self._wakes_at())
            try:
                if order is not None:
                    self._order = max(self._order, order.number)
                    order.command(self)
                elif self._active and not self._mailbox.closed:
                    self._train()
            except BadInputError as error:
                self._deliver(Refused(one_line(error), self._order))
            except Exception as error:
                self._pause()
                self._goal = None
                self._deliver(Failed(one_line(error)))
                self._enter(self._resting_state())

    @property
    def _active(self) -> bool:
        return self._running or self._goal is not None

    def _wakes_at(self) -> float | None:
        """When there is something to do besides commands: at once, at the next update due, or (None) never."""
        if not self._active:
            return None
        now = time.monotonic()
        if self._goal is not None or self._pace.updates_per_second == FULL_SPEED:
            return now
        due = self._last + max(1 / self._pace.updates_per_second, CHUNK_SECONDS)
        return min(due, now + NAP_SECONDS)

    def _train(self) -> None:
        """One chunk: at most what the pace asks for, and what fits into the time of a chunk."""
        trainer = self._trainer
        assert trainer is not None
        if self._goal is None and (updates := self._updates_due()) == 0:
            return
        self._mailbox.wait_for_room()
        before, began = trainer.updates_done, own_time()
        if self._goal is not None:
            batch = min(group.task.batch_size for group in trainer.groups)
            frame = trainer.advance_to(min(self._goal, trainer.position + int(self._limit) * batch))
        else:
            frame = trainer.advance(min(updates, int(self._limit)))
        self._learn_limit(trainer.updates_done - before, own_time() - began)
        self._deliver(Advanced(self._standing(frame)))
        if self._goal is not None and (trainer.position >= self._goal or trainer.finished):
            self._goal = None
            self._last = time.monotonic()
            if not (self._running or trainer.finished):
                self._enter(self._resting_state())
        if trainer.finished:
            self._pause()
            self._enter(State.FINISHED)

    def _updates_due(self) -> int:
        """The updates that the pace asks for by now; what could not be done in time is not made up for."""
        pace, now = self._pace.updates_per_second, time.monotonic()
        if pace == FULL_SPEED:
            return sys.maxsize
        due = int((now - self._last) * pace)
        if due > 0:
            self._last += due / pace
            if due > self._limit:
                self._last = now
        return due

    def _learn_limit(self, updates: int, seconds: float) -> None:
        """Take the speed just seen for the size of the next chunk, growing by at most four times."""
        fits = updates / max(seconds, 1e-6) * CHUNK_SECONDS
        self._limit = max(1.0, min(fits, 4 * self._limit))

    def _keep_place(self, position: int) -> None:
        """Train a new training to where another stood, or was to be trained to."""
        self._goal = position if self._goal is None else max(self._goal, position)
        self._keeps_place = True

    def _settle(self) -> None:
        """Stand where the window believes the training to stand, where it is being trained again."""
        until = time.monotonic() + SETTLE_SECONDS
        while self._goal is not None and self._keeps_place and time.monotonic() < until and not self._mailbox.closed:
            self._train()

    def _rest_and(self, act: Callable[[Trainer], Delivery]) -> None:
        self._settle()
        if self._trainer is None:
            return
        self._pause()
        self._goal = None
        self._deliver(act(self._trainer))
        self._enter(self._resting_state())

    def _pause(self) -> None:
        self._running = False
        short_turns.let_be(self)

    def _resting_state(self) -> State:
        trainer = self._trainer
        if trainer is None or trainer.position == 0:
            return State.READY
        return State.FINISHED if trainer.finished else State.PAUSED

    def _restart(self, experiment: Experiment) -> None:
        assert self._trainer is not None
        self._trainer = begun(experiment, self._engine_now, self._setup_for(experiment))
        self._goal = None
        self._keeps_place = False
        standing = self._standing(self._trainer.first_frame())
        self._deliver(Restarted(standing, self._trainer.engine.name, self._trainer.setup))

    def _take_on(self, trainer: Trainer, *, position_kept: bool = False) -> None:
        self._trainer = trainer
        self._limit = 1.0
        if not position_kept:
            self._goal, self._keeps_place = None, False
        standing = self._standing(trainer.first_frame())
        self._deliver(Began(trainer.experiment, trainer.setup, standing, trainer.engine.name, position_kept))

    def _standing(self, frame: Frame) -> Standing:
        assert self._trainer is not None
        settings = tuple(self._trainer.settings(run) for run in range(len(frame.runs)))
        return Standing(frame, settings, self._order)

    def _setup_for(self, experiment: Experiment) -> Setup:
        """The set-up of an experiment; data and network are taken over where they are the same."""
        old = self._trainer.setup if self._trainer is not None else None
        same = old is not None and (old.experiment.problem, old.experiment.network) == (
            experiment.problem,
            experiment.network,
        )
        if old is None or not same:
            return Setup.of(experiment)
        setup = replace(old, experiment=experiment)
        for run in experiment.runs:
            setup.initial_weights(run)
        return setup

    @property
    def _engine_now(self) -> str:
        """The engine that a training begins with."""
        return self._engine if self._prepared else "numpy"

    def _prepare(self) -> None:
        """Have the compiled engine ready: now, or the first time in some twenty seconds, while NumPy trains."""
        with contextlib.suppress(Exception):  # a numba that cannot be loaded is told of below
            from momentum_gui.engine.compiled import warm_up as compiled_start

            if compiled_start.is_first_time():
                self._compilation = compiled_start.Compilation()
                self._waiting = threading.Thread(target=self._wait_for_compilation, name="compilation")
                self._waiting.start()
                self._enter(self._state)
                return
        self._enter(State.PREPARING, "Preparing the compiled engine …", stays=True)
        text = self._load_engine()
        assert self._trainer is not None
        self._restart(self._trainer.experiment)
        self._enter(State.READY, text)

    def _wait_for_compilation(self) -> None:
        """Wait for the compilation, in a thread of its own, and have its result taken over."""
        assert self._compilation is not None
        done = self._compilation.wait()
        self._mailbox.order(Order(lambda worker: worker._take_over(done=done), 0))

    def _take_over(self, *, done: bool) -> None:
        """Train with the compiled engine from now on: what was trained so far is trained again, in a moment.

        So that no run is of two engines. Where the compilation went wrong, NumPy goes on; the next start tries again.
        """
        if not done:
            if self._engine == "compiled":
                self._prepared = True
                raise RuntimeError("the engine could not be compiled")
            self._without("it could not be compiled")
            self._enter(self._state, self._trouble)
            return
        text = self._load_engine()
        old = self._trainer
        if old is None or old.engine.name == choose(self._engine).name:
            self._enter(self._state, text)
            return
        position, experiment = old.position, old.experiment_so_far()
        goal, keeps_place = self._goal, self._keeps_place
        self._restart(experiment)
        if goal is not None and not keeps_place:
            self._goal = goal
        elif position:
            self._goal = goal
            self._keep_place(position)
        self._enter(self._state, text or "The compiled engine trains now.")

    def _load_engine(self) -> str:
        """Load the compiled engine, and compile what is missing; what there is to say, if it cannot be used."""
        try:
            warm_up = getattr(choose(self._engine), "warm_up", None)
            if warm_up is not None:
                warm_up()
        except Exception as error:
            if self._engine == "compiled":
                raise
            self._without(one_line(error))
            return self._trouble
        self._prepared = True
        return ""

    def _without(self, why: str) -> None:
        """Let NumPy train for good."""
        self._engine, self._prepared = "numpy", True
        self._trouble = f"The compiled engine cannot be used, NumPy trains instead: {why}"

    def _end_compilation(self) -> None:
        if self._compilation is not None and self._waiting is not None:
            self._compilation.cancel()
            self._waiting.join()

    def _enter(self, state: State, text: str = "", *, stays: bool = False) -> None:
        self._state = state
        if not text and self._compilation is not None and not self._prepared:
            text, stays = COMPILING, True
        self._deliver(Entered(state, text, stays))

    def _deliver(self, delivery: Delivery) -> None:
        if self._mailbox.deliver(delivery):
            self.progress.emit(delivery)


def begun(experiment: Experiment, engine: str, setup: Setup) -> Trainer:
    """A training at its start; what it takes is loaded here, when the window has been painted."""
    from momentum_gui.lab.training.trainer import Trainer

    return Trainer(experiment, engine, setup)


def epoch_before(trainer: Trainer) -> int:
    """The position of the last whole epoch that lies before the present."""
    return max(0, -(-trainer.position // trainer.items_per_epoch) - 1) * trainer.items_per_epoch


def one_line(error: BaseException) -> str:
    """An error as one line for a person."""
    text = " ".join(str(error).split())
    if isinstance(error, BadInputError):
        return text
    if isinstance(error, MemoryError):
        return "There is not enough memory for this."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
