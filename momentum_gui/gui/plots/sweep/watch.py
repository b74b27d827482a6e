"""Watches a sweep for its view: how far it is, its figures as cells come in, the largest curvature at the end."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from momentum_gui.gui.plots.sweep.figures import Figures, figures_of
from momentum_gui.gui.plots.sweep.runner import SweepJob, SweepRunner
from momentum_gui.gui.training.background import Background, Cancelled
from momentum_gui.lab.sweep.grid import Cell
from momentum_gui.lab.sweep.stability_line import EndCurvature, curvature_at_end

LOOK_MILLISECONDS = 100
SHARE = 0.2
"""The share of the time that drawing maps may take while a sweep runs."""


class SweepWatch(QObject):
    """Follows one job at a time, judged by `measure`.

    `looked` comes ten times a second while the job runs. `figured` carries new Figures, `measured` the largest
    curvature where the best cell ends, `failed` one line.
    """

    looked = Signal()
    figured = Signal(object)
    measured = Signal(object)
    failed = Signal(str)

    def __init__(self, runner: SweepRunner, parent: QObject) -> None:
        super().__init__(parent)
        self.measure = ""
        self.background = Background(self, "sweep figures")
        self.theory = Background(self, "sweep theory")
        self._runner = runner
        self._job: SweepJob | None = None
        self._asked: tuple[object, ...] = ()
        self._curvature_of: tuple[SweepJob, Cell] | None = None
        self._finished, self._seconds = 0.0, 0.0  # when the figures were drawn last, and how long that took
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self.background.done.connect(self._take_figures)
        self.background.failed.connect(self.failed)
        self.theory.done.connect(self._take_curvature)

    @property
    def busy(self) -> bool:
        """Whether something is being worked out."""
        return self.background.busy or self.theory.busy

    def begin(self, job: SweepJob) -> None:
        """Watch a job."""
        self._job = job
        self._timer.start()
        self.look()

    def rest(self) -> None:
        """The job is over: look no more on one's own account, but once."""
        self._timer.stop()
        self.ask()

    def forget(self) -> None:
        """Watch nothing."""
        self._timer.stop()
        self.background.cancel()
        self.theory.cancel()
        self._job = self._curvature_of = None
        self._asked = ()

    def close(self) -> None:
        """Watch nothing ever again."""
        self._timer.stop()
        self.background.close()
        self.theory.close()

    def took(self, seconds: float) -> None:
        """Drawing the figures took so long: expensive ones are drawn less often."""
        self._finished, self._seconds = time.perf_counter(), seconds

    @Slot()
    def look(self) -> None:
        """Tell that there may be progress, and ask for what is to be drawn where there is more."""
        if self._job is None:
            return
        self.looked.emit()
        tired = time.perf_counter() - self._finished < self._seconds / SHARE
        if not (tired and self._runner.running) and not self.background.busy:
            self.ask()

    def ask(self) -> None:
        """Have the figures worked out for what is in the table now."""
        job, measure = self._job, self.measure
        if job is None or job.version == 0:
            return
        wanted = (job, job.version, measure)
        if wanted != self._asked:
            self._asked = wanted
            self.background.request(lambda cancelled: figures_of(job, measure, cancelled))

    def ask_curvature(self, cell: Cell) -> None:
        """Have the largest curvature measured where a cell ends, for the boundary that theory draws."""
        job = self._job
        if job is None or self._curvature_of == (job, cell):
            return
        self._curvature_of = (job, cell)
        self.theory.request(partial(measured_curvature, job, cell))

    @Slot(object)
    def _take_figures(self, figures: Figures) -> None:
        if figures.job is self._job:
            self.figured.emit(figures)
            self.look()

    @Slot(object)
    def _take_curvature(self, found: tuple[SweepJob, Cell, EndCurvature]) -> None:
        if found[:2] == self._curvature_of:
            self.measured.emit(found[2])


def measured_curvature(job: SweepJob, cell: Cell, cancelled: Cancelled) -> tuple[SweepJob, Cell, EndCurvature] | None:
    """Return the largest curvature where a cell ends; None if cancelled."""
    found = curvature_at_end(job.experiment, job.grid, cell, job.engine, cancelled)
    return None if cancelled() else (job, cell, found)
