"""A sweep in a thread of its own, started and steered from the window, which looks at what has come when it likes."""

from __future__ import annotations

import threading
from functools import lru_cache

from PySide6.QtCore import QObject, Qt, Signal, Slot

from momentum_gui.gui.training.thread_priority import standing_back
from momentum_gui.lab.experiment import Experiment
from momentum_gui.lab.sweep.confirming.confirmation import Confirmation
from momentum_gui.lab.sweep.confirming.confirmer import Confirmer
from momentum_gui.lab.sweep.grid import Grid
from momentum_gui.lab.sweep.runner import Progress, Sweep
from momentum_gui.lab.sweep.table import SweepTable


class SweepJob:
    """One sweep: its table, filled under `lock`, and how it is steered, from any thread.

    `version` grows with each block that is in the table, and with the confirmation, by `measure`. What was asked before
    the sweep was set up holds from then on.
    """

    def __init__(self, experiment: Experiment, grid: Grid, engine: str = "auto", measure: str = "error") -> None:
        self.experiment, self.grid, self.engine, self.measure = experiment, grid, engine, measure
        self.confirmation: Confirmation | None = None
        self.table = SweepTable.empty(grid)
        self.lock = threading.Lock()
        self.version = 0
        self.cancelled = False
        self.paused = False
        self._steering = threading.Lock()
        self._sweep: Sweep | None = None
        self._confirmer: Confirmer | None = None

    @property
    def confirming(self) -> bool:
        """Whether the grid is done and its answer is being confirmed."""
        return self._confirmer is not None and self.confirmation is None

    @property
    def progress(self) -> Progress:
        """How far the grid is, or the confirmation that is under way."""
        if self.confirming and self._confirmer is not None and not self.cancelled:
            return self._confirmer.progress()
        sweep = self._sweep
        return Progress(0, self.grid.runs, 0.0, 0.0, None) if sweep is None else sweep.progress()

    def pause(self, paused: bool) -> None:
        """Wait, or go on."""
        with self._steering:
            self.paused = paused
            if self._sweep is not None:
                (self._sweep.pause if paused else self._sweep.resume)()
            if self._confirmer is not None:
                self._confirmer.pause(paused)

    def cancel(self) -> None:
        """End it; what is done stays in the table."""
        with self._steering:
            self.cancelled = True
            if self._sweep is not None:
                self._sweep.cancel()
            if self._confirmer is not None:
                self._confirmer.cancel()

    def train(self) -> None:
        """Train the grid and confirm its answer, until both are done or cancelled. Raises what the sweep raises."""
        sweep = Sweep(self.experiment, self.grid, engine=self.engine)
        with self._steering:
            self._sweep = sweep
            if self.cancelled:
                return
            if self.paused:
                sweep.pause()
        for result in sweep.results():
            with self.lock:
                self.table.fill(result)
                self.version += 1
        if not self.cancelled:
            self._confirm(sweep)

    def _confirm(self, sweep: Sweep) -> None:
        confirmer = Confirmer(sweep, self.measure)
        with self._steering:
            if self.cancelled:
                return
            confirmer.pause(self.paused)
            self._confirmer = confirmer
        found = confirmer.run()
        with self.lock:
            self.confirmation = found
            self.version += 1
        if found is None:
            self._confirmer = None


class SweepRunner(QObject):
    """Runs one job at a time, and never waits for a thread: one whose job was cancelled ends by itself.

    `ended` carries a job with a line of what went wrong, or none: when it is done, or at once when it is cancelled.
    `settled` carries a cancelled job whose thread has ended: nothing is added to its table any more.
    """

    ended = Signal(object, str)
    settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job: SweepJob | None = None
        self._closed = False
        bell().over.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether a job is under way, paused ones included."""
        return self.job is not None

    def start(self, job: SweepJob) -> None:
        """Begin a job; one that is under way is cancelled."""
        self.cancel()
        if not self._closed:
            self.job = job
            threading.Thread(target=train, args=(job, bell()), name="sweep").start()

    def pause(self, paused: bool) -> None:
        """Let the job wait, or go on."""
        if self.job is not None:
            self.job.pause(paused)

    def cancel(self) -> None:
        """End the job."""
        if self.job is not None:
            job, self.job = self.job, None
            job.cancel()
            self.ended.emit(job, "")

    def close(self) -> None:
        """Cancel, for good: later starts are ignored, and nothing is told any more."""
        self._closed = True
        if self.job is not None:
            self.job.cancel()
            self.job = None

    @Slot(object, str)
    def _deliver(self, job: SweepJob, problem: str) -> None:
        if self._closed:
            return
        if job is self.job:
            self.job = None
            self.ended.emit(job, problem)
        elif job.cancelled:
            self.settled.emit(job)


class Bell(QObject):
    """Tells the window's thread, from any other, of a job that is over; outlives every window and every thread."""

    over = Signal(object, str)


@lru_cache(maxsize=1)
def bell() -> Bell:
    """Return the only one: a runner may go while a thread of its still works, and then must not be what that thread
    rings."""
    return Bell()


def train(job: SweepJob, told: Bell) -> None:
    """What a job's thread does."""
    problem = ""
    with standing_back():
        try:
            job.train()
        except Exception as error:  # whatever training raises must reach the user, not end the thread
            problem = str(error) or type(error).__name__
    told.over.emit(job, problem)
