"""What is asked of a stretch of training, and what it leaves behind: the measures at the end of each epoch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from momentum_gui.engine.arrays import Floats
from momentum_gui.engine.population import Population
from momentum_gui.engine.task import Task


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
        """Return an empty report of the right size: `traced` is how many of the last updates to keep."""
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
