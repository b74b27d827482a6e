"""A population of runs in training: their weights, their rules, and the measures taken at the end of each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.analytic_surfaces import Surface
from momentum_gui.engine.network import Network

Floats = NDArray[np.float64]

WEIGHT_LIMIT = 1e8
"""A weight beyond this (or not a number) at the end of an epoch means that the run has diverged."""


class Outcome(IntEnum):
    """How a run stands; the numbers are the codes that compiled loops use."""

    RUNNING = 0
    FINISHED = 1
    CONVERGED = 2
    DIVERGED = 3
    STOPPED = 4


class Measure(IntEnum):
    """The columns of what is measured at the end of an epoch; NaN where one does not apply.

    The four of the step describe the epoch's last update: the norm of the gradient, of the whole step, of its
    momentum part B·p, and the cosine between this step and the one before it.
    """

    ERROR = 0
    ACCURACY = 1
    TEST_ERROR = 2
    TEST_ACCURACY = 3
    GRADIENT_NORM = 4
    STEP_NORM = 5
    MOMENTUM_NORM = 6
    COSINE = 7


@dataclass(frozen=True)
class Items:
    """Data items: inputs (items, inputs) and targets (items, outputs), both float64 and C-contiguous.

    `threshold` is where a single output is cut into two classes; NaN where accuracy has no meaning (regression).
    With two or more outputs, and a threshold that is a number, the class is the largest output.
    """

    inputs: Floats
    targets: Floats
    threshold: float = float("nan")

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class NetworkTask:
    """What the runs of a population share when they train a network."""

    network: Network
    items: Items
    test_items: Items
    trained: NDArray[np.bool_]
    batch_size: int
    mean: bool

    @property
    def weight_count(self) -> int:
        return self.network.weight_count

    @property
    def updates_per_epoch(self) -> int:
        return -(-len(self.items) // self.batch_size)

    @property
    def items_per_epoch(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class SurfaceTask:
    """What the runs of a population share when they descend an analytic surface: an epoch is one update."""

    surface: Surface
    batch_size: int = 1
    updates_per_epoch: int = 1
    items_per_epoch: int = 1
    weight_count: int = 2


Task = NetworkTask | SurfaceTask


@dataclass
class Population:
    """The runs: each array's first axis is the run. The engines change it in place.

    weights, stored (the p of the rule) and last_step: (runs, weights). learning_rate: (runs,). coefficients:
    (runs, 4), the A B C D of each run's rule. epochs: completed. outcome: codes of `Outcome`. target_error: stop
    when the training error is at or below it, 0 = never. order_of_run: which of the orders of items a run follows.
    """

    weights: Floats
    learning_rate: Floats
    coefficients: Floats
    target_error: Floats
    order_of_run: NDArray[np.int64]
    stored: Floats = field(init=False)
    last_step: Floats = field(init=False)
    epochs: NDArray[np.int64] = field(init=False)
    outcome: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.stored = np.zeros_like(self.weights)
        self.last_step = np.full_like(self.weights, np.nan)
        self.epochs = np.zeros(len(self.weights), dtype=np.int64)
        self.outcome = np.full(len(self.weights), Outcome.RUNNING, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.weights)


class Span(NamedTuple):
    """A stretch of updates to train, within whole epochs whose orders of items are given.

    orders: (orders, epochs, items) item numbers; unused and of any shape for a surface. first_update: where in the
    first of these epochs the stretch begins. updates: how many. measured: (epochs,) whether the measures are taken
    at that epoch's end.
    """

    orders: NDArray[np.int32]
    first_update: int
    updates: int
    measured: NDArray[np.bool_]


@dataclass
class Report:
    """What a stretch of training leaves behind, filled in by the engine.

    measures: (runs, epochs, len(Measure)), a row for each epoch of the span that ended; NaN where not measured, or
    after the run ended. weights: (runs, epochs, weights), the weights at the same moments, or with 0 epochs where
    they are not wanted. gradients, stored: (runs, updates, weights), the downhill gradient of each of the span's last
    updates, oldest first, and the p it began with; as many as asked for, at most the span's. A run that ended earlier
    in the span leaves NaN there.
    """

    measures: Floats
    weights: Floats
    gradients: Floats
    stored: Floats

    @classmethod
    def for_span(cls, task: Task, population: Population, span: Span, *, keep_weights: bool, traced: int) -> Report:
        """An empty report of the right size: `traced` is how many of the last updates to keep."""
        runs, weights = len(population), task.weight_count
        ended = (span.first_update + span.updates) // task.updates_per_epoch
        traced = min(traced, span.updates)

        def unset(*shape: int) -> Floats:
            return np.full(shape, np.nan)

        return cls(
            measures=unset(runs, ended, len(Measure)),
            weights=unset(runs, ended if keep_weights else 0, weights),
            gradients=unset(runs, traced, weights),
            stored=unset(runs, traced, weights),
        )
