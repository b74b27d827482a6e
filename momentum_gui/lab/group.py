"""A group: a population of runs that share batch size and data, trained in stretches between the events of its runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.engines import Engine
from momentum_gui.engine.population import Floats, Outcome, Population, Report, Span, SurfaceTask, Task
from momentum_gui.engine.rules import RULES
from momentum_gui.lab.order import ItemOrder
from momentum_gui.lab.settings import Change, Training

SPAN_NUMBERS = 1 << 21
"""At most about this many numbers in the report of one stretch: 16 MB."""
TRACE_NUMBERS = 1 << 16


@dataclass
class Member:
    """One run of a group: its settings as they stand now, and the changes still to come or already made."""

    training: Training
    changes: list[Change] = field(default_factory=list)

    def settings_at(self, update: int) -> Training:
        """The settings that hold for the update after `update` updates."""
        from msgspec.structs import replace

        training = self.training
        for change in self.changes:
            if change.update <= update:
                given = {
                    key: value
                    for key in ("rule", "learning_rate", "momentum")
                    if (value := getattr(change, key)) is not None
                }
                training = replace(training, **given)
        return training


@dataclass(frozen=True)
class Stretch:
    """What one stretch of training left: the update it began at, the engine's report, who was running, with what."""

    first_update: int
    updates: int
    report: Report
    epochs_before: NDArray[np.int64]
    learning_rate: Floats
    momentum: Floats
    coefficients: Floats


class Group:
    """Runs in lockstep: one task, one population, and for each run its member's settings and changes."""

    def __init__(
        self, engine: Engine, task: Task, members: list[Member], weights: Floats, weight_names: tuple[str, ...]
    ) -> None:
        self.engine, self.task, self.members, self.weight_names = engine, task, members, weight_names
        self.update = 0
        orders: dict[tuple[int, bool], ItemOrder] = {}
        order_of_run = []
        for member in members:
            key = (member.training.seed, member.training.order == "shuffled")
            orders.setdefault(key, ItemOrder(task.items_per_epoch, key[0], shuffled=key[1]))
            order_of_run.append(list(orders).index(key))
        self.orders = tuple(orders.values())
        self.population = Population(
            weights=np.array(weights, dtype=np.float64),
            learning_rate=np.empty(len(members)),
            coefficients=np.empty((len(members), 4)),
            target_error=np.array([member.training.target_error for member in members]),
            order_of_run=np.array(order_of_run, dtype=np.int64),
        )
        self.momentum = np.empty(len(members))
        self.limits = np.array([member.training.epochs for member in members], dtype=np.int64)
        self.log_every = np.array([member.training.log_every for member in members], dtype=np.int64)
        self.apply_settings()

    @property
    def running(self) -> bool:
        """Whether any run goes on."""
        return bool((self.population.outcome == Outcome.RUNNING).any())

    def apply_settings(self, *, weights: bool = False) -> None:
        """Bring rates and coefficients to what holds now; with `weights`, also set those that a change here sets."""
        for run, member in enumerate(self.members):
            training = member.settings_at(self.update)
            rule = RULES[training.rule]
            self.population.learning_rate[run] = training.learning_rate
            self.population.coefficients[run] = rule.coefficients(training.momentum)
            self.momentum[run] = training.momentum if self.population.coefficients[run, 1] else 0.0
            if weights:
                for change in member.changes:
                    if change.update == self.update:
                        for name, value in change.weights.items():
                            self.population.weights[run, self.weight_names.index(name)] = value

    def advance(self, update: int, *, keep_weights: bool = True, traced: int = 64) -> Iterator[Stretch]:
        """Train until `update` updates are done or no run goes on, a stretch at a time.

        How the way there is cut into stretches never changes a number: an engine's state is all in the population.
        """
        while self.update < update and self.running:
            if any(change.update == self.update for member in self.members for change in member.changes):
                self.apply_settings(weights=True)
            stop = min(update, self._next_event())
            yield self._train_stretch(stop, keep_weights, traced)

    def _next_event(self) -> int:
        """The next update at which a setting changes, a run ends its last epoch, or the report would grow too large."""
        upe = self.task.updates_per_epoch
        running = self.population.outcome == Outcome.RUNNING
        events = [int(self.limits[running].min()) * upe]
        for member in self.members:
            events += [change.update for change in member.changes if change.update > self.update]
        report_row = len(self.members) * (self.task.weight_count + 8)
        epochs = max(1, min(SPAN_NUMBERS // report_row, SPAN_NUMBERS // self.task.items_per_epoch))
        events.append((self.update // upe + epochs) * upe)
        return min(events)

    def _train_stretch(self, stop: int, keep_weights: bool, traced: int) -> Stretch:
        population, upe = self.population, self.task.updates_per_epoch
        first_epoch, within = divmod(self.update, upe)
        count = -(-stop // upe) - first_epoch
        epochs = np.arange(first_epoch + 1, first_epoch + count + 1)[:, None]
        measured = ((epochs % self.log_every == 0) | (epochs == self.limits)).any(axis=1)
        if isinstance(self.task, SurfaceTask):
            orders = np.zeros((1, count, 1), dtype=np.int32)
        else:
            orders = np.stack([order.epochs(first_epoch, count) for order in self.orders])
        span = Span(orders, within, stop - self.update, measured)
        traced = min(traced, max(2, TRACE_NUMBERS // (self.task.weight_count * len(self.members))))
        report = Report.for_span(self.task, population, span, keep_weights=keep_weights, traced=traced)
        stretch = Stretch(
            self.update,
            span.updates,
            report,
            population.epochs.copy(),
            population.learning_rate.copy(),
            self.momentum.copy(),
            population.coefficients.copy(),
        )
        self.engine.train(self.task, population, span, report)
        self.update = stop
        done = (population.outcome == Outcome.RUNNING) & (population.epochs >= self.limits)
        population.outcome[done] = Outcome.FINISHED
        return stretch
