"""Runs in lockstep: a population that shares batch size and data, trained in segments from event to event."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.interface import Engine
from momentum_gui.engine.population import Outcome, Population
from momentum_gui.engine.report import Report, Span
from momentum_gui.engine.rules import Coefficients
from momentum_gui.engine.task import SurfaceTask, Task
from momentum_gui.lab.steps.trace import Trace
from momentum_gui.lab.steps.trace_window import WINDOW, window_length
from momentum_gui.lab.training.item_order import ItemOrder
from momentum_gui.lab.training.population_state import copied, put_back

SPAN_NUMBERS = 1 << 21
"""At most about this many numbers in the report of one segment: 16 MB."""


@dataclass(frozen=True)
class Segment:
    """The result of one segment of training: the update it began at, the engine's report, and the settings.

    epochs_before, outcome: (runs,), those of the population when it began.
    """

    first_update: int
    updates: int
    report: Report
    epochs_before: NDArray[np.int64]
    outcome: NDArray[np.int64]
    learning_rate: Floats
    momentum: Floats
    coefficients: Floats

    def trace_of(self, row: int) -> Trace | None:
        """Return the traced updates of one run; None where it did not run to the segment's end."""
        gradients = self.report.gradients[row]
        done = ~np.isnan(self.report.stored[row]).any(axis=1) if len(gradients) else np.zeros(0, dtype=np.bool_)
        if not done.any():
            return None
        return Trace(
            first_update=self.first_update + self.updates - len(gradients),
            coefficients=Coefficients(*(float(number) for number in self.coefficients[row])),
            learning_rate=float(self.learning_rate[row]),
            gradients=gradients[done],
            stored=self.report.stored[row][done],
        )


class Lockstep(ABC):
    """The clock, the population and its orders of items; what changes on the way, and when, is for the subclass.

    `momentum` (runs,) is each run's factor as shown and logged, `limits` (runs,) the epochs it may train.
    `velocity_rate` (runs,) is the learning rate that the stored step was made with, as far as it counts: a change of
    rate that rescales brings the stored step to the new rate before the next update.
    """

    def __init__(
        self,
        engine: Engine,
        task: Task,
        orders: tuple[ItemOrder, ...],
        population: Population,
        limits: NDArray[np.int64],
    ) -> None:
        self.engine, self.task, self.orders = engine, task, orders
        self.population, self.limits = population, limits
        self.momentum = np.zeros(len(population))
        self.velocity_rate = np.zeros(len(population))
        self.update = 0

    @abstractmethod
    def next_change(self, update: int) -> int | None:
        """Return the first update after this one at which a setting or a weight may change; None if none does."""

    @abstractmethod
    def apply_settings(self) -> None:
        """Bring rates and coefficients to what holds for the next update."""

    @abstractmethod
    def apply_weights(self) -> None:
        """Set the weights that a change at this update sets."""

    @abstractmethod
    def rescales(self) -> NDArray[np.bool_]:
        """Return which runs rescale their velocity where the rate changes at this update, (runs,)."""

    @abstractmethod
    def measured(self, epochs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of these epochs, counted from 1, are measured: (epochs,)."""

    @property
    def running(self) -> bool:
        """Whether any run goes on."""
        return bool((self.population.outcome == Outcome.RUNNING).any())

    def advance(
        self, update: int, *, keep_weights: bool = True, traced: int = WINDOW, halting: bool = False
    ) -> Iterator[Segment]:
        """Train until `update` updates are done or no run goes on, a segment at a time.

        Of each segment the last `traced` updates are traced, or fewer where the network is large; with any traced, a
        segment also ends where a run does, so that the run's own last updates are among them. If `halting`, each
        measured epoch ends one too. How the way is cut into segments never changes a number: an engine's state is
        all in the population.
        """
        while self.update < update and self.running:
            if self.update == 0 or self.next_change(self.update - 1) == self.update:
                self.begin_change()
            stop = min(update, self._next_event(keep_weights))
            if halting:
                stop = self._first_measured(stop)
            before = copied(self.population) if traced else ()
            segment = self._train_segment(stop, keep_weights, traced)
            if traced and (end := self._end_within(segment)) < stop:
                put_back(self.population, before)
                self.update = segment.first_update
                segment = self._train_segment(end, keep_weights, traced)
            yield segment

    def begin_change(self) -> None:
        """Bring settings, weights and velocities to what the next update begins with; doing so twice is harmless."""
        self.apply_settings()
        self.apply_weights()
        rate, before = self.population.learning_rate, self.velocity_rate
        if (changed := rate != before).any():
            if (rescaled := changed & self.rescales()).any():
                self.population.stored[rescaled] *= (rate[rescaled] / before[rescaled])[:, None]
            before[:] = rate

    def _end_within(self, segment: Segment) -> int:
        """Return the update at which the first of the runs that ended in a segment did so; where it ends if none
        did."""
        population = self.population
        ended = (segment.outcome == Outcome.RUNNING) & (population.outcome != Outcome.RUNNING)
        if not ended.any():
            return self.update
        return int(population.epochs[ended].min()) * self.task.updates_per_epoch

    def _first_measured(self, stop: int) -> int:
        """Return the update at which the first measured epoch ends; `stop` if none does before."""
        updates_per_epoch = self.task.updates_per_epoch
        first, ahead, last = self.update // updates_per_epoch + 1, 64, stop // updates_per_epoch
        while first <= last:
            epochs = np.arange(first, min(first + ahead, last + 1))
            if (measured := self.measured(epochs)).any():
                return int(epochs[measured.argmax()]) * updates_per_epoch
            first, ahead = first + ahead, 2 * ahead
        return stop

    def _next_event(self, keep_weights: bool) -> int:
        """Return the next update at which a setting changes, a run ends its last epoch, or the report would grow too
        large."""
        updates_per_epoch = self.task.updates_per_epoch
        running = self.population.outcome == Outcome.RUNNING
        events = [int(self.limits[running].min()) * updates_per_epoch]
        if (change := self.next_change(self.update)) is not None:
            events.append(change)
        report_row = len(self.population) * (8 + (self.task.weight_count if keep_weights else 0))
        epochs = max(1, min(SPAN_NUMBERS // report_row, SPAN_NUMBERS // self.task.items_per_epoch))
        events.append((self.update // updates_per_epoch + epochs) * updates_per_epoch)
        return min(events)

    def _train_segment(self, stop: int, keep_weights: bool, traced: int) -> Segment:
        population = self.population
        updates_per_epoch = self.task.updates_per_epoch
        first_epoch, within = divmod(self.update, updates_per_epoch)
        count = -(-stop // updates_per_epoch) - first_epoch
        measured = self.measured(np.arange(first_epoch + 1, first_epoch + count + 1))
        if isinstance(self.task, SurfaceTask):
            orders = np.zeros((1, count, 1), dtype=np.int32)
        else:
            orders = np.stack([order.epochs(first_epoch, count) for order in self.orders])
        span = Span(orders, within, stop - self.update, measured)
        traced = min(traced, window_length(self.task.weight_count))
        report = Report.for_span(self.task, population, span, keep_weights=keep_weights, traced=traced)
        segment = Segment(
            self.update,
            span.updates,
            report,
            population.epochs.copy(),
            population.outcome.copy(),
            population.learning_rate.copy(),
            self.momentum.copy(),
            population.coefficients.copy(),
        )
        self.engine.train(self.task, population, span, report)
        self.update = stop
        done = (population.outcome == Outcome.RUNNING) & (population.epochs >= self.limits)
        population.outcome[done] = Outcome.FINISHED
        return segment
